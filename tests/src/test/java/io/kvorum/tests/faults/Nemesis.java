package io.kvorum.tests.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** Breaks one node after the other, never two at a time, and mends each before the next. The seed decides what and whom. */
final class Nemesis {
    private static final long QUIET_NANOS = 300_000_000L;

    private final FaultyCluster cluster;
    private final SplittableRandom random;
    private final long faultNanosMin;
    private final long faultNanosMax;
    private final List<Fault> bag = new ArrayList<>();
    private final List<Episode> episodes = new ArrayList<>();

    Nemesis(FaultyCluster cluster, long seed, Duration faultMin, Duration faultMax) {
        this.cluster = cluster;
        this.random = new SplittableRandom(seed);
        this.faultNanosMin = faultMin.toNanos();
        this.faultNanosMax = faultMax.toNanos();
    }

    /** Goes on for so long; a fault that has begun is seen to its end. All is well afterwards. */
    List<Episode> run(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - endNanos < 0) {
            Episode episode = strike(nextFault(), random.nextInt(cluster.size()));
            episodes.add(episode);
            System.out.println("[nemesis] " + episode);
            LockSupport.parkNanos(QUIET_NANOS);
        }
        return List.copyOf(episodes);
    }

    private Episode strike(Fault fault, int node) {
        long beginNanos = System.nanoTime();
        cluster.setInTrouble(true);
        fault.begin(cluster, node, random);
        LockSupport.parkNanos(random.nextLong(faultNanosMin, faultNanosMax));
        fault.end(cluster, node);
        long endNanos = System.nanoTime();
        cluster.awaitWell();
        cluster.setInTrouble(false);
        return new Episode(fault, node, beginNanos, endNanos, System.nanoTime());
    }

    /** Each comes once before any comes again, so that a short run meets most of them. */
    private Fault nextFault() {
        if (bag.isEmpty()) {
            bag.addAll(List.of(Fault.values()));
            Collections.shuffle(bag, new Random(random.nextLong()));
        }
        return bag.remove(bag.size() - 1);
    }
}
