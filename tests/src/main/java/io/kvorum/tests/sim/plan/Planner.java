package io.kvorum.tests.sim.plan;

import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.story.KeyStory.Family;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes a plan from a seed: a cluster, what its clients do, and what goes wrong meanwhile. */
public final class Planner {
    private static final long MILLI = VirtualTime.MILLI;
    private static final int PARTITIONS = 8;

    private final long seed;
    private final RandomGenerator random;
    private final List<Step> steps = new ArrayList<>();
    private final List<Family> keys = new ArrayList<>();
    private int nodes;
    private int clients;

    /** Whether frames are soon too old; then clocks must be in step, as the design asks for. */
    private boolean shortGrace;

    private long lengthNanos;

    private Planner(long seed) {
        this.seed = seed;
        this.random = new RandomSource(seed).generator("plan");
    }

    /**
     * The plan of a seed.
     *
     * @param nodes how many; 0 to let the seed decide
     */
    public static Plan plan(long seed, int nodes) {
        return new Planner(seed).make(nodes);
    }

    private Plan make(int nodesWanted) {
        int one = random.nextInt(100);
        int chosen = one < 4 ? 1 : one < 8 ? 2 : one < 70 ? 3 : one < 85 ? 4 : 5;
        nodes = nodesWanted > 0 ? nodesWanted : chosen;
        clients = 2 + random.nextInt(4);
        lengthNanos = (3 + random.nextInt(9)) * VirtualTime.SECOND;
        shortGrace = random.nextInt(6) == 0;
        addKeys();
        requests();
        faults();
        steps.sort(Comparator.comparingLong(Step::atNanos));
        boolean steady = shortGrace || random.nextInt(4) == 0;
        SimCluster.Shape shape = new SimCluster.Shape(
                nodes,
                PARTITIONS,
                1 + random.nextInt(2),
                steady ? 0 : 1L << random.nextInt(1, 12),
                steady ? 0 : Math.pow(10, -2 - random.nextInt(4)),
                settings());
        return new Plan(seed, shape, clients, keys, steps);
    }

    private void addKeys() {
        add(Family.ETERNAL, 2 + random.nextInt(3));
        add(Family.CART, 1 + random.nextInt(3));
        add(Family.DELETED, 1 + random.nextInt(2));
        add(Family.ENDING, 1 + random.nextInt(2));
        add(Family.COUNTER, 1 + random.nextInt(2));
        add(random.nextBoolean() ? Family.DELETED_COUNTER : Family.ENDING_COUNTER, 1);
    }

    private void add(Family family, int count) {
        for (int i = 0; i < count; i++) {
            keys.add(family);
        }
    }

    private List<String> settings() {
        List<String> settings = new ArrayList<>();
        int timeoutMillis = 100 << random.nextInt(4);
        settings.add("replication.read-timeout=" + timeoutMillis + "ms");
        settings.add("replication.write-timeout=" + timeoutMillis + "ms");
        settings.add("replication.read-all-ratio=" + (random.nextInt(4) == 0 ? "0" : "0.2"));
        settings.add("replication.hedge=" + (random.nextInt(5) == 0 ? "no" : "yes"));
        settings.add("replication.hedge-delay-min=" + (1 + random.nextInt(5)) + "ms");
        settings.add("gossip.interval=" + (random.nextBoolean() ? "1s" : "300ms"));
        if (shortGrace) {
            // Frames are too old at half of it.
            settings.add("tombstone.grace=1s");
        }
        return settings;
    }

