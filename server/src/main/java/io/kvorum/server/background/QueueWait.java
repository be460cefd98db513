package io.kvorum.server.background;

import io.kvorum.server.runtime.TaskLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * How late loops come to what is due: each has a task that does nothing, due again and again, and what that waits is what
 * anything else would have waited that came at the same moment. What a client sends while the process is stopped, for a
 * collection or for want of a processor, waits without being counted as waiting; this is how that is known. Tasks run on the
 * loops; the rest is for one thread.
 */
public final class QueueWait {
    /** All loops together: so that one that is late once in three seconds is no hundredth of it. */
    private static final int PER_SECOND = 100;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long INTERVAL_NANOS_MAX = NANOS_PER_SECOND / 10;

    /** Longer stops are the machine's sleep. */
    private static final long STOP_NANOS_MAX = 60 * NANOS_PER_SECOND;

    private final List<Probe> probes = new ArrayList<>();
    private final LongSupplier nanoTime;

    /** Begins to look at these loops, by a monotonic clock, at one after the other. */
    public QueueWait(List<TaskLoop> loops, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        long each = NANOS_PER_SECOND / PER_SECOND;
        long interval = Math.min(INTERVAL_NANOS_MAX, each * loops.size());
        for (int i = 0; i < loops.size(); i++) {
            probes.add(new Probe(loops.get(i), nanoTime, interval, interval * (i + 1) / loops.size()));
        }
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

        private final TaskLoop loop;
        private final LongSupplier nanoTime;
        private final long intervalNanos;
        private final long[] upper = Foreground.bounds();

        /** When it is due, what it waited last, and by bound how often it waited so long. One thread writes. */
        private final AtomicLongArray cells = new AtomicLongArray(COUNTS + upper.length);

        Probe(TaskLoop loop, LongSupplier nanoTime, long intervalNanos, long firstNanos) {
            this.loop = loop;
            this.nanoTime = nanoTime;
            this.intervalNanos = intervalNanos;
            cells.set(DUE, nanoTime.getAsLong() + firstNanos);
            loop.schedule(firstNanos, this::run);
        }

        private void run() {
            long now = nanoTime.getAsLong();
            long due = cells.getPlain(DUE);
            cells.setOpaque(LATEST, Math.max(0, now - due));
            // It would have been due again during a long stop: what comes then is more than one.
            due = Math.max(due, now - STOP_NANOS_MAX);
            do {
                count(Math.max(0, now - due));
                due += intervalNanos;
            } while (due <= now);
            cells.setOpaque(DUE, due);
            loop.schedule(due - now, this::run);
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
