package io.kvorum.server.background;

import io.kvorum.server.runtime.TaskLoop;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * How late loops come to what is due: each has a task that does nothing some times a second, and what that waits is what
 * anything else would have waited that came at the same moment. What a client sends while the process is stopped, for a
 * collection or for want of a processor, waits without being counted as waiting; this is how that is known. Tasks run on the
 * loops; the rest is for one thread.
 */
public final class QueueWait {
    private static final long INTERVAL_NANOS = 50_000_000;

    /** Longer stops than a minute are the machine's sleep. */
    private static final int MISSED_MAX = 1_200;

    private final List<Probe> probes;
    private final LongSupplier nanoTime;

    /** Begins to look at these loops, by a monotonic clock. */
    public QueueWait(List<TaskLoop> loops, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.probes = loops.stream().map(loop -> new Probe(loop, nanoTime)).toList();
    }

    /** The longest wait of those that came last at each loop, or still wait, in nanoseconds. */
    public long latestNanos() {
        long now = nanoTime.getAsLong();
        return probes.stream().mapToLong(probe -> probe.latestNanos(now)).max().orElse(0);
    }

    /** How many waits since the start were within each bound of ascending ones, in nanoseconds, the last without limit. */
    long[] within(long[] bounds) {
        long[] counts = new long[bounds.length];
        probes.forEach(probe -> probe.addWithin(bounds, counts));
        return counts;
    }

    /** The task of one loop. */
    private static final class Probe {
        private static final int DUE = 0;
        private static final int LATEST = 1;
        private static final int COUNTS = 2;

        private final LongSupplier nanoTime;
        private final long[] upper = Foreground.bounds();

        /** When it is due, what it waited last, and by bound how often it waited so long. One thread writes. */
        private final AtomicLongArray cells = new AtomicLongArray(COUNTS + upper.length);

        Probe(TaskLoop loop, LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            cells.set(DUE, nanoTime.getAsLong() + INTERVAL_NANOS);
            loop.every(INTERVAL_NANOS, this::run);
        }

        private void run() {
            long now = nanoTime.getAsLong();
            long late = Math.max(0, now - cells.getPlain(DUE));
            count(late);
            // It would have been due again meanwhile: what comes during a long stop is more than one.
            long first = Math.min(late, MISSED_MAX * INTERVAL_NANOS);
            for (long missed = first - INTERVAL_NANOS; missed > 0; missed -= INTERVAL_NANOS) {
                count(missed);
            }
            cells.setOpaque(LATEST, late);
            cells.setOpaque(DUE, now + INTERVAL_NANOS);
        }

        private void count(long nanos) {
            int found = Arrays.binarySearch(upper, nanos);
            int cell = COUNTS + (found < 0 ? -found - 1 : found);
            cells.setOpaque(cell, cells.getPlain(cell) + 1);
        }

        long latestNanos(long now) {
            return Math.max(cells.getOpaque(LATEST), now - cells.getOpaque(DUE));
        }

        void addWithin(long[] bounds, long[] counts) {
            long sum = 0;
            int cell = 0;
            for (int bound = 0; bound < bounds.length; bound++) {
                while (cell < upper.length && upper[cell] <= bounds[bound]) {
                    sum += cells.getOpaque(COUNTS + cell++);
                }
                counts[bound] += sum;
            }
        }
    }
}
