package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Plan.Operation;
import io.kvorum.tools.bench.LoadDriver;
import io.kvorum.tools.bench.Result;
import io.kvorum.tools.bench.Workload;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The load generator, which is the one of {@code kvorum bench}, inside this process: it is warm before the first
 * sample, and the same for both sides.
 */
final class Load {
    /** Operations on their way per connection in the open loop: a bound that is only reached when a server stalls. */
    private static final int OPEN_LOOP_PIPELINE = 64;

    private static final int FILL_ROUNDS_MAX = 5;

    /** Other keys than those of any pair. */
    private static final int WARMUP_RUN = -1;

    private static final long LOOK_NANOS = 100_000_000L;

    private final Plan plan;
    private final NanoClock clock;
    private final Notes notes;
    private final PrintStream silent = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    Load(Plan plan, NanoClock clock, Notes notes) {
        this.plan = plan;
        this.clock = clock;
        this.notes = notes;
    }

    /**
     * What a run has shown.
     *
     * @param serverNanos user and system time of the side's processes
     * @param generatorNanos user and system time of the load generator
     */
    record Sample(Result result, long serverNanos, long generatorNanos, long elapsedNanos) {
        double cpuMicrosPerOperation() {
            return serverNanos / 1e3 / result.succeeded();
        }

        double operationsPerSecond() {
            return result.answeredPerSecond() * result.succeeded() / result.answered();
        }

        double latencyMillis(double percentile) {
            return result.latencyNanos(percentile) / 1e6;
        }

        double serverCores() {
            return (double) serverNanos / elapsedNanos;
        }

        double generatorCores() {
            return (double) generatorNanos / elapsedNanos;
        }
    }

    /**
     * Writes keys 0 to {@code keys - 1}, all of them again if some failed, with half as many on their way: a cold
     * server on a busy machine may refuse what it takes a moment later, and a key that is written twice is one key.
     *
     * @throws IOException if some fail every time
     */
    void fill(Side side, long keys) throws IOException, InterruptedException {
        Workload workload = workload(side, Operation.SET, null, 1, keys, 0, 0);
        Map<String, Long> failures = Map.of();
        for (int round = 0; round < FILL_ROUNDS_MAX; round++) {
            failures = new LoadDriver(workload, clock, silent).fillOnly(LoadDriver.FILL_IN_FLIGHT >> round);
            if (failures.isEmpty()) {
                return;
            }
            notes.count(side.name() + " did not take all keys at once", keys, failures);
        }
        throw new IOException(side.name() + " does not take all of " + keys + " keys: " + failures);
    }

    /** Reads some of keys 0 to {@code keys - 1}, so that a note is made if there are lost ones among them. */
    void look(Side side, long keys) throws IOException, InterruptedException {
        measure(side, "get of " + keys + " keys", workload(side, Operation.GET, null, 1, keys, LOOK_NANOS, 0));
    }

    /** As many operations as it takes, a full batch at a time on every connection. */
    Sample closed(Side side, Operation operation, int depth, int run) throws IOException, InterruptedException {
        Workload workload = workload(side, operation, null, depth, plan.keys(), plan.durationNanos(), run);
        return measure(side, operation.label() + " P=" + depth, workload);
    }

    /** So many operations per second, each at its time. */
    Sample open(Side side, Operation operation, long rate, int run) throws IOException, InterruptedException {
        return measure(side, operation.label() + " " + rate + "/s", atRate(side, operation, rate, run));
    }

    /** As {@link #closed}, without a look at what comes of it. */
    void warmUp(Side side, Operation operation, int depth) throws InterruptedException {
        run(workload(side, operation, null, depth, plan.keys(), plan.warmupNanos(), WARMUP_RUN));
    }

    /** As {@link #open}, without a look at what comes of it: at a rate, other code runs than in the closed loop. */
    void warmUpAtRate(Side side, Operation operation, long rate) throws InterruptedException {
        run(atRate(side, operation, rate, WARMUP_RUN));
    }

    private Workload atRate(Side side, Operation operation, long rate, int run) {
        return workload(side, operation, (double) rate, OPEN_LOOP_PIPELINE, plan.keys(), plan.durationNanos(), run);
    }

    private Result run(Workload workload) throws InterruptedException {
        return new LoadDriver(workload, clock, silent).run();
    }

    private Sample measure(Side side, String what, Workload workload) throws IOException, InterruptedException {
        long self = ProcessHandle.current().pid();
        long serverBefore = side.cpuNanos();
        long generatorBefore = ProcessAccounts.cpuNanos(self);
        long from = clock.nanoTime();
        Result result = run(workload);
        long elapsed = clock.nanoTime() - from;
        Sample sample = new Sample(
                result, side.cpuNanos() - serverBefore, ProcessAccounts.cpuNanos(self) - generatorBefore, elapsed);
        judge(side, what, result);
        return sample;
    }

    /**
     * Failures are noted; operations that fail do not count, so that what they cost is borne by the others.
     *
     * @throws IOException if nothing succeeded: there is nothing to compare
     */
    private void judge(Side side, String what, Result result) throws IOException {
        if (result.succeeded() == 0) {
            throw new IOException(side.name() + " failed all operations of " + what + ":\n" + result.table());
        }
        notes.count(
                side.name() + " failed at " + what + ", which is not counted", result.attempted(), result.failures());
        if (result.absent() > 0) {
            notes.count(
                    side.name() + " has lost keys at " + what,
                    result.attempted(),
                    Map.of("gets of nothing", result.absent()));
        }
    }

    /** The run's number is part of the seed: both sides of a pair get the same keys, other pairs others. */
    private Workload workload(
            Side side,
            Operation operation,
            @Nullable Double rate,
            int pipeline,
            long keys,
            long durationNanos,
            int run) {
        return new Workload(
                List.copyOf(side.targets()),
                side.protocol(),
                null,
                rate,
                durationNanos,
                0,
                plan.connections(),
                1,
                pipeline,
                rate == null,
                operation.sets(),
                operation.gets(),
                keys,
                plan.valueBytes(),
                Workload.Distribution.UNIFORM,
                false,
                plan.seed() + run);
    }
}
