package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.KeyEdit;
import io.kvorum.server.command.KeyOperations;
import io.kvorum.server.command.SessionWrite;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Amendments;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.VersionVector;
import io.kvorum.storage.version.Versions;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key that depends on what GET shows of it. Evaluated under the partition's lock, with the expiry judged
 * at that moment. Owned by the loop of its request; used once.
 */
abstract class ValueEdit implements KeyEdit {
    /** The error for a value that would be longer than {@link KeyOperations#valueBytesMax}. */
    static final String TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

    /** What GET showed before; its bytes lie in the record that was replaced, which nobody changes. */
    final ValueSlice old = new ValueSlice();

    private final KeyOperations keys;
    private final Slice key;
    private @Nullable String error;
    private @Nullable Dot made;
    private final @Nullable SessionWrite session;
    private boolean shows;
    private long evaluatedMillis;

    /** An edit of the call's key. */
    ValueEdit(Call call) {
        this.keys = call.loop().keys();
        this.key = Slice.of(call, call.command().firstKey());
        this.session = SessionWrite.of(call);
    }

    @Override
    public final byte @Nullable [] apply(byte @Nullable [] current, PartitionScope scope) {
        long nowMillis = keys.nowMillis();
        evaluatedMillis = nowMillis;
        error = null;
        made = null;
        if (session != null) {
            session.begin();
        }
        old.clear();
        boolean live = looksAtOld() && current != null && Visible.plain(current, nowMillis, old);
        if (live && readsBytes() && old.isMissing()) {
            return refuse(ValueReplies.BYTES_ELSEWHERE, current);
        }
        shows = looksAtOld() && (!live || takesOld());
        byte[] next = edit(current, live, nowMillis, scope);
        if (session != null && error == null && made == null && showsOld()) {
            session.shows(current, nowMillis);
        }
        return next;
    }

    @Override
    public final void reply(CommandLoop loop, RespWriter out, byte @Nullable [] after) {
        if (error != null) {
            out.error(error);
        } else {
            answer(out);
        }
    }

    /** Whether it depends on the old value at all; if not, {@link #edit} is told that there is none. */
    boolean looksAtOld() {
        return true;
    }

    /** Whether it needs the old value's bytes, and not only to know that there is one. */
    boolean readsBytes() {
        return false;
    }

    /** Whether what is written is made of the old value, or the client is shown that whole, or has named it. */
    boolean takesOld() {
        return readsBytes();
    }

    /** Whether the reply shows the old value whole, whatever is written. */
    boolean showsOld() {
        return false;
    }

    @Override
    public final @Nullable Context seen() {
        return session == null || error != null ? null : session.after();
    }

    @Override
    public final @Nullable Context attempted() {
        if (session != null) {
            return session.attempted();
        }
        return made == null ? null : new Context(VersionVector.EMPTY, List.of(made));
    }

    /**
     * Makes the next record.
     *
     * @param live whether GET shows a value, which {@link #old} then has
     * @return {@code current} if nothing is to change
     */
    abstract byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope);

    /** Writes the reply of an edit that was not refused. */
    abstract void answer(RespWriter out);

    /** Whether a value may be so long. */
    final boolean isTooLong(long bytes) {
        return bytes > keys.valueBytesMax();
    }

    /** Changes nothing, and replies with an error. */
    final byte @Nullable [] refuse(String codeAndText, byte @Nullable [] current) {
        error = codeAndText;
        return current;
    }

    /** The beginning of a new version or amendment: key and dot. */
    final Draft draft(byte @Nullable [] current, PartitionScope scope) {
        long newest = Versions.newestStamp(current);
        long beside = session == null ? newest : Math.max(newest, session.newestStamp());
        return new Draft().key(key.array(), key.offset(), key.length()).dot(scope.actor(), scope.nextStamp(beside));
    }

    /** Notes which version this made, so that a retry can supersede it. Amendments make none. */
    final void made(Dot dot) {
        made = dot;
        if (session != null) {
            session.made(dot);
        }
    }

    /** A new value in place of all there is. */
    final byte[] put(byte @Nullable [] current, PartitionScope scope, Slice value, long expireAtMillis) {
        return write(
                current,
                draft(current, scope)
                        .value(value.array(), value.offset(), value.length())
                        .expireAtMillis(expireAtMillis));
    }

    /**
     * A tombstone in place of all there is; nothing where nothing lives, since that would only have to be reaped. On a
     * session what it has seen is deleted, and what GET shows is hidden.
     */
    final byte @Nullable [] delete(byte @Nullable [] current, long nowMillis, PartitionScope scope) {
        return current != null && hasToDelete(current, nowMillis)
                ? write(current, draft(current, scope).tombstone())
                : current;
    }

    private boolean hasToDelete(byte[] current, long nowMillis) {
        if (session == null) {
            return Visible.hasLive(current, nowMillis);
        }
        return Visible.plain(current, nowMillis, new ValueSlice())
                || (Visible.hasLive(current, nowMillis) && session.coversLive(current, nowMillis));
    }

    /** Sets when all live siblings end; 0 for never. */
    final byte[] expire(byte[] current, PartitionScope scope, long atMillis, long nowMillis) {
        return Amendments.expire(
                current, scope.actor(), scope.nextStamp(Versions.newestStamp(current)), atMillis, nowMillis);
    }

    /** The old value's bytes, none if it was not there, to be changed; followed by zeros up to a length. */
    final byte[] oldBytes(int lengthMin) {
        byte[] bytes = new byte[Math.max(old.length(), lengthMin)];
        if (old.length() > 0) {
            System.arraycopy(old.array(), old.offset(), bytes, 0, old.length());
        }
        return bytes;
    }

    /** Other bytes in place of all there is, which keep the old value's end and flags. */
    final byte[] rewrite(byte @Nullable [] current, PartitionScope scope, byte[] bytes) {
        return write(
                current,
                draft(current, scope)
                        .value(bytes, 0, bytes.length)
                        .expireAtMillis(old.expireAtMillis())
                        .clientFlags(old.clientFlags()));
    }

    final byte[] write(byte @Nullable [] current, Draft draft) {
        made = draft.dot();
        return session == null ? Versions.write(current, draft) : session.write(current, draft, shows, evaluatedMillis);
    }
}
