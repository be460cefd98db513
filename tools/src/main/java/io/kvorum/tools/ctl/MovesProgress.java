package io.kvorum.tools.ctl;

import io.kvorum.tools.console.Units;

/** How far moves are, and when they will be done if they go on as they did. Owned by the thread that waits. */
final class MovesProgress {
    private static final double NANOS = 1e9;

    private long most;
    private long sinceNanos;

    /** Begins to measure; {@code total} are to do. */
    MovesProgress(long total, long nowNanos) {
        most = total;
        sinceNanos = nowNanos;
    }

    /** One line; a plan that was committed meanwhile lets the measuring begin anew. */
    String line(long total, long nowNanos) {
        if (total > most) {
            most = total;
            sinceNanos = nowNanos;
        }
        String line = Units.count(most - total) + " of " + Units.count(most) + " moves done";
        double perNano = (most - total) / (double) Math.max(1, nowNanos - sinceNanos);
        return perNano == 0 ? line : line + ", about " + Units.seconds(Math.round(total / perNano / NANOS)) + " left";
    }
}
