package io.kvorum.tools.bench;

import io.kvorum.tools.console.Units;
import io.kvorum.tools.runtime.EventLoops;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Seeds;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/** Runs a workload on event loops and shows its progress. Blocks the thread of the command that asks for it. */
public final class LoadDriver {
    private static final long START_IN_NANOS = 20_000_000L;
    private static final long ANSWERS_AFTER_END_NANOS = 5_000_000_000L;
    private static final long FILL_NANOS_MAX = 3_600_000_000_000L;

    /** Of all connections together: keeps a cluster busy without making it late. */
    public static final int FILL_IN_FLIGHT = 512;

    private static final long PROGRESS_SECONDS = 1;

    private final Workload workload;
    private final NanoClock clock;
    private final PrintStream progress;

    /** A driver that opens nothing yet. */
    public LoadDriver(Workload workload, NanoClock clock, PrintStream progress) {
        this.workload = workload;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Connects, fills the keys if asked, runs, measures.
     *
     * @throws CannotConnectException if not all connections can be had
     */
    public Result run() throws InterruptedException {
        return run(LoadObserver.NONE);
    }

    /** As {@link #run()}, and tells of each operation that is measured. */
    public Result run(LoadObserver observer) throws InterruptedException {
        KeyChooser keys = workload.distribution().over(workload.keys());
        try (EventLoops loops = EventLoops.precise(workload.threads())) {
            if (workload.rate() != null && !loops.isPrecise()) {
                progress.println("Timers are in whole milliseconds on this platform: latencies read up to 1 ms high.");
            }
            List<LoadLoop> loadLoops = connect(loops);
            if (workload.fill()) {
                Map<String, Long> failures = fill(loadLoops, FILL_IN_FLIGHT).failures();
                if (!failures.isEmpty()) {
                    progress.println("Not all were written: " + failures);
                }
            }
            return measure(loadLoops, keys, observer);
        }
    }

    /**
     * Connects, writes every key once, and does no more.
     *
     * @param inFlight how many writes may be on their way, on all connections together; at least one on each
     * @return keys that could not be written, by the reason; empty if all were
     * @throws CannotConnectException if not all connections can be had
     */
    public Map<String, Long> fillOnly(int inFlight) throws InterruptedException {
        try (EventLoops loops = EventLoops.precise(workload.threads())) {
            return fill(connect(loops), inFlight).failures();
        }
    }

    private List<LoadLoop> connect(EventLoops loops) throws InterruptedException {
        List<LoadLoop> loadLoops = open(loops);
        await(loadLoops.stream().map(LoadLoop::connect).toList());
        return loadLoops;
    }

    private List<LoadLoop> open(EventLoops loops) {
        List<LoadLoop> loadLoops = new ArrayList<>();
        for (int i = 0; i < workload.threads(); i++) {
            List<Target> targets = new ArrayList<>();
            for (int connection = i; connection < workload.connections(); connection += workload.threads()) {
                targets.add(
                        workload.targets().get(connection % workload.targets().size()));
            }
            CommandWriter writer = new CommandWriter(
                    workload.protocol(), workload.valueSize(), Seeds.generator(workload.seed(), 2 * i));
            loadLoops.add(new LoadLoop(
                    loops.next(), loops, clock, targets, workload.protocol(), workload.password(), writer));
        }
        return loadLoops;
    }

    /** Writes every key once. */
    private Measurements fill(List<LoadLoop> loops, int inFlight) throws InterruptedException {
        progress.println("Filling " + workload.keys() + " keys.");
        int pipeline = Math.max(1, inFlight / workload.connections());
        long now = clock.nanoTime();
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        List<LoadGenerator> generators = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            long count = (workload.keys() - i + loops.size() - 1) / loops.size();
            long end = now + FILL_NANOS_MAX;
            LoadPlan plan = new LoadPlan(null, now, end, end, count, 1, 0, false);
            KeyChooser sequence = new Sequence(i, loops.size(), workload.keys());
            LoadGenerator generator = new LoadGenerator(
                    plan, sequence, Seeds.generator(0, i), loops.get(i).connectionCount(), pipeline);
            generators.add(generator);
            runs.add(loops.get(i).run(generator, now, end));
        }
        await(runs);
        Measurements filled = new Measurements();
        generators.forEach(generator -> filled.add(generator.measurements()));
        return filled;
    }

    private Result measure(List<LoadLoop> loops, KeyChooser keys, LoadObserver observer) throws InterruptedException {
        long start = clock.nanoTime() + START_IN_NANOS;
        long measureFrom = start + workload.warmupNanos();
        long end = measureFrom + workload.durationNanos();
        long giveUp = end + ANSWERS_AFTER_END_NANOS;
        Double rate = workload.rate();
        List<LoadGenerator> generators = new ArrayList<>();
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            Arrivals arrivals = rate == null ? null : Arrivals.share(start, rate, i, loops.size());
            LoadPlan plan = new LoadPlan(
                    arrivals,
                    measureFrom,
                    end,
                    giveUp,
                    Long.MAX_VALUE,
                    workload.sets(),
                    workload.gets(),
                    workload.batched());
            LoadGenerator generator = new LoadGenerator(
                    plan,
                    keys.share(i, loops.size()),
                    Seeds.generator(workload.seed(), 2 * i + 1),
                    loops.get(i).connectionCount(),
                    workload.pipelineLimit(),
                    observer);
            generators.add(generator);
            runs.add(loops.get(i).run(generator, start, giveUp));
        }
        showProgress(loops, CompletableFuture.allOf(runs.toArray(CompletableFuture<?>[]::new)), start);

        Measurements sum = new Measurements();
        long last = end;
        long reconnects = 0;
        for (int i = 0; i < loops.size(); i++) {
            sum.add(generators.get(i).measurements());
            last = Math.max(last, generators.get(i).lastAnswerNanos());
            reconnects += loops.get(i).reconnects();
        }
        return new Result(workload, sum, last - measureFrom, reconnects);
    }

    private void showProgress(List<LoadLoop> loops, CompletableFuture<Void> done, long start)
            throws InterruptedException {
        while (!waitFor(done)) {
            Histogram interval = Measurements.histogram();
            for (LoadLoop loop : loops) {
                interval.add(join(loop.takeInterval()));
            }
            progress.println(Units.decimal((clock.nanoTime() - start) / 1e9, 0) + " s  "
                    + interval.getTotalCount() / PROGRESS_SECONDS + "/s  p50 "
                    + Units.millisOfNanos(interval.getValueAtPercentile(50)) + "  p99 "
                    + Units.millisOfNanos(interval.getValueAtPercentile(99)) + "  max "
                    + Units.millisOfNanos(interval.getMaxValue()) + " ms");
        }
    }

    /** Whether it came within the time between two lines of progress. */
    private static boolean waitFor(CompletableFuture<Void> done) throws InterruptedException {
        try {
            done.get(PROGRESS_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException failure) {
            throw unwrapped(failure);
        }
    }

    private static void await(List<CompletableFuture<Void>> all) throws InterruptedException {
        for (CompletableFuture<Void> one : all) {
            join(one);
        }
    }

    private static <T> T join(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failure) {
            throw unwrapped(failure);
        }
    }

    private static RuntimeException unwrapped(ExecutionException failure) {
        return failure.getCause() instanceof CannotConnectException cannot
                ? cannot
                : new IllegalStateException("a load loop failed", failure.getCause());
    }
}
