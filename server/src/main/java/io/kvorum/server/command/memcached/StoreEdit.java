package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.VersionToken;
import org.jspecify.annotations.Nullable;

/**
 * Stores a value, or adds bytes to one. Arguments: key, value, flags, time; and, where something is asked of the old item:
 * mode, token, time of an item that {@code append} makes. Replies {@code [outcome, token]}.
 */
final class StoreEdit extends ItemEdit {
    private final byte[] array;
    private final int valueOffset;
    private final int valueLength;
    private final int flags;
    private final long seconds;
    private final StoreMode mode;
    private final boolean compares;
    private final long token;
    private final boolean vivifies;
    private final long vivifySeconds;

    StoreEdit(Call call) {
        super(call);
        RespRequest request = call.request();
        boolean now = call.answersAlone();
        array = now ? request.array() : request.copy(2);
        valueOffset = now ? request.offset(2) : 0;
        valueLength = request.length(2);
        flags = (int) Arguments.unsigned(request, 3, 0);
        seconds = Arguments.seconds(request, 4);
        boolean hasMode = Arguments.has(request, 5);
        mode = hasMode ? StoreMode.of(request.array(), request.offset(5), request.length(5)) : StoreMode.SET;
        compares = Arguments.has(request, 6);
        token = Arguments.unsigned(request, 6, 0);
        vivifies = Arguments.has(request, 7);
        vivifySeconds = Arguments.seconds(request, 7);
    }

    @Override
    public boolean needsValues() {
        return mode != StoreMode.SET || compares;
    }

    @Override
    byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
        if (!live) {
            return storeNew(current, nowMillis, scope);
        }
        if (mode == StoreMode.ADD) {
            return leave(current, Outcome.NOT_STORED);
        }
        if (compares && !isSeen(current, token)) {
            return leave(current, Outcome.EXISTS);
        }
        return mode.keepsOld() ? extend(current, nowMillis, scope) : store(current, seconds, nowMillis, scope);
    }

    private byte @Nullable [] storeNew(byte @Nullable [] current, long nowMillis, PartitionScope scope) {
        if (mode.keepsOld()) {
            return vivifies ? store(current, vivifySeconds, nowMillis, scope) : leave(current, Outcome.NOT_STORED);
        }
        if (compares && mode != StoreMode.ADD) {
            return leave(current, Outcome.NOT_FOUND);
        }
        return mode == StoreMode.REPLACE
                ? leave(current, Outcome.NOT_STORED)
                : store(current, seconds, nowMillis, scope);
    }

    private byte[] store(byte @Nullable [] current, long givenSeconds, long nowMillis, PartitionScope scope) {
        return write(
                current,
                draft(current, scope).value(array, valueOffset, valueLength).clientFlags(flags),
                Expiry.atMillis(givenSeconds, nowMillis),
                nowMillis);
    }

    /** The item keeps its flags and its end. */
    private byte @Nullable [] extend(byte @Nullable [] current, long nowMillis, PartitionScope scope) {
        if (isTooLong((long) old.length() + valueLength)) {
            return leave(current, Outcome.TOO_LARGE);
        }
        byte[] both = new byte[old.length() + valueLength];
        int oldAt = mode == StoreMode.APPEND ? 0 : valueLength;
        int newAt = mode == StoreMode.APPEND ? old.length() : 0;
        System.arraycopy(old.array(), old.offset(), both, oldAt, old.length());
        System.arraycopy(array, valueOffset, both, newAt, valueLength);
        return write(
                current,
                draft(current, scope).value(both, 0, both.length).clientFlags(old.clientFlags()),
                old.expireAtMillis(),
                nowMillis);
    }

    @Override
    void answer(CommandLoop loop, RespWriter out, byte @Nullable [] after) {
        out.array(2).integer(outcome.code()).integer(after == null ? 0 : VersionToken.of(after));
    }
}
