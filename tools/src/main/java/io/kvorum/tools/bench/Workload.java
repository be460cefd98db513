package io.kvorum.tools.bench;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for: the load and where it goes.
 *
 * @param rate operations per second of all connections together; null for as many as the server takes
 * @param pipelineLimit operations on their way per connection: a bound in the open loop, the load in the closed one
 * @param batched in the closed loop: a connection sends the next so many when all are answered, not one for each
 * @param sets weight of SET in the mix
 * @param gets weight of GET in the mix
 * @param fill every key is written once before the load
 */
public record Workload(
        List<Target> targets,
        Protocol protocol,
        @Nullable String password,
        @Nullable Double rate,
        long durationNanos,
        long warmupNanos,
        int connections,
        int threads,
        int pipelineLimit,
        boolean batched,
        int sets,
        int gets,
        long keys,
        int valueSize,
        Distribution distribution,
        boolean fill,
        long seed) {
    /** Checks nothing but copies: options are checked where they are read. */
    public Workload {
        targets = List.copyOf(targets);
    }

    /** Which keys are used how often. */
    public enum Distribution {
        /** Every key as often as any other. */
        UNIFORM,
        /** With 0.99 as in YCSB. */
        ZIPFIAN,
        /** Every key once before any comes again. */
        SEQUENTIAL;

        KeyChooser over(long keys) {
            return switch (this) {
                case UNIFORM -> KeyChooser.uniform(keys);
                case ZIPFIAN -> KeyChooser.zipfian(keys, Zipfian.YCSB_THETA);
                case SEQUENTIAL -> KeyChooser.sequential(keys);
            };
        }
    }

    /** One line that says it all, without the password. */
    String describe() {
        String how = rate == null ? "closed loop" : "open loop at " + Math.round(rate) + "/s";
        return protocol + ", " + how + ", " + connections + " connections, pipeline " + pipelineLimit
                + (batched ? " in batches" : "") + ", set:get " + sets + ":" + gets
                + ", " + keys + " keys " + distribution.name().toLowerCase(Locale.ROOT) + ", values of "
                + valueSize + " B, seed " + seed;
    }
}
