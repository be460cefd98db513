package io.kvorum.server.command.memcached;

import io.kvorum.codec.memcached.McNumbers;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.VersionToken;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds to an unsigned 64-bit number, or subtracts; sums wrap, differences end at 0. The item keeps its flags and, unless it
 * is given another, its end. Arguments: key, direction, delta, token, time and value of an item that is made, new time.
 * Replies {@code [outcome, number, token, end]}.
 *
 * <p>What a counter of Redis's INCR shows is a number as well. The result is a value like any other.
 */
final class ArithmeticEdit extends ItemEdit {
    private static final byte[] NO_BYTES = {};

    private final boolean subtracts;
    private final long delta;
    private final boolean compares;
    private final long token;
    private final boolean vivifies;
    private final long vivifySeconds;
    private final long initial;
    private final boolean givesTime;
    private final long seconds;
    private byte[] text = NO_BYTES;
    private long expireAtMillis;

    ArithmeticEdit(Call call) {
        super(call);
        RespRequest request = call.request();
        subtracts = isSubtraction(request);
        delta = Arguments.unsigned(request, 3, 1);
        compares = Arguments.has(request, 4);
        token = Arguments.unsigned(request, 4, 0);
        vivifies = Arguments.has(request, 5);
        vivifySeconds = Arguments.seconds(request, 5);
        initial = Arguments.unsigned(request, 6, 0);
        givesTime = Arguments.has(request, 7);
        seconds = Arguments.seconds(request, 7);
    }

    /** By the command's name, or the flag {@code M} of {@code ma} with its letter. */
    private static boolean isSubtraction(RespRequest request) {
        if (!Arguments.has(request, 2)) {
            return false;
        }
        byte first = request.array()[request.offset(2)];
        byte second = request.array()[request.offset(2) + 1];
        return first == 'd' || (first == 'M' && (second == 'D' || second == '-'));
    }

    @Override
    byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
        if (!live) {
            return vivifies
                    ? number(current, initial, 0, Expiry.atMillis(vivifySeconds, nowMillis), nowMillis, scope)
                    : leave(current, Outcome.NOT_FOUND);
        }
        if (compares && !isSeen(current, token)) {
            return leave(current, Outcome.EXISTS);
        }
        int from = old.offset();
        int to = from + old.length();
        while (from < to && isBlank(old.array()[from])) {
            from++;
        }
        while (from < to && isBlank(old.array()[to - 1])) {
            to--;
        }
        if (!McNumbers.isUnsigned(old.array(), from, to - from)) {
            return leave(current, Outcome.NON_NUMERIC);
        }
        long before = McNumbers.parseUnsigned(old.array(), from, to - from);
        long after = before + delta;
        if (subtracts) {
            after = Long.compareUnsigned(delta, before) > 0 ? 0 : before - delta;
        }
        long end = givesTime ? Expiry.atMillis(seconds, nowMillis) : old.expireAtMillis();
        return number(current, after, old.clientFlags(), end, nowMillis, scope);
    }

    /** memcached's clients pad numbers that got shorter. */
    private static boolean isBlank(byte found) {
        return found == ' ' || (found >= '\t' && found <= '\r');
    }

    private byte[] number(
            byte @Nullable [] current, long value, int flags, long end, long nowMillis, PartitionScope scope) {
        byte[] room = new byte[McNumbers.UNSIGNED_BYTES_MAX];
        int at = McNumbers.writeUnsigned(value, room, room.length);
        text = Arrays.copyOfRange(room, at, room.length);
        expireAtMillis = end;
        return write(current, draft(current, scope).value(text, 0, text.length).clientFlags(flags), end, nowMillis);
    }

    @Override
    void answer(CommandLoop loop, RespWriter out, byte @Nullable [] after) {
        out.array(4)
                .integer(outcome.code())
                .bulk(text)
                .integer(after == null ? 0 : VersionToken.of(after))
                .integer(expireAtMillis);
    }
}
