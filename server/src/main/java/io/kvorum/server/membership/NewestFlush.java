package io.kvorum.server.membership;

import io.kvorum.server.peer.message.Flushed;
import io.kvorum.storage.version.StampClock;
import org.jspecify.annotations.Nullable;

/**
 * The newest FLUSHALL that this node has heard of, from whomever: what it takes is out of sight from then on, before the
 * event is on this node's disk. Somebody has it there already, else nobody had been told; and a life that ends before it is
 * here too begins anew as one that has not heard. Any thread.
 */
final class NewestFlush {
    private final FlushTarget target;
    private final StampClock stamps;

    /** Set when the copies show nothing any more of what it takes; read before every frame. */
    private volatile @Nullable Flushed newest;

    NewestFlush(FlushTarget target, StampClock stamps) {
        this.target = target;
        this.stamps = stamps;
    }

    /** What is to be told to others; null if there never was a flush. */
    @Nullable
    Flushed get() {
        return newest;
    }

    /** Hears of a flush; returns whether it is news. */
    boolean hear(Flushed flushed) {
        return isNews(flushed) && take(flushed);
    }

    private synchronized boolean take(Flushed flushed) {
        if (!isNews(flushed)) {
            return false;
        }
        long upTo = flushed.event().upTo();
        stamps.startAbove(upTo);
        target.beginFlush(upTo);
        newest = flushed;
        return true;
    }

    private boolean isNews(Flushed flushed) {
        Flushed known = newest;
        return known == null || flushed.event().upTo() > known.event().upTo();
    }
}
