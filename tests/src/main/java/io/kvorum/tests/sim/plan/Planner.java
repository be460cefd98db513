package io.kvorum.tests.sim.plan;

import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.story.KeyStory.Family;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Makes a plan from a seed: a cluster, what its clients do, and what goes wrong meanwhile. */
public final class Planner {
    private static final long MILLI = VirtualTime.MILLI;
    private static final int PARTITIONS = 8;

    private final long seed;
    private final RandomGenerator random;

    /** Decides what disks do, so that it shifts nothing of the rest. */
    private final RandomGenerator disks;

    /** Decides what there is to hint, likewise. */
    private final RandomGenerator outages;

    /** Decides what lasts longer than the grace, likewise. */
    private final RandomGenerator graves;

    /** Decides when all owners of some keys are away, likewise. */
    private final RandomGenerator absences;

    /** Decides what plans are committed, likewise. */
    private final RandomGenerator changes;

    private final RandomGenerator histories;

    private final List<Step> steps = new ArrayList<>();
    private final List<Family> keys = new ArrayList<>();
    private int nodes;
    private int clients;

    /** Whether frames are soon too old; then clocks must be in step, as the design asks for. */
    private boolean shortGrace;

    private long lengthNanos;

    private Planner(long seed) {
        this.seed = seed;
        RandomSource source = new RandomSource(seed);
        this.random = source.generator("plan");
        this.disks = source.generator("plan-disks");
        this.outages = source.generator("plan-outages");
        this.graves = source.generator("plan-graves");
        this.absences = source.generator("plan-absences");
        this.changes = source.generator("plan-changes");
        this.histories = source.generator("plan-histories");
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
        if (disks.nextInt(3) == 0) {
            for (int i = 1 + disks.nextInt(3); i > 0; i--) {
                diskTrouble();
            }
        }
        if (nodes > 3) {
            for (int i = outages.nextInt(4); i > 0; i--) {
                outage();
            }
        }
        List<String> engine = engine();
        if (shortGrace && nodes > 2 && graves.nextInt(3) > 0) {
            graves();
        }
        if (nodes > 4) {
            for (int i = absences.nextInt(4); i > 0; i--) {
                absence();
            }
        }
        if (nodes > 1 && changes.nextInt(3) == 0) {
            for (int i = 1 + changes.nextInt(4); i > 0; i--) {
                change();
            }
        }
        steps.sort(Comparator.comparingLong(Step::atNanos));
        boolean steady = shortGrace || random.nextInt(4) == 0;
        SimCluster.Shape shape = new SimCluster.Shape(
                nodes,
                PARTITIONS,
                1 + random.nextInt(2),
                steady ? 0 : 1L << random.nextInt(1, 12),
                steady ? 0 : Math.pow(10, -2 - random.nextInt(4)),
                Stream.of(settings(), engine, hints()).flatMap(List::stream).toList());
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
        settings.add("gossip.history-events=" + histories.nextInt(1, 12));
        settings.add("gossip.interval=" + (random.nextBoolean() ? "1s" : "300ms"));
        if (shortGrace) {
            // Frames are too old at half of it.
            settings.add("tombstone.grace=1s");
        }
        return settings;
    }

    /** Where the copies are, and if on disk, what happens to that besides. */
    private List<String> engine() {
        if (disks.nextBoolean()) {
            return List.of("engine=memory");
        }
        for (int i = disks.nextInt(4); i > 0; i--) {
            diskTrouble();
        }
        for (int i = disks.nextInt(4); i > 0; i--) {
            ends(disks.nextInt(nodes));
        }
        for (int i = disks.nextInt(3); i > 0; i--) {
            blackout();
        }
        int sync = disks.nextInt(4);
        return List.of(
                "engine=xodus",
                "sync=" + (sync < 2 ? "always" : sync == 2 ? "every-second" : "never"),
                "journal.segment-size=" + (64 << disks.nextInt(3)) + "kb",
                "journal.max-size=" + (64 << disks.nextInt(5)) + "kb",
                "checkpoint.interval=" + disks.nextInt(100, 3_000) + "ms");
    }

