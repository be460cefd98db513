package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.storage.engine.Durability;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The class of an error says what a client may do (docs/errors.md). Each request is run once without a fault; then once for
 * each point it passed, message or disk, and each fault that may happen there, once and from there on. The ordinary build
 * tries a share of them, {@code -Pendurance} all. Seeds print with what is wrong, and are taken as
 * {@code -Dkvorum.test.seed}.
 */
class ErrorClassesTest {
    private static final int ROWS_MAX = 4;
    private static final boolean ENDURANCE = Boolean.getBoolean("kvorum.endurance");

    /** One of so many single faults is tried: which, the seed says. */
    private static final int SHARE = ENDURANCE ? 1 : 20;

    private static final int PAIRS = ENDURANCE ? 20_000 : 60;
    private static final int[] CLUSTERS = {3, 5};
    private static final RequestOptions[] READS = {
        options(1, 0, 0, false), options(2, 0, 0, false), options(3, 0, 0, false)
    };
    private static final RequestOptions[] WRITES = {
        options(0, 1, 0, false),
        options(0, 2, 0, false),
        options(0, 3, 0, false),
        options(0, 2, 0, true),
        options(0, 3, 0, true),
        options(0, 1, 1, false),
        options(0, 1, 2, false),
        options(0, 2, 2, true),
        options(0, 2, 3, false)
    };

    private final Map<Integer, TestCluster> clusters = new HashMap<>();

    /** By what is wrong, numbers aside. */
    private final Map<String, List<String>> violations = new TreeMap<>();

    private final Map<String, Integer> classes = new TreeMap<>();
    private final long seed = Long.getLong("kvorum.test.seed", new SplittableRandom().nextLong());
    private long runs;

    private static RequestOptions options(int r, int w, int dw, boolean strict) {
        return new RequestOptions(r, w, dw, strict);
    }

    @ParameterizedTest
    @EnumSource(FaultScenario.Request.class)
    void a_fault_at_any_point_of_a_request_yields_the_class_of_what_really_happened(FaultScenario.Request request) {
        SplittableRandom random = new SplittableRandom(seed);
        for (FaultScenario scenario : scenarios(request)) {
            FaultRun without = run(scenario, List.of());
            for (FaultRun.Fault fault : faultsOf(without, 0)) {
                if (random.nextInt(SHARE) == 0) {
                    run(scenario, List.of(fault));
                }
            }
        }
        report();
        if (request != FaultScenario.Request.KV_MPUT) {
            assertThat(classes).containsKeys("OK", "CLUSTERDOWN", request.writes ? "INDOUBT" : "TRYAGAIN");
        }
    }

    @ParameterizedTest
    @EnumSource(FaultScenario.Request.class)
    void two_faults_at_any_points_yield_it_too(FaultScenario.Request request) {
        SplittableRandom random = new SplittableRandom(seed);
        List<FaultScenario> scenarios = scenarios(request);
        for (int i = 0; i < PAIRS; i++) {
            FaultScenario scenario = pick(scenarios, random);
            List<FaultRun.Fault> firsts = faultsOf(run(scenario, List.of()), 0);
            if (!firsts.isEmpty()) {
                FaultRun.Fault first = pick(firsts, random);
                List<FaultRun.Fault> seconds = faultsOf(run(scenario, List.of(first)), first.point() + 1);
                if (!seconds.isEmpty()) {
                    run(scenario, List.of(pick(seconds, random), first));
                }
            }
        }
        report();
    }

    private static <T> T pick(List<T> from, SplittableRandom random) {
        return from.get(random.nextInt(from.size()));
    }

    /** All that could go wrong at the points that a run passed. */
    private static List<FaultRun.Fault> faultsOf(FaultRun run, int fromPoint) {
        List<FaultRun.Fault> faults = new ArrayList<>();
        for (int point = fromPoint; point < run.points.size(); point++) {
            for (FaultKind kind : FaultKind.values()) {
                if (kind.happensAt(run.points.get(point))) {
                    faults.add(new FaultRun.Fault(point, false, kind));
                    faults.add(new FaultRun.Fault(point, true, kind));
                }
            }
        }
        return faults;
    }

    private List<FaultScenario> scenarios(FaultScenario.Request request) {
        List<FaultScenario> scenarios = new ArrayList<>();
        for (int nodes : CLUSTERS) {
            for (int client : nodes > 3 ? new int[] {0, 1, 4} : new int[] {0, 1}) {
                for (FaultScenario.Situation situation : FaultScenario.Situation.values()) {
                    if (!isPossible(request, client, situation)) {
                        continue;
                    }
                    for (RequestOptions options : request.writes ? WRITES : READS) {
                        scenarios.add(new FaultScenario(request, nodes, client, situation, Durability.SOON, options));
                    }
                    if (request.writes) {
                        scenarios.add(new FaultScenario(
                                request, nodes, client, situation, Durability.BEFORE_ACKNOWLEDGED, WRITES[1]));
                    }
                }
            }
        }
        return scenarios;
    }

    private static boolean isPossible(FaultScenario.Request request, int client, FaultScenario.Situation situation) {
        return switch (situation) {
            case WELL, ONE_OWNER_DOWN, ONE_OWNER_SUSPECTED -> true;
            case TWO_OWNERS_DOWN -> client != 1;
            // Of several keys some have other owners.
            case ALL_OWNERS_DOWN -> client >= FaultScenario.N && (!request.hasManyKeys() || request.isBlind());
        };
    }

    private FaultRun run(FaultScenario scenario, List<FaultRun.Fault> faults) {
        TestCluster cluster =
                clusters.computeIfAbsent(scenario.nodes(), nodes -> new TestCluster(nodes, FaultScenario.N));
        FaultRun run = new FaultRun(cluster, scenario, faults, runs++).run();
        for (String wrong : new FaultOracle(run).judge()) {
            violations
                    .computeIfAbsent(wrong.replaceAll("[0-9].*", "…"), rows -> new ArrayList<>())
                    .add(run + " | " + wrong);
        }
        if (!run.reply.isEmpty()) {
            classes.merge(FaultOracle.classOf(TestCluster.decode(run.reply)), 1, Integer::sum);
        }
        Holders.dropHints(cluster);
        return run;
    }

    private void report() {
        StringBuilder table = new StringBuilder();
        violations.forEach((wrong, rows) -> {
            table.append(rows.size()).append(" times: ").append(wrong).append('\n');
            rows.stream()
                    .limit(ROWS_MAX)
                    .forEach(row -> table.append("    ").append(row).append('\n'));
        });
        assertThat(violations.keySet())
                .as(
                        "of %d runs with kvorum.test.seed=%d and replies %s these are wrong:%n%s",
                        runs, seed, classes, table)
                .isEmpty();
    }
}
