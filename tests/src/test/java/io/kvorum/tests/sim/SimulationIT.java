package io.kvorum.tests.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.plan.Planner;
import io.kvorum.tests.sim.run.Campaign;
import io.kvorum.tests.sim.run.Report;
import io.kvorum.tests.sim.run.Simulation;
import io.kvorum.tests.sim.story.Timeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters in virtual time. {@code -Dkvorum.sim.seed=S} runs the fresh seeds from S on, {@code
 * tools/bin/kvorum simulate --seeds 1 --from S} runs one and says all about it.
 */
final class SimulationIT {
    /** Where the rarest ways come soon. */
    private static final long FIXED_SEEDS_FROM = 601;

    private static final long FIXED_SEEDS_MIN = 160;
    private static final long FIXED_SEEDS_MAX = 1_200;
    private static final long FIXED_SEEDS_STEP = 40;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final boolean ENDURANCE = Boolean.getBoolean("kvorum.endurance");
    private static final long FRESH_NANOS = (ENDURANCE ? 3_600 : 5) * SECOND_NANOS;
    private static final Path FAILED_ONCE = Path.of("src/test/resources/seeds-that-failed.txt");

    private final Campaign campaign = new Campaign(Clock.system(), 0);

    @Test
    void fixed_seeds_break_no_promise_and_take_every_rare_way() {
        long enough = ENDURANCE ? FIXED_SEEDS_MAX : FIXED_SEEDS_MIN;
        while (campaign.seeds() < enough || (!campaign.missed().isEmpty() && campaign.seeds() < FIXED_SEEDS_MAX)) {
            campaign.run(FIXED_SEEDS_FROM + campaign.seeds(), FIXED_SEEDS_STEP, Long.MAX_VALUE, ran -> {});
            assertNothingFailed();
        }

        System.out.println(campaign.seeds() + " fixed seeds");
        assertThat(campaign.missed()).as("rare ways that no run took").isEmpty();
    }

    @Test
    void seeds_that_failed_once_fail_no_more() throws IOException {
        LongStream seeds = Files.readAllLines(FAILED_ONCE).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s", 2)[0]));
        campaign.run(seeds, ran -> {});

        assertNothingFailed();
    }

    @Test
    void fresh_seeds_break_no_promise() {
        long any = RandomSource.system().generator("seed").nextLong(1L << 40);
        long from = Long.getLong("kvorum.sim.seed", any);
        campaign.run(from, Long.MAX_VALUE - from, FRESH_NANOS, ran -> {});

        System.out.printf("%d fresh seeds from %d, %.0f a minute%n", campaign.seeds(), from, campaign.seedsPerMinute());
        assertNothingFailed();
        assertThat(campaign.seeds()).isPositive();
    }

    @Test
    void one_seed_makes_one_trace() {
        for (long seed = 1; seed <= 12; seed++) {
            Simulation.Result first = Simulation.run(Planner.plan(seed, 0), Timeline.none());
            Simulation.Result second = Simulation.run(Planner.plan(seed, 0), Timeline.of("key0"));

            assertThat(second.happened()).as("happenings of seed %d", seed).isEqualTo(first.happened());
            assertThat(second.trace()).as("trace of seed %d", seed).isEqualTo(first.trace());
        }
        assertThat(Simulation.run(Planner.plan(1, 0), Timeline.none()).trace())
                .isNotEqualTo(
                        Simulation.run(Planner.plan(2, 0), Timeline.none()).trace());
    }

    private void assertNothingFailed() {
        if (!campaign.failures().isEmpty()) {
            long seed = campaign.failures().get(0).seed();
            Report.of(seed, 0).forEach(System.out::println);
        }
        assertThat(campaign.failures()).as("seeds that break a promise").isEmpty();
    }
}