    private List<String> hints() {
        return outages.nextInt(4) == 0 ? List.of("hints.max-size=1kb") : List.of();
    }

    /**
     * One or two nodes are away while much is written, so that others keep it for them; who keeps it may end before they
     * return, or as they do.
     */
    private void outage() {
        long atNanos = outages.nextLong(lengthNanos);
        long backNanos = atNanos + outages.nextLong(200, 3_000) * MILLI;
        int first = outages.nextInt(nodes);
        for (int i = outages.nextInt(2); i >= 0; i--) {
            int node = (first + i) % nodes;
            steps.add(new Step.Crash(atNanos, node, false, outages.nextBoolean()));
            steps.add(new Step.Restart(backNanos + outages.nextLong(300) * MILLI, node));
        }
        int key = outages.nextInt(keys.size());
        for (int i = 5 + outages.nextInt(25); i > 0; i--) {
            int each = outages.nextBoolean() ? key : outages.nextInt(keys.size());
            long askNanos = atNanos + outages.nextLong(backNanos - atNanos + 200 * MILLI);
            steps.add(request(outages, askNanos, each, operation(outages, keys.get(each))));
        }
        if (outages.nextBoolean()) {
            int keeper = (first + 2 + outages.nextInt(nodes - 2)) % nodes;
            long endNanos = atNanos + outages.nextLong(backNanos - atNanos + 500 * MILLI);
            steps.add(new Step.Crash(endNanos, keeper, outages.nextInt(4) == 0, outages.nextBoolean()));
            steps.add(new Step.Restart(endNanos + outages.nextLong(1, 1_000) * MILLI, keeper));
        }
    }

    /**
     * Three nodes in a row are away while much is written: they end, or are cut off from the others and from no client. So
     * fallbacks coordinate what these own; one of them may end before they return, or as they do.
     */
    private void absence() {
        long atNanos = absences.nextLong(lengthNanos);
        long backNanos = atNanos + absences.nextLong(200, 4_000) * MILLI;
        int first = absences.nextInt(nodes);
        boolean ends = absences.nextBoolean();
        for (int i = 0; i < 3; i++) {
            int node = (first + i) % nodes;
            long eachNanos = backNanos + absences.nextLong(500) * MILLI;
            if (ends) {
                steps.add(new Step.Crash(atNanos, node, false, absences.nextBoolean()));
                steps.add(new Step.Restart(eachNanos, node));
            }
            for (int j = 3; j < nodes && !ends; j++) {
                int other = (first + j) % nodes;
                steps.add(new Step.Cut(atNanos, node, other));
                steps.add(new Step.Cut(atNanos, other, node));
                mendAt(eachNanos, node, other);
            }
        }
        int key = absences.nextInt(keys.size());
        for (int i = 10 + absences.nextInt(40); i > 0; i--) {
            int each = absences.nextInt(3) > 0 ? key : absences.nextInt(keys.size());
            long askNanos = atNanos + absences.nextLong(backNanos - atNanos + 700 * MILLI);
            int there = (first + 3 + absences.nextInt(nodes - 3)) % nodes;
            int node = absences.nextInt(4) > 0 ? there : absences.nextInt(nodes);
            steps.add(new Step.Request(
                    askNanos,
                    absences.nextInt(clients),
                    node,
                    each,
                    operation(absences, keys.get(each)),
                    absences.nextInt(1 << 20)));
        }
        if (absences.nextInt(3) == 0) {
            int keeper = (first + 3 + absences.nextInt(nodes - 3)) % nodes;
            long endNanos = atNanos + absences.nextLong(backNanos - atNanos + 500 * MILLI);
            steps.add(new Step.Crash(endNanos, keeper, absences.nextInt(8) == 0, absences.nextBoolean()));
            steps.add(new Step.Restart(endNanos + absences.nextLong(1, 1_000) * MILLI, keeper));
        }
    }

