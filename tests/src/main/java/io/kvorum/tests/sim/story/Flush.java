package io.kvorum.tests.sim.story;

/**
 * A FLUSHALL that was done.
 *
 * @param startNanos when it was asked for
 * @param whole whether all members could be reached all the while
 */
public record Flush(long startNanos, boolean whole) {}
