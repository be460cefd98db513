package io.kvorum.tests.compare;

import io.kvorum.tools.bench.LoadDriver;
import io.kvorum.tools.bench.LoadObserver;
import io.kvorum.tools.bench.Result;
import io.kvorum.tools.bench.Workload;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The load generator, which is the one of {@code kvorum bench}, inside this process: it is warm before the first
 * sample, and the same for all servers.
 */
public final class Generator {
    private static final int FILL_ROUNDS_MAX = 5;

    /** Of the largest throughput: far enough from its end that queues are not all there is to see. */
    private static final double RATE_SHARE = 0.5;

    private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.DOWN);

    private final NanoClock clock;
    private final Notes notes;
    private final PrintStream silent = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    /**
     * Generates nothing yet.
     *
     * @param notes where failures go
     */
    public Generator(NanoClock clock, Notes notes) {
        this.clock = clock;
        this.notes = notes;
    }

    /**
     * What a run has shown.
     *
     * @param serverNanos user and system time of the side's processes
     * @param generatorNanos user and system time of the load generator
     */
    public record Sample(Result result, long serverNanos, long generatorNanos, long elapsedNanos) {
        double cpuMicrosPerOperation() {
            return serverNanos / 1e3 / result.succeeded();
        }

        /** Operations that succeeded, per second. */
        public double operationsPerSecond() {
            return result.answeredPerSecond() * result.succeeded() / result.answered();
        }

        /** The latency that so many percent of the operations did not exceed. */
        public double latencyMillis(double percentile) {
            return result.latencyNanos(percentile) / 1e6;
        }

        double serverCores() {
            return (double) serverNanos / elapsedNanos;
        }

        double generatorCores() {
            return (double) generatorNanos / elapsedNanos;
        }
    }

    /** The rate at which latency is looked at: half of a throughput, in two digits. */
    public static long halfOf(double perSecond) {
        return Math.max(
                1, new BigDecimal(perSecond * RATE_SHARE).round(TWO_DIGITS).longValue());
    }

    /**
     * Writes all keys of a workload once, all of them again if some failed, with half as many on their way: a cold
     * server on a busy machine may refuse what it takes a moment later, and a key that is written twice is one key.
     *
     * @return writes that failed before all keys were there, by the reason
     * @throws IOException if some fail every time
     */
    public Map<String, Long> fill(Side side, Workload workload) throws IOException, InterruptedException {
        Map<String, Long> failures = Map.of();
        Map<String, Long> failed = new TreeMap<>();
        for (int round = 0; round < FILL_ROUNDS_MAX; round++) {
            failures = new LoadDriver(workload, clock, silent).fillOnly(LoadDriver.FILL_IN_FLIGHT >> round);
            if (failures.isEmpty()) {
                return failed;
            }
            failures.forEach((reason, count) -> failed.merge(reason, count, Long::sum));
            notes.count(side.name() + " did not take all keys at once", workload.keys(), failures);
        }
        throw new IOException(side.name() + " does not take all of " + workload.keys() + " keys: " + failures);
    }

    /** Runs a workload without a look at what comes of it. */
    public void warmUp(Workload workload) throws InterruptedException {
        run(workload, LoadObserver.NONE);
    }

    Sample measure(Side side, String what, Workload workload) throws IOException, InterruptedException {
        return measure(side, what, workload, LoadObserver.NONE);
    }

    /**
     * Runs a workload, and says what came of it.
     *
     * @param what for notes: which load it is
     * @throws IOException if nothing succeeds
     */
    public Sample measure(Side side, String what, Workload workload, LoadObserver observer)
            throws IOException, InterruptedException {
        long self = ProcessHandle.current().pid();
        long serverBefore = side.cpuNanos();
        long generatorBefore = ProcessAccounts.cpuNanos(self);
        long from = clock.nanoTime();
        Result result = run(workload, observer);
        long elapsed = clock.nanoTime() - from;
        Sample sample = new Sample(
                result, side.cpuNanos() - serverBefore, ProcessAccounts.cpuNanos(self) - generatorBefore, elapsed);
        judge(side, what, result);
        return sample;
    }

    private Result run(Workload workload, LoadObserver observer) throws InterruptedException {
        return new LoadDriver(workload, clock, silent).run(observer);
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
}