    /**
     * The ring gets other members while much is asked for; who takes something over, gives it up or committed the plan may
     * end in the midst of it, and another plan may be made of the same ring at once.
     */
    private void change() {
        long atNanos = changes.nextLong(lengthNanos);
        steps.add(new Step.Replan(atNanos, changes.nextInt(nodes), someMembers()));
        if (changes.nextInt(4) == 0) {
            steps.add(new Step.Replan(atNanos + changes.nextLong(20 * MILLI), changes.nextInt(nodes), someMembers()));
        }
        long overNanos = 2_000 * MILLI;
        for (int i = 10 + changes.nextInt(40); i > 0; i--) {
            int key = changes.nextInt(keys.size());
            steps.add(request(changes, atNanos + changes.nextLong(overNanos), key, operation(changes, keys.get(key))));
        }
        for (int i = changes.nextInt(3); i > 0; i--) {
            int node = changes.nextInt(nodes);
            long endNanos = atNanos + changes.nextLong(overNanos);
            long backNanos = endNanos + changes.nextLong(1, 1_500) * MILLI;
            switch (changes.nextInt(4)) {
                case 0, 1 -> {
                    boolean forgets = changes.nextInt(4) == 0;
                    steps.add(new Step.Crash(endNanos, node, forgets, changes.nextBoolean()));
                    steps.add(new Step.Restart(backNanos, node));
                }
                case 2 -> {
                    int other = (node + 1 + changes.nextInt(nodes - 1)) % nodes;
                    steps.add(new Step.Cut(endNanos, node, other));
                    mendAt(backNanos, node, other);
                }
                default -> steps.add(new Step.Pause(endNanos, node, changes.nextLong(1, 800) * MILLI));
            }
        }
    }

    /** Two or three as a rule, and now and then one or all. */
    private int someMembers() {
        int members = 0;
        int count = changes.nextInt(4) == 0 ? 1 + changes.nextInt(nodes) : Math.min(nodes, 2 + changes.nextInt(3));
        while (Integer.bitCount(members) < count) {
            members |= 1 << changes.nextInt(nodes);
        }
        return members;
    }

    /** Many requests while all disks are slow, and the power fails everywhere in the midst of it. */
    private void blackout() {
        long atNanos = disks.nextLong(lengthNanos);
        long slowNanos = (1L << disks.nextInt(2, 8)) * MILLI;
        long darkNanos = atNanos + slowNanos / 2 + disks.nextLong(2 * slowNanos);
        int key = disks.nextInt(keys.size());
        for (int node = 0; node < nodes; node++) {
            steps.add(new Step.DiskSlow(atNanos, node, slowNanos));
            steps.add(new Step.DiskSlow(darkNanos, node, 0));
            steps.add(new Step.Restart(darkNanos + disks.nextLong(1, 1_000) * MILLI, node));
        }
        for (int i = 5 + disks.nextInt(20); i > 0; i--) {
            int each = disks.nextBoolean() ? key : disks.nextInt(keys.size());
            steps.add(request(
                    disks, atNanos + disks.nextLong(darkNanos - atNanos), each, operation(disks, keys.get(each))));
        }
        steps.add(new Step.CrashAll(darkNanos, true));
    }

    /** A node ends and starts again, once or several times in a row, and may have no time to come to rest between. */
    private void ends(int node) {
        long atNanos = disks.nextLong(lengthNanos);
        for (int i = 1 + disks.nextInt(3); i > 0; i--) {
            boolean powerFails = disks.nextBoolean();
            steps.add(
                    disks.nextInt(5) < 2
                            ? new Step.Stop(atNanos, node)
                            : new Step.Crash(atNanos, node, false, powerFails));
            atNanos += (1L + disks.nextLong(1L << disks.nextInt(1, 11))) * MILLI;
            steps.add(new Step.Restart(atNanos, node));
            atNanos += (1L + disks.nextLong(1L << disks.nextInt(1, 11))) * MILLI;
        }
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
        return request(random, atNanos, key, operation);
    }

