package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.KeyEdit;
import io.kvorum.server.command.KeyOperations;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionToken;
import io.kvorum.storage.version.VersionVector;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of one item. Evaluated under the partition's lock, with the expiry judged at that moment. Owned by the loop of its
 * request; used once.
 */
abstract class ItemEdit implements KeyEdit {
    /** What was shown before; its bytes lie in the record that was replaced, which nobody changes. */
    final ValueSlice old = new ValueSlice();

    private final KeyOperations keys;
    private final byte[] array;
    private final int keyOffset;
    private final int keyLength;
    private @Nullable Dot made;
    private boolean bytesElsewhere;

    Outcome outcome = Outcome.DONE;

    /** An edit of the call's key, which is copied unless the edit is done before the handler returns. */
    ItemEdit(Call call) {
        RespRequest request = call.request();
        boolean now = call.answersAlone();
        keys = call.loop().keys();
        array = now ? request.array() : call.keyRef().bytes();
        keyOffset = now ? request.offset(1) : 0;
        keyLength = request.length(1);
    }

    @Override
    public final byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
        long nowMillis = keys.nowMillis();
        outcome = Outcome.DONE;
        made = null;
        old.clear();
        boolean live = needsValues() && current != null && Visible.plain(current, nowMillis, old);
        bytesElsewhere = live && old.isMissing();
        return bytesElsewhere ? current : edit(current, live, nowMillis, scope);
    }

    @Override
    public final void reply(CommandLoop loop, RespWriter out, byte @Nullable [] after) {
        if (bytesElsewhere) {
            out.error(ValueReplies.BYTES_ELSEWHERE);
        } else {
            answer(loop, out, after);
        }
    }

    @Override
    public final @Nullable Context attempted() {
        return made == null ? null : new Context(VersionVector.EMPTY, List.of(made));
    }

    /**
     * Makes the next record.
     *
     * @param live whether an item is shown, which {@link #old} then has
     * @return {@code current} if nothing is to change
     */
    abstract byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope);

    /** Writes the reply. */
    abstract void answer(CommandLoop loop, RespWriter out, byte @Nullable [] after);

    /** Whether the item that is there is the one that the client saw. */
    static boolean isSeen(byte @Nullable [] current, long token) {
        return current != null && VersionToken.of(current) == token;
    }

    /** Changes nothing, and tells why. */
    final byte @Nullable [] leave(byte @Nullable [] current, Outcome why) {
        outcome = why;
        return current;
    }

    /** The beginning of a new version. */
    final Draft draft(byte @Nullable [] current, PartitionScope scope) {
        return new Draft()
                .key(array, keyOffset, keyLength)
                .dot(scope.actor(), scope.nextStamp(Versions.newestStamp(current)));
    }

    /** A new version in place of all there is; a tombstone if its end is past. */
    final byte[] write(byte @Nullable [] current, Draft draft, long expireAtMillis, long nowMillis) {
        made = draft.dot();
        if (expireAtMillis != Expiry.NEVER && expireAtMillis <= nowMillis) {
            draft.tombstone();
        } else {
            draft.expireAtMillis(expireAtMillis);
        }
        return Versions.write(current, draft);
    }

    /** A tombstone in place of all there is. */
    final byte[] delete(byte @Nullable [] current, PartitionScope scope) {
        Draft draft = draft(current, scope).tombstone();
        made = draft.dot();
        return Versions.write(current, draft);
    }

    /** Whether a value may be so long. */
    final boolean isTooLong(long bytes) {
        return bytes > keys.valueBytesMax();
    }
}
