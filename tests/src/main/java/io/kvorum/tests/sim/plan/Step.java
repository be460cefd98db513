package io.kvorum.tests.sim.plan;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One thing that a plan lets happen. */
public sealed interface Step {
    /** When, in nanoseconds from the moment at which the cluster is ready. */
    long atNanos();

    /**
     * A client asks for something.
     *
     * @param client which
     * @param node by which node; if it is down, by the next that runs
     * @param key which, by its number; -1 for what is about no key
     * @param operation what
     * @param salt decides what the operation leaves open
     */
    record Request(long atNanos, int client, int node, int key, Operation operation, int salt) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "client " + client + " at n" + node + ": " + operation + (key < 0 ? "" : " key " + key)
                    + " (" + salt + ")";
        }
    }

    /** A process ends at once, or its machine does. */
    record Crash(long atNanos, int node, boolean forgets, boolean powerFails) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + node + (powerFails ? " loses power" : " is killed")
                    + (forgets ? " and forgets" : "");
        }
    }

    /** All processes end at once, or all machines do, and forget nothing that is on disk. */
    record CrashAll(long atNanos, boolean powerFails) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + (powerFails ? "the power fails everywhere" : "all nodes are killed");
        }
    }

    /** A process is asked to stop, and does so in order. */
    record Stop(long atNanos, int node) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + node + " is stopped";
        }
    }

    /** A process starts again, if it does not run; it may find that its disk does not let it. */
    record Restart(long atNanos, int node) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + node + " starts";
        }
    }

    /** An operator at a node commits a plan: these nodes and no others share the ring. */
    record Replan(long atNanos, int node, int members) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "a plan is committed at n" + node + ": the ring belongs to "
                    + IntStream.range(0, Integer.SIZE)
                            .filter(index -> (members >> index & 1) != 0)
                            .mapToObj(index -> "n" + index)
                            .collect(Collectors.joining(", "));
        }
    }

    /** A machine stands still. */
    record Pause(long atNanos, int node, long forNanos) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + node + " stands still for " + forNanos / 1_000_000 + " ms";
        }
    }

    /** One direction is cut. */
    record Cut(long atNanos, int from, int to) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + from + " → n" + to + " is cut";
        }
    }

    /** One direction becomes slow. */
    record Slow(long atNanos, int from, int to, long byNanos) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + from + " → n" + to + " is slow by up to " + byNanos / 1_000_000 + " ms";
        }
    }

    /** One direction loses and doubles messages. */
    record Disturb(long atNanos, int from, int to, double lossRatio, double doubleRatio) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + from + " → n" + to
                    + String.format(Locale.ROOT, " loses %.2f and doubles %.2f", lossRatio, doubleRatio);
        }
    }

    /** The connections between two nodes end. */
    record Reset(long atNanos, int one, int other) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + one + " and n" + other + " lose their connections";
        }
    }

    /** Both directions between two nodes are as they should be. */
    record Mend(long atNanos, int one, int other) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "n" + one + " and n" + other + " are mended";
        }
    }

    /** A calendar jumps. */
    record Jump(long atNanos, int node, long millis) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "the calendar of n" + node + " jumps by " + millis + " ms";
        }
    }

    /** A disk is full, or has room again. */
    record DiskFull(long atNanos, int node, boolean full) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "the disk of n" + node + (full ? " is full" : " has room again");
        }
    }

    /** A disk fails to force what was written. */
    record DiskFails(long atNanos, int node, int times) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "the disk of n" + node + " fails " + times + " times";
        }
    }

    /** A disk fails to force anything, or does so again. */
    record DiskForces(long atNanos, int node, boolean fails) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "the disk of n" + node + (fails ? " fails until further notice" : " fails no more");
        }
    }

    /** A disk is slow, or is so no more. */
    record DiskSlow(long atNanos, int node, long byNanosMax) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "the disk of n" + node
                    + (byNanosMax > 0 ? " is slow by up to " + byNanosMax / 1_000_000 + " ms" : " is slow no more");
        }
    }

    /** A disk can only be read, or takes writes again. */
    record DiskReadOnly(long atNanos, int node, boolean readOnly) implements Step {
        @Override
        public String toString() {
            return at(atNanos) + "the disk of n" + node + (readOnly ? " can only be read" : " takes writes again");
        }
    }

    private static String at(long nanos) {
        return String.format(Locale.ROOT, "%10.3f ms  ", nanos / 1e6);
    }
}
