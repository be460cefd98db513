package io.kvorum.server.peer;

/**
 * What one end of a connection knows of the monotonic clock at the other end, so that a request can say when it is over in
 * the receiver's own time. A deadline that counts from when a frame is read would give a request that lay in a socket, while
 * its receiver stood still, all its time again: it would run long after its asker had given up and turned to another.
 *
 * <p>Each answer carries the answerer's clock. Here it had arrived by {@code now}, so that clock shows at least as much
 * then, and at least as much more at each later time as has gone by here. A request that ends by that reading ends before
 * its asker gives up; what is lost is how long the answer travelled, and the freshest one counts.
 *
 * <pre>
 *   here      ──── heard(T) at n ─────────────── deadline d ──►        until = T + (d − n)
 *   there     T ─────────── at n: T or more ──── at d: until or more ──►
 * </pre>
 *
 * <p>Readings are milliseconds of {@code nanoTime}, modulo 2³². Rates of clocks differ: a reading loses its worth with its
 * age. Owned by the connection's loop.
 */
public final class PeerClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** No request waits longer than this, so that a reading is before or after another. */
    private static final long REMAINING_MILLIS_MAX = Integer.MAX_VALUE / 2;

    /** By how much clocks are taken to go apart, one part of so many. */
    private static final long RATE = 10_000;

    /** The most that is held back for clocks that go apart: who was silent for long must still be asked. */
    private static final long MARGIN_MILLIS_MAX = 20;

    private boolean known;

    /** Their reading less ours, modulo 2³², as of {@link #heardNanos}. */
    private int offset;

    private long heardNanos;

    /** A clock of which nothing is known yet. */
    public PeerClock() {}

    /** The reading of the clock that shows {@code nanos}. */
    public static int reading(long nanos) {
        return (int) Math.floorDiv(nanos, NANOS_PER_MILLI);
    }

    /**
     * A message has arrived that the other end sent when its clock showed {@code reading}.
     *
     * @param nowNanos when, or any time after that
     */
    public void heard(int reading, long nowNanos) {
        int heard = reading - (int) -Math.floorDiv(-nowNanos, NANOS_PER_MILLI);
        // What is older counts for less by ten times what the clocks may have gone apart, so that it is let go of in
        // time.
        if (!known || heard - (offset - (int) Math.min(ageMillis(nowNanos) * 10 / RATE, REMAINING_MILLIS_MAX)) >= 0) {
            known = true;
            offset = heard;
            heardNanos = nowNanos;
        }
    }

    /** What the other end's clock must not have passed when a request is run that is over at {@code deadlineNanos} here. */
    public int until(long deadlineNanos, long nowNanos) {
        if (!known) {
            throw new IllegalStateException("nothing was heard of the other end's clock");
        }
        long remaining = Math.floorDiv(deadlineNanos, NANOS_PER_MILLI) - Math.floorDiv(nowNanos, NANOS_PER_MILLI);
        long bounded = Math.max(-REMAINING_MILLIS_MAX, Math.min(remaining, REMAINING_MILLIS_MAX));
        long margin = Math.min(MARGIN_MILLIS_MAX, (ageMillis(nowNanos) + RATE - 1) / RATE);
        return reading(nowNanos) + (int) (bounded - margin) + offset;
    }

    /** When the request is over that came with {@code until}, on the scale of the clock that shows {@code nowNanos}. */
    public static long deadlineNanos(int until, long nowNanos) {
        long nowMillis = Math.floorDiv(nowNanos, NANOS_PER_MILLI);
        return (nowMillis + (until - (int) nowMillis)) * NANOS_PER_MILLI;
    }

    private long ageMillis(long nowNanos) {
        return (nowNanos - heardNanos) / NANOS_PER_MILLI;
    }
}
