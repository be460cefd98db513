package io.kvorum.tests.sim.bug;

import io.kvorum.tests.sim.cluster.Sabotage;
import java.util.function.LongFunction;

/**
 * A bug that somebody might make, and the promise that it breaks.
 *
 * @param name what is done wrong
 * @param promise the name of the check that must notice, whatever others do
 * @param nodes of the clusters that it is looked for in; 0 for those that seeds want
 * @param planting makes the bug for a run, from its seed
 */
public record PlantedBug(String name, String promise, int nodes, LongFunction<Sabotage> planting) {
    PlantedBug(String name, String promise, LongFunction<Sabotage> planting) {
        this(name, promise, 0, planting);
    }
}
