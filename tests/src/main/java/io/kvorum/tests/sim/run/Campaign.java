package io.kvorum.tests.sim.run;

import io.kvorum.server.runtime.Clock;
import io.kvorum.tests.sim.plan.Planner;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Timeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Many seeds, on all cores. A run shares nothing with another. */
public final class Campaign {
    private static final int BATCH_SEEDS = 64;

    /** So many failures are enough to stop: there is something to mend. */
    private static final int FAILURES_MAX = 5;

    private final Clock clock;
    private final int nodes;
    private final Map<Probe, Long> probes = new EnumMap<>(Probe.class);
    private final List<Failed> failures = new ArrayList<>();
    private final long startNanos;
    private long seeds;
    private long happened;

    /** A seed that broke a promise. */
    public record Failed(long seed, String promise, String seen) {}

    /** Told how far it is. */
    @FunctionalInterface
    public interface Progress {
        /** Another batch of seeds has run. */
        void ran(Campaign campaign);
    }

    /**
     * A campaign that has not begun.
     *
     * @param nodes of each cluster; 0 to let the seeds decide
     */
    public Campaign(Clock clock, int nodes) {
        this.clock = clock;
        this.nodes = nodes;
        this.startNanos = clock.nanoTime();
    }

    /** Runs seeds from one on, until they are done, time is up, or there are failures enough. */
    public void run(long from, long count, long nanosMax, Progress progress) {
        long next = from;
        while (next - from < count && !isOver(nanosMax)) {
            long end = Math.min(from + count, next + BATCH_SEEDS);
            run(LongStream.range(next, end), progress);
            next = end;
        }
    }

    /** Runs single seeds. */
    public void run(LongStream of, Progress progress) {
        List<Simulation.Result> results = of.parallel()
                .mapToObj(seed -> Simulation.run(Planner.plan(seed, nodes), Timeline.none()))
                .toList();
        for (Simulation.Result result : results) {
            seeds++;
            happened += result.happened();
            result.probes().forEach((probe, times) -> probes.merge(probe, times, Long::sum));
            Throwable failure = result.failure();
            String broken = result.broken();
            if (failure != null && broken != null) {
                failures.add(new Failed(result.seed(), broken, String.valueOf(failure.getMessage())));
            }
        }
        progress.ran(this);
    }

    /** How many seeds have run. */
    public long seeds() {
        return seeds;
    }

    /** How many things happened in all runs together. */
    public long happened() {
        return happened;
    }

    /** Seeds in a minute, so far. */
    public double seedsPerMinute() {
        double minutes = (clock.nanoTime() - startNanos) / 60e9;
        return minutes <= 0 ? 0 : seeds / minutes;
    }

    /** What failed. */
    public List<Failed> failures() {
        return failures;
    }

    /** How often each rare way was taken. */
    public Map<Probe, Long> probes() {
        return probes;
    }

    /** The rare ways that were never taken: of these nothing is proven. */
    public List<Probe> missed() {
        return Arrays.stream(Probe.values())
                .filter(probe -> !probes.containsKey(probe))
                .toList();
    }

    private boolean isOver(long nanosMax) {
        return failures.size() >= FAILURES_MAX || clock.nanoTime() - startNanos > nanosMax;
    }
}
