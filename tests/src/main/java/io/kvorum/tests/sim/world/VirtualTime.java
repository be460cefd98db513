package io.kvorum.tests.sim.world;

import java.util.PriorityQueue;

/**
 * What is going to happen, in order, and the time that it is. Two things at one moment happen in the order in which they
 * were asked for, so that a run depends on nothing but its seed.
 */
public final class VirtualTime {
    /** One millisecond. */
    public static final long MILLI = 1_000_000;

    /** One second. */
    public static final long SECOND = 1_000 * MILLI;

    private final PriorityQueue<Happening> ahead = new PriorityQueue<>();
    private long nowNanos;
    private long asked;
    private long happened;
    private long trace = 0x6b76_6f72_756dL;

    /** The time since the world began. */
    public long nowNanos() {
        return nowNanos;
    }

    /**
     * Lets something happen later.
     *
     * @param delayNanos from now; at least 0
     * @param label what it is, for the trace
     * @return cancels it
     */
    public Happening after(long delayNanos, String label, Runnable what) {
        if (delayNanos < 0) {
            throw new IllegalArgumentException(label + " in " + delayNanos + " ns");
        }
        Happening happening = new Happening(nowNanos + delayNanos, asked++, label, what);
        ahead.add(happening);
        return happening;
    }

    /** Lets the next thing happen, unless it is later than the time given, at which it is then; says whether it did. */
    public boolean step(long untilNanos) {
        Happening next = ahead.peek();
        while (next != null && next.cancelled) {
            ahead.poll();
            next = ahead.peek();
        }
        if (next == null || next.atNanos > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        ahead.poll();
        nowNanos = next.atNanos;
        happened++;
        note(next.atNanos ^ next.label.hashCode());
        next.what.run();
        return true;
    }

    /** Makes the trace depend on what is seen somewhere. */
    public void note(long what) {
        long mixed = (trace ^ what) * 0x9e37_79b9_7f4a_7c15L;
        trace = mixed ^ (mixed >>> 29);
    }

    /** A number of all that happened so far: two runs with the same one were the same, for all practical purposes. */
    public long trace() {
        return trace;
    }

    /** How many things have happened. */
    public long happened() {
        return happened;
    }

    /** Something that may still be prevented. */
    public static final class Happening implements Comparable<Happening> {
        private final long atNanos;
        private final long order;
        private final String label;
        private final Runnable what;
        private boolean cancelled;

        private Happening(long atNanos, long order, String label, Runnable what) {
            this.atNanos = atNanos;
            this.order = order;
            this.label = label;
            this.what = what;
        }

        /** It will not happen; nothing changes if it has already. */
        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Happening other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }
}