    private void requests() {
        int count = 60 + random.nextInt(260);
        int warm = random.nextInt(keys.size());
        for (int i = 0; i < count; i++) {
            int key = random.nextInt(4) == 0 ? warm : random.nextInt(keys.size());
            steps.add(request(somewhen(), key, operation(keys.get(key))));
        }
        bursts();
        if (random.nextInt(4) == 0) {
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                steps.add(request(somewhen(), -1, Operation.FLUSHALL));
            }
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            steps.add(request(somewhen(), -1, random.nextBoolean() ? Operation.DBSIZE : Operation.KEYS));
        }
        if (random.nextInt(60) == 0) {
            storm();
        }
    }

    /** Many requests on one key at nearly one moment: races that a steady stream rarely has. */
    private void bursts() {
        for (int i = random.nextInt(6); i > 0; i--) {
            long atNanos = somewhen();
            int key = random.nextInt(keys.size());
            for (int j = 3 + random.nextInt(8); j > 0; j--) {
                steps.add(request(atNanos + random.nextLong(2 * MILLI), key, operation(keys.get(key))));
            }
        }
    }

    /** More blind writes than a key may have siblings. */
    private void storm() {
        int key = keys.indexOf(Family.CART);
        long atNanos = somewhen();
        for (int i = 0; i < 115; i++) {
            steps.add(request(atNanos + 2L * i * MILLI, key, Operation.KV_PUT_BLIND));
        }
    }

    private Step.Request request(long atNanos, int key, Operation operation) {
        return new Step.Request(
                atNanos, random.nextInt(clients), random.nextInt(nodes), key, operation, random.nextInt(1 << 20));
    }

    private Operation operation(Family family) {
        List<Operation> all = Operation.of(family);
        int left = random.nextInt(all.stream().mapToInt(Operation::weight).sum());
        for (Operation operation : all) {
            left -= operation.weight();
            if (left < 0) {
                return operation;
            }
        }
        throw new IllegalStateException("weights of " + family);
    }

    private void faults() {
        if (random.nextInt(8) == 0) {
            rollingRestart();
        }
        int count = random.nextInt(5) == 0 ? 0 : random.nextInt(1, 9);
        for (int i = 0; i < count; i++) {
            long atNanos = somewhen();
            long endNanos = atNanos + (1 + random.nextLong(1 << random.nextInt(4, 12))) * MILLI;
            int node = random.nextInt(nodes);
            int other = nodes == 1 ? 0 : (node + 1 + random.nextInt(nodes - 1)) % nodes;
            switch (random.nextInt(10)) {
                case 0, 1 -> {
                    steps.add(new Step.Crash(atNanos, node, random.nextInt(3) > 0, random.nextInt(3) == 0));
                    steps.add(new Step.Restart(endNanos, node));
                }
                case 2 -> steps.add(new Step.Pause(atNanos, node, endNanos - atNanos));
                case 3 -> isolate(atNanos, endNanos, node);
                case 4 -> {
                    steps.add(new Step.Cut(atNanos, node, other));
                    if (random.nextBoolean()) {
                        steps.add(new Step.Cut(atNanos, other, node));
                    }
                    mendAt(endNanos, node, other);
                }
                case 5 -> {
                    steps.add(new Step.Slow(atNanos, node, other, (1L << random.nextInt(2, 10)) * MILLI));
                    mendAt(endNanos, node, other);
                }
                case 6 -> {
                    steps.add(new Step.Disturb(atNanos, node, other, random.nextDouble() / 2, random.nextDouble() / 2));
                    mendAt(endNanos, node, other);
                }
                case 7 -> steps.add(new Step.Reset(atNanos, node, other));
                case 8 -> {
                    long millis = random.nextLong(-3_000, 3_000);
                    if (!shortGrace) {
                        steps.add(new Step.Jump(atNanos, node, millis));
                    }
                }
                default -> {
                    steps.add(new Step.DiskFull(atNanos, node, true));
                    steps.add(new Step.DiskFull(endNanos, node, false));
                    steps.add(new Step.DiskFails(atNanos, node, 1 + random.nextInt(2)));
                }
            }
        }
    }

    /** All nodes are restarted one after the other, as for an upgrade, each time once all copies should be whole again. */
    private void rollingRestart() {
        long atNanos = random.nextLong(lengthNanos / 3);
        for (int node = 0; node < nodes; node++) {
            steps.add(new Step.Crash(atNanos, node, true, false));
            steps.add(new Step.Restart(atNanos + random.nextLong(50, 500) * MILLI, node));
            atNanos += random.nextLong(900, 2_500) * MILLI;
        }
    }

    private void isolate(long atNanos, long endNanos, int node) {
        boolean reset = random.nextBoolean();
        for (int other = 0; other < nodes; other++) {
            if (other != node) {
                steps.add(new Step.Cut(atNanos, node, other));
                steps.add(new Step.Cut(atNanos, other, node));
                if (reset) {
                    steps.add(new Step.Reset(atNanos, node, other));
                }
                mendAt(endNanos, node, other);
            }
        }
    }

    private void mendAt(long atNanos, int one, int other) {
        steps.add(new Step.Mend(atNanos, one, other));
    }

    private long somewhen() {
        return random.nextLong(lengthNanos);
    }
}
