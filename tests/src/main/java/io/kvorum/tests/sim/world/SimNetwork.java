package io.kvorum.tests.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What carries messages between machines: each after a time of its own, so that they overtake each other; some twice, some
 * never. A direction may be cut while the other works; what was sent into a cut may come late, when it is mended.
 */
public final class SimNetwork {
    private static final long DELAY_MIN_NANOS = 30_000;
    private static final double DELAY_MEAN_NANOS = 120_000;
    private static final double HELD_RATIO = 0.5;

    private final VirtualTime time;
    private final RandomGenerator random;
    private Link[][] links;
    private long underWay;

    /** A network of machines that are numbered from 0, in good order. */
    public SimNetwork(VirtualTime time, RandomGenerator random, int machines) {
        this.time = time;
        this.random = random;
        this.links = linksOf(machines, new Link[0][0]);
    }

    /** Connects one more machine, whose number is the next one. */
    public void add() {
        links = linksOf(links.length + 1, links);
    }

    private static Link[][] linksOf(int machines, Link[][] before) {
        Link[][] grown = new Link[machines][machines];
        for (int from = 0; from < machines; from++) {
            for (int to = 0; to < machines; to++) {
                boolean known = from < before.length && to < before.length;
                grown[from][to] = known ? before[from][to] : new Link();
            }
        }
        return grown;
    }

    /** One direction between two machines. */
    private static final class Link {
        final List<Runnable> held = new ArrayList<>();
        boolean cut;
        long slowNanos;
        double lossRatio;
        double doubleRatio;
    }

    /** Cuts one direction. */
    public void cut(int from, int to) {
        links[from][to].cut = true;
    }

    /** Whether something sent now would have a chance to arrive. */
    public boolean isCut(int from, int to) {
        return links[from][to].cut;
    }

    /** Makes one direction slow: up to so much later than usual. */
    public void slow(int from, int to, long nanos) {
        links[from][to].slowNanos = nanos;
    }

    /** Makes one direction lose and double messages. */
    public void disturb(int from, int to, double lossRatio, double doubleRatio) {
        links[from][to].lossRatio = lossRatio;
        links[from][to].doubleRatio = doubleRatio;
    }

    /** Mends everything; what was held back comes now. */
    public void mend() {
        for (Link[] row : links) {
            for (Link link : row) {
                mend(link);
            }
        }
    }

    /** Mends one direction. */
    public void mend(int from, int to) {
        mend(links[from][to]);
    }

    /** Whether nothing is wrong with it. */
    public boolean isInOrder() {
        for (Link[] row : links) {
            for (Link link : row) {
                if (link.cut || link.slowNanos > 0 || link.lossRatio > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** How many messages will still arrive. */
    public long underWay() {
        return underWay;
    }

    /**
     * Sends something.
     *
     * @param mayDouble whether it may arrive twice, as what is sent again after a lost answer does
     * @param arrival run when it arrives
     */
    public void send(int from, int to, boolean mayDouble, Runnable arrival) {
        Link link = links[from][to];
        if (link.cut) {
            if (random.nextDouble() < HELD_RATIO) {
                link.held.add(arrival);
            }
            return;
        }
        if (link.lossRatio > 0 && random.nextDouble() < link.lossRatio) {
            return;
        }
        deliver(link, arrival);
        if (mayDouble && link.doubleRatio > 0 && random.nextDouble() < link.doubleRatio) {
            deliver(link, arrival);
        }
    }

    private void mend(Link link) {
        link.cut = false;
        link.slowNanos = 0;
        link.lossRatio = 0;
        link.doubleRatio = 0;
        link.held.forEach(arrival -> deliver(link, arrival));
        link.held.clear();
    }

    private void deliver(Link link, Runnable arrival) {
        long delayNanos = DELAY_MIN_NANOS + (long) (-Math.log(1 - random.nextDouble()) * DELAY_MEAN_NANOS);
        if (link.slowNanos > 0) {
            delayNanos += random.nextLong(link.slowNanos);
        }
        underWay++;
        time.after(delayNanos, "arrival", () -> {
            underWay--;
            arrival.run();
        });
    }
}
