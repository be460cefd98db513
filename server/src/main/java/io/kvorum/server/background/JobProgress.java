package io.kvorum.server.background;

import java.util.function.LongSupplier;

/**
 * How far a job is. Called on any thread.
 *
 * @param unit what it counts: records, keys
 * @param done how many it has done since the start
 * @param left how many it knows of that are left; -1 if it does not know
 * @param workedNanos how long it has worked since the start
 * @param most the part of its time, above 0 to 1, that it works if its share is all: less for one that paces itself
 */
public record JobProgress(String unit, LongSupplier done, LongSupplier left, LongSupplier workedNanos, double most) {
    /** Of a job that may work all the time. */
    public JobProgress(String unit, LongSupplier done, LongSupplier left, LongSupplier workedNanos) {
        this(unit, done, left, workedNanos, 1);
    }
}