    private Step.Request request(RandomGenerator from, long atNanos, int key, Operation operation) {
        return new Step.Request(
                atNanos, from.nextInt(clients), from.nextInt(nodes), key, operation, from.nextInt(1 << 20));
    }

    private Operation operation(Family family) {
        return operation(random, family);
    }

    private static Operation operation(RandomGenerator from, Family family) {
        List<Operation> all = Operation.of(family);
        int left = from.nextInt(all.stream().mapToInt(Operation::weight).sum());
        for (Operation operation : all) {
            left -= operation.weight();
            if (left < 0) {
                return operation;
            }
        }
        throw new IllegalStateException("weights of " + family);
    }

    /** Keys are deleted and then left alone for longer than the grace, while some nodes cannot reach some others. */
    private void graves() {
        long atNanos = lengthNanos + graves.nextLong(2 * VirtualTime.SECOND);
        for (int i = 1 + graves.nextInt(4); i > 0; i--) {
            int node = graves.nextInt(nodes);
            int other = (node + 1 + graves.nextInt(nodes - 1)) % nodes;
            long cutNanos = atNanos + graves.nextLong(-VirtualTime.SECOND, VirtualTime.SECOND);
            steps.add(new Step.Cut(cutNanos, node, other));
            steps.add(new Step.Cut(cutNanos, other, node));
            mendAt(cutNanos + graves.nextLong(10 * VirtualTime.SECOND), node, other);
        }
        for (int key = 0; key < keys.size(); key++) {
            for (int i = graves.nextInt(5); i > 0; i--) {
                long whenNanos = atNanos + graves.nextLong(-VirtualTime.SECOND, VirtualTime.SECOND);
                steps.add(request(graves, whenNanos, key, operation(graves, keys.get(key))));
            }
        }
        for (int i = graves.nextInt(3); i > 0; i--) {
            long whenNanos = atNanos + graves.nextLong(10 * VirtualTime.SECOND);
            int key = graves.nextInt(keys.size());
            steps.add(request(graves, whenNanos, key, operation(graves, keys.get(key))));
        }
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

    /** What only a disk survives: all nodes end at once, or one does whose disk is in trouble, or just has been. */
    private void diskTrouble() {
        long atNanos = disks.nextLong(lengthNanos);
        if (disks.nextInt(3) == 0) {
            steps.add(new Step.CrashAll(atNanos, disks.nextInt(3) > 0));
            for (int node = 0; node < nodes; node++) {
                steps.add(new Step.Restart(atNanos + disks.nextLong(1, 1_500) * MILLI, node));
            }
            return;
        }
        int node = disks.nextInt(nodes);
        long lastsNanos = (1 + disks.nextLong(1 << disks.nextInt(4, 12))) * MILLI;
        troubled(atNanos, atNanos + lastsNanos, node, disks.nextInt(4));
        if (disks.nextInt(3) > 0) {
            // Within the trouble or soon after it.
            long crashNanos = atNanos + disks.nextLong(lastsNanos + lastsNanos / 2);
            steps.add(new Step.Crash(crashNanos, node, false, disks.nextBoolean()));
            steps.add(new Step.Restart(crashNanos + disks.nextLong(MILLI + lastsNanos / 2), node));
            steps.add(new Step.Restart(crashNanos + disks.nextLong(300, 3_000) * MILLI, node));
        }
    }

    private void troubled(long atNanos, long endNanos, int node, int kind) {
        switch (kind) {
            case 0 -> {
                steps.add(new Step.DiskReadOnly(atNanos, node, true));
                steps.add(new Step.DiskReadOnly(endNanos, node, false));
            }
            case 1 -> {
                steps.add(new Step.DiskForces(atNanos, node, true));
                steps.add(new Step.DiskForces(endNanos, node, false));
            }
            case 2 -> {
                steps.add(new Step.DiskFull(atNanos, node, true));
                steps.add(new Step.DiskFull(endNanos, node, false));
            }
            default -> steps.add(new Step.DiskFails(atNanos, node, 1 + disks.nextInt(4)));
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
