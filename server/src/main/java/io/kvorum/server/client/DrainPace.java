package io.kvorum.server.client;

import java.util.concurrent.TimeUnit;

/**
 * When a client of a node that lets its clients go may be closed. Owned by the connection's loop; times are the clock's
 * nanoTime.
 *
 * <pre>
 *   begin ────────────── 1 s ──────────────────────── timeout
 *   closed once it is idle  closed once no request    closed when what was taken is answered
 *   for 100 ms              is under way
 * </pre>
 *
 * A client that has been silent for a moment is least likely to be sending just then: nobody can tell it in advance that
 * its connection will end.
 */
final class DrainPace {
    static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long HURRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Who watches the draining asks now and then. */
    static final long WATCHER_QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long hurryNanos;
    private final long endNanos;
    private long activeNanos;
    private long nextLookNanos;

    /**
     * Begins.
     *
     * @param idleNanos for how long the client has sent nothing
     */
    DrainPace(long nowNanos, long idleNanos, long timeoutNanos) {
        activeNanos = nowNanos - idleNanos;
        nextLookNanos = nowNanos;
        hurryNanos = nowNanos + HURRY_NANOS;
        endNanos = nowNanos + timeoutNanos;
    }

    /** A request was answered. */
    void active(long nowNanos) {
        activeNanos = nowNanos;
    }

    /** Begins a look. If it comes late this node stood still, and what the client sent meanwhile has not been read yet. */
    void look(long nowNanos) {
        if (nowNanos - nextLookNanos > QUIET_NANOS / 2) {
            activeNanos = nowNanos;
        }
    }

    /** Whether a client may be closed that has no request under way. */
    boolean mayClose(long nowNanos, boolean watches) {
        return isQuiet(nowNanos, watches) || (!watches && nowNanos - hurryNanos >= 0);
    }

    /** Whether it has been silent for so long that nothing is on its way to or from it. */
    boolean isQuiet(long nowNanos, boolean watches) {
        return nowNanos - activeNanos >= (watches ? WATCHER_QUIET_NANOS : QUIET_NANOS);
    }

    /** Whether it is to be closed even with a request under way. */
    boolean isOver(long nowNanos) {
        return nowNanos - endNanos >= 0;
    }

    /** How long nothing changes unless the client does something: then is the next look. */
    long restNanos(long nowNanos, boolean watches) {
        long quiet = activeNanos + (watches ? WATCHER_QUIET_NANOS : QUIET_NANOS) - nowNanos;
        long rest = Math.max(1, Math.min(quiet > 0 ? quiet : QUIET_NANOS, endNanos - nowNanos));
        nextLookNanos = nowNanos + rest;
        return rest;
    }
}
