package io.kvorum.tests.sim.bug;

import io.kvorum.tests.sim.cluster.Sabotage;
import java.util.function.LongFunction;

/**
 * A bug that somebody might make, and the promise that it breaks.
 *
 * @param name what is done wrong
 * @param promise the name of the check that must notice, whatever others do
 * @param planting makes the bug for a run, from its seed
 */
public record PlantedBug(String name, String promise, LongFunction<Sabotage> planting) {}
