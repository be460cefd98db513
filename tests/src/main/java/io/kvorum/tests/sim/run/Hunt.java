package io.kvorum.tests.sim.run;

import io.kvorum.tests.sim.bug.PlantedBug;
import io.kvorum.tests.sim.check.Checks;
import io.kvorum.tests.sim.plan.Planner;
import io.kvorum.tests.sim.story.Timeline;

/** Looks for the first seed with which a planted bug is caught, by the check of the promise that it breaks and no other. */
public final class Hunt {
    private Hunt() {}

    /**
     * What came of a hunt.
     *
     * @param seeds how many it took, the last of them included; 0 if it was not caught
     * @param seen what the check said
     */
    public record Caught(long seeds, String seen) {}

    /** Hunts a bug through seeds. */
    public static Caught hunt(PlantedBug bug, long from, long seedsMax, int nodes) {
        for (long i = 0; i < seedsMax; i++) {
            long seed = from + i;
            Simulation.Result result = Simulation.run(
                    Planner.plan(seed, nodes), bug.planting().apply(seed), Checks.of(bug.promise()), Timeline.none());
            if (bug.promise().equals(result.broken())) {
                return new Caught(i + 1, String.valueOf(result.failure()));
            }
        }
        return new Caught(0, "");
    }
}
