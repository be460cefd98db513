package io.kvorum.server.command;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Shown;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.VersionVector;
import io.kvorum.storage.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write of a client that has a session: it supersedes what the session has seen of the key and no more, or is a plain one
 * where the session knows nothing of it. Filled under the partition's lock; where the edit is run again, it begins anew.
 * Owned by the loop of its request.
 *
 * <p>That a context may be ahead of the clock is not looked at, as it is with one that a client carries: these contexts never
 * left the cluster.
 */
public final class SessionWrite {
    private final @Nullable Context seen;
    private final VersionObserver observer;
    private @Nullable Context after;
    private @Nullable Context attempted;

    private SessionWrite(@Nullable Context seen, VersionObserver observer) {
        this.seen = seen;
        this.observer = observer;
    }

    /** The write of a call's key; null if its client has no session. */
    public static @Nullable SessionWrite of(Call call) {
        return call.session().seen() == null
                ? null
                : new SessionWrite(call.seen(), call.loop().keys().versions());
    }

    /** Nothing was written yet, whatever an earlier run did. */
    public void begin() {
        after = null;
        attempted = null;
    }

    /** What a fresh stamp must exceed beside the record's own, or 0. */
    public long newestStamp() {
        return seen == null ? 0 : seen.newestStamp();
    }

    /**
     * Makes the next record.
     *
     * @param current the record there is, or null
     * @param showsOld whether the client is shown what GET shows of it, or names it, or what is written is made of it
     */
    public byte[] write(byte @Nullable [] current, Draft draft, boolean showsOld, long nowMillis) {
        if (seen == null) {
            made(draft.dot());
            return Versions.write(current, draft);
        }
        Context context = showsOld ? Shown.join(seen, Shown.newest(current, nowMillis), current) : seen;
        after = context.after(current, draft.dot());
        attempted = context.withAttempt(draft.dot());
        return Versions.write(current, draft, context, observer);
    }

    /** Whether a delete would delete something: a live sibling that the session has seen, or any where it knows nothing. */
    public boolean coversLive(byte[] current, long nowMillis) {
        return seen == null || Shown.coversLive(seen, current, nowMillis);
    }

    /** Notes a version that was made otherwise, in place of all there is. */
    public void made(Dot dot) {
        after = seen == null ? new Context(VersionVector.EMPTY, List.of(dot)) : seen.withAttempt(dot);
        attempted = after;
    }

    /** Notes that nothing is written, and that the client is shown what GET shows. */
    public void shows(byte @Nullable [] current, long nowMillis) {
        after = Shown.join(seen, Shown.newest(current, nowMillis), current);
    }

    /** What the session has seen once this is acknowledged; null if no more than before. */
    public @Nullable Context after() {
        return after;
    }

    /** What supersedes this write if nobody knows whether it is one; null if nothing was written. */
    public @Nullable Context attempted() {
        return attempted;
    }
}
