package io.kvorum.tests.faults;

import java.util.SplittableRandom;

/** What may happen to one node, and how it ends. */
enum Fault {
    /** Its process is killed, and started again. */
    KILL(false) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.processes().kill(node);
        }

        @Override
        void end(FaultyCluster cluster, int node) {
            cluster.restart(node);
        }
    },
    /** Its process stands still. */
    FREEZE(false) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.freeze(node);
        }

        @Override
        void end(FaultyCluster cluster, int node) {
            cluster.thaw(node);
        }
    },
    /** Nothing reaches it or comes from it. */
    ISOLATE(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.network().ruleAround(node, Rule.HOLD, Rule.HOLD);
        }
    },
    /** It hears the others, and they do not hear it. */
    MUTE(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.network().ruleAround(node, Rule.HOLD, Rule.PASS);
        }
    },
    /** The others hear it, and it does not hear them. */
    DEAF(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.network().ruleAround(node, Rule.PASS, Rule.HOLD);
        }
    },
    /** Its connections stand, and lead nowhere; so do new ones. */
    HALF_OPEN(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.network().ruleAround(node, Rule.SWALLOW, Rule.SWALLOW);
        }
    },
    /** What it sends vanishes, what it is sent arrives. */
    HALF_MUTE(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.network().ruleAround(node, Rule.SWALLOW, Rule.PASS);
        }
    },
    /** Its connections are reset, and it can make none. */
    CUT_OFF(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.network().ruleAround(node, Rule.REFUSE, Rule.REFUSE);
        }
    },
    /** Its disk takes long to make anything permanent. */
    SLOW_DISK(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            cluster.slowDisk(node, random.nextLong(200, 3_000));
        }

        @Override
        void end(FaultyCluster cluster, int node) {
            cluster.healDisk(node);
        }
    },
    /** All it sends and is sent is late, one way. */
    SLOW(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            long millis = random.nextLong(50, 500);
            cluster.network().ruleAround(node, Rule.delay(millis / 2, millis), Rule.delay(millis / 2, millis));
        }
    },
    /** Its connections take few bytes a second. */
    NARROW(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            Rule rule = Rule.throttle(random.nextLong(2_000, 20_000));
            cluster.network().ruleAround(node, rule, rule);
        }
    },
    /** Its connections break again and again. */
    FLAPPING(true) {
        @Override
        void begin(FaultyCluster cluster, int node, SplittableRandom random) {
            Rule rule = Rule.resets(random.nextDouble(0.002, 0.1));
            cluster.network().ruleAround(node, rule, rule);
        }
    };

    private final boolean nodeRuns;

    Fault(boolean nodeRuns) {
        this.nodeRuns = nodeRuns;
    }

    /** Whether the node itself goes on, and can be expected to answer its clients in time. */
    boolean nodeRuns() {
        return nodeRuns;
    }

    abstract void begin(FaultyCluster cluster, int node, SplittableRandom random);

    void end(FaultyCluster cluster, int node) {
        cluster.network().heal();
    }
}
