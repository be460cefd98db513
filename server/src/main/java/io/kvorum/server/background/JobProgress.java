package io.kvorum.server.background;

import java.util.function.LongSupplier;

/**
 * How far a job is. Called on any thread.
 *
 * @param unit what it counts: records, keys
 * @param done how many it has done since the start
 * @param left how many it knows of that are left; -1 if it does not know
 * @param workedNanos how long it has worked since the start
 */
public record JobProgress(String unit, LongSupplier done, LongSupplier left, LongSupplier workedNanos) {}
