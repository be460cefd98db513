package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.Plan.Operation;
import io.kvorum.tools.bench.Workload;
import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The loads of a plan, for the generator. */
final class Load {
    /** Operations on their way per connection in the open loop: a bound that is only reached when a server stalls. */
    private static final int OPEN_LOOP_PIPELINE = 64;

    /** Other keys than those of any pair. */
    private static final int WARMUP_RUN = -1;

    private static final long LOOK_NANOS = 100_000_000L;

    private final Plan plan;
    private final Generator generator;

    Load(Plan plan, NanoClock clock, Notes notes) {
        this.plan = plan;
        this.generator = new Generator(clock, notes);
    }

    /** Writes keys 0 to {@code keys - 1}. */
    void fill(Side side, long keys) throws IOException, InterruptedException {
        var unused = generator.fill(side, workload(side, Operation.SET, null, 1, keys, 0, 0));
    }

    /** Reads some of keys 0 to {@code keys - 1}, so that a note is made if there are lost ones among them. */
    void look(Side side, long keys) throws IOException, InterruptedException {
        generator.measure(
                side, "get of " + keys + " keys", workload(side, Operation.GET, null, 1, keys, LOOK_NANOS, 0));
    }

    /** As many operations as it takes, a full batch at a time on every connection. */
    Sample closed(Side side, Operation operation, int depth, int run) throws IOException, InterruptedException {
        Workload workload = workload(side, operation, null, depth, plan.keys(), plan.durationNanos(), run);
        return generator.measure(side, operation.label() + " P=" + depth, workload);
    }

    /** So many operations per second, each at its time. */
    Sample open(Side side, Operation operation, long rate, int run) throws IOException, InterruptedException {
        return generator.measure(side, operation.label() + " " + rate + "/s", atRate(side, operation, rate, run));
    }

    /** As {@link #closed}, without a look at what comes of it. */
    void warmUp(Side side, Operation operation, int depth) throws InterruptedException {
        generator.warmUp(workload(side, operation, null, depth, plan.keys(), plan.warmupNanos(), WARMUP_RUN));
    }

    /** As {@link #open}, without a look at what comes of it: at a rate, other code runs than in the closed loop. */
    void warmUpAtRate(Side side, Operation operation, long rate) throws InterruptedException {
        generator.warmUp(atRate(side, operation, rate, WARMUP_RUN));
    }

    private Workload atRate(Side side, Operation operation, long rate, int run) {
        return workload(side, operation, (double) rate, OPEN_LOOP_PIPELINE, plan.keys(), plan.durationNanos(), run);
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
