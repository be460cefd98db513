package io.kvorum.tests.sim.plan;

import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.story.KeyStory.Family;
import java.util.List;

/**
 * All that a run is made of, besides chance: the cluster, the keys, and what happens.
 *
 * @param seed of the run
 * @param shape of the cluster
 * @param clients how many
 * @param keys family of each key
 * @param steps by time
 */
public record Plan(long seed, SimCluster.Shape shape, int clients, List<Family> keys, List<Step> steps) {
    /** Copies the lists. */
    public Plan {
        keys = List.copyOf(keys);
        steps = List.copyOf(steps);
    }

    /** The same with other steps. */
    public Plan with(List<Step> others) {
        return new Plan(seed, shape, clients, keys, others);
    }
}
