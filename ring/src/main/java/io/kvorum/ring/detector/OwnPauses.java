package io.kvorum.ring.detector;

/**
 * Remembers when this node itself stood still: garbage collection, a stopped machine, a starved thread.
 *
 * <p>Time that nobody here could have noticed an answer in is not time that a peer kept silent. A tick that comes late
 * shows a pause; so does any other event, seen before the late tick.
 */
final class OwnPauses {
    private static final int REMEMBERED = 16;

    private final long tickNanos;
    private final long pauseMinNanos;
    private final long[] starts = new long[REMEMBERED];
    private final long[] ends = new long[REMEMBERED];
    private int count;
    private long expectedNanos;

    OwnPauses(DetectorPolicy policy, long nowNanos) {
        this.tickNanos = policy.tickNanos();
        this.pauseMinNanos = policy.pauseMinNanos();
        this.expectedNanos = nowNanos + tickNanos;
    }

    void onTick(long nowNanos) {
        onEvent(nowNanos);
        expectedNanos = nowNanos + tickNanos;
    }

    /** Notes a pause if the tick that should have come is overdue; a longer look at the same pause extends it. */
    void onEvent(long nowNanos) {
        if (nowNanos - expectedNanos < pauseMinNanos) {
            return;
        }
        int last = (count + REMEMBERED - 1) % REMEMBERED;
        if (count > 0 && starts[last] == expectedNanos) {
            ends[last] = nowNanos;
            return;
        }
        int slot = count % REMEMBERED;
        starts[slot] = expectedNanos;
        ends[slot] = nowNanos;
        count++;
        if (count == 2 * REMEMBERED) {
            count = REMEMBERED;
        }
    }

    /** Returns how much of the time from {@code from} to {@code to} this node stood still. */
    long within(long from, long to) {
        long paused = 0;
        for (int i = 0; i < Math.min(count, REMEMBERED); i++) {
            long start = Math.max(0, starts[i] - from);
            long end = Math.min(to - from, ends[i] - from);
            paused += Math.max(0, end - start);
        }
        return paused;
    }
}
