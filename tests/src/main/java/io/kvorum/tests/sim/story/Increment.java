package io.kvorum.tests.sim.story;

import io.kvorum.storage.version.Dot;
import org.jspecify.annotations.Nullable;

/**
 * One increment as a copy made it.
 *
 * @param id what it is known by
 * @param delta what it added to its actor's sum before
 * @param attempt whose it is, if that is known
 */
public record Increment(Id id, long delta, @Nullable Attempt attempt) {
    /**
     * What an increment is known by.
     *
     * @param dot the sibling it is attached to
     * @param actor who made it
     * @param stamp when
     */
    public record Id(Dot dot, long actor, long stamp) {}
}
