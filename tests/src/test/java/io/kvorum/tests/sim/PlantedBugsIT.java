package io.kvorum.tests.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.sim.bug.PlantedBug;
import io.kvorum.tests.sim.bug.PlantedBugs;
import io.kvorum.tests.sim.check.Checks;
import io.kvorum.tests.sim.plan.Plan;
import io.kvorum.tests.sim.plan.Planner;
import io.kvorum.tests.sim.run.Hunt;
import io.kvorum.tests.sim.run.Shrinker;
import io.kvorum.tests.sim.run.Simulation;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Timeline;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What shows that the checks of the simulator can fail: bugs are planted, and each is found. */
final class PlantedBugsIT {
    private static final long SEEDS_MAX = 1_000;

    /** Bugs that few seeds meet are hunted from shortly before one that does, but for the long run. */
    private static final Map<String, Long> RARE = Map.ofEntries(
            Map.entry("reap in spite of hints", 4_045L),
            Map.entry("forget what came while a hint was sent", 475L),
            Map.entry("acknowledge before writing", 490L),
            Map.entry("answer on after giving up", 105L),
            Map.entry("start without the journal", 90L),
            Map.entry("take back what was flushed", 220L),
            Map.entry("move without comparing", 2_590L),
            Map.entry("stamp a flush by one clock", 280L),
            Map.entry("trust a disk that lost power", 150L),
            Map.entry("reuse the actor of a hint", 100L),
            Map.entry("say that a hint is kept", 90L),
            Map.entry("drop an expiry", 85L),
            Map.entry("trust a copy that lost its data", 40L),
            Map.entry("fail for good once a disk failed", 25L),
            Map.entry("forget a reply", 25L),
            Map.entry("acknowledge before forcing", 20L));

    @Test
    void every_planted_bug_is_caught_within_1000_seeds() {
        ConcurrentSkipListMap<String, Long> seeds = new ConcurrentSkipListMap<>();
        PlantedBugs.all().parallelStream()
                .forEach(bug -> seeds.put(
                        bug.name() + " → " + bug.promise(),
                        Hunt.hunt(bug, first(bug), SEEDS_MAX, bug.nodes()).seeds()));

        seeds.forEach((bug, until) -> System.out.printf("%-70s %d%n", bug, until));
        assertThat(seeds).doesNotContainValue(0L);
    }

    private static long first(PlantedBug bug) {
        return Boolean.getBoolean("kvorum.endurance") ? 1 : RARE.getOrDefault(bug.name(), 1L);
    }

    @Test
    void every_check_has_a_bug_that_breaks_its_promise() {
        Set<String> broken = PlantedBugs.all().stream().map(PlantedBug::promise).collect(Collectors.toSet());

        assertThat(broken).containsAll(Checks.all().stream().map(Check::promise).toList());
    }

    @Test
    void a_run_that_fails_shrinks_to_a_plan_that_a_person_can_read() {
        PlantedBug bug = PlantedBugs.all().stream()
                .filter(planted -> planted.name().equals("ship deltas"))
                .findFirst()
                .orElseThrow();
        long seed = Hunt.hunt(bug, 1, SEEDS_MAX, 0).seeds();
        Plan whole = Planner.plan(seed, 0);
        Plan shortest = Shrinker.shrink(whole, bug.promise(), plan -> run(bug, plan, Timeline.none()));

        assertThat(shortest.steps()).hasSizeLessThan(8);
        Simulation.Result again = run(bug, shortest, Timeline.of("key4"));
        assertThat(again.broken()).isEqualTo(bug.promise());
        List<String> timeline = again.timeline();
        assertThat(timeline.get(timeline.size() - 1)).contains("BROKEN");
    }

    private static Simulation.Result run(PlantedBug bug, Plan plan, Timeline timeline) {
        return Simulation.run(plan, bug.planting().apply(plan.seed()), Checks.of(bug.promise()), timeline);
    }
}
