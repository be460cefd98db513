package io.kvorum.tools.bench;

import org.jspecify.annotations.Nullable;

/**
 * What one generator does, all of it decided before it starts. Times are readings of one monotonic clock.
 *
 * @param arrivals when operations start (open loop); null: the next when one is answered (closed loop)
 * @param measureFromNanos operations meant to start before are the warm-up
 * @param endNanos no operation is meant to start at or after it
 * @param giveUpNanos what has no answer by then counts as unanswered
 * @param operationsMax stops earlier, after so many operations
 * @param sets weight of SET in the mix
 * @param gets weight of GET in the mix
 * @param batched in the closed loop: a connection sends again only once all that it has sent is answered
 */
record LoadPlan(
        @Nullable Arrivals arrivals,
        long measureFromNanos,
        long endNanos,
        long giveUpNanos,
        long operationsMax,
        int sets,
        int gets,
        boolean batched) {
    LoadPlan {
        if (sets < 0 || gets < 0 || sets + gets < 1) {
            throw new IllegalArgumentException("mix " + sets + ":" + gets);
        }
    }
}
