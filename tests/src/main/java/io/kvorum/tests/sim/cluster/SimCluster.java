package io.kvorum.tests.sim.cluster;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.SeedAddress;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.world.SimClock;
import io.kvorum.tests.sim.world.SimNetwork;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Nodes that are born together, others that join them, and the network between them. */
public final class SimCluster {
    private static final int PORT_FIRST = 6379;

    private final VirtualTime time;
    private final Shape shape;
    private final RandomSource random;
    private final RandomGenerator clocks;
    private final IntFunction<CoordinatorMetrics> metrics;
    private final SimNetwork network;
    private final Watcher watcher;
    private final Sabotage sabotage;
    private final List<SimNode> nodes = new ArrayList<>();
    private Ring ring;
    private long ringEvents;
    private final Map<NodeId, SimNode> byId = new HashMap<>();

    /**
     * What a cluster is like.
     *
     * @param nodes how many, at least 1
     * @param partitions a power of two, at least 8
     * @param loops event loops of each node, 1 or 2
     * @param skewMillisMax how far calendars are off at most
     * @param driftMax by how much a clock may be too fast or slow, as a ratio
     * @param settings of all nodes, {@code name=value}
     */
    public record Shape(
            int nodes, int partitions, int loops, long skewMillisMax, double driftMax, List<String> settings) {}

    /** Builds the machines and starts all nodes. */
    public SimCluster(
            VirtualTime time,
            Shape shape,
            RandomSource random,
            Watcher watcher,
            Sabotage sabotage,
            IntFunction<CoordinatorMetrics> metrics) {
        this.time = time;
        this.shape = shape;
        this.random = random;
        this.metrics = metrics;
        this.watcher = watcher;
        this.sabotage = sabotage;
        this.network = new SimNetwork(time, random.generator("network"), shape.nodes());
        String members = IntStream.range(0, shape.nodes())
                .mapToObj(i -> "n" + i + "@127.0.0.1:" + (PORT_FIRST + i))
                .collect(Collectors.joining(","));
        this.clocks = random.generator("clocks");
        for (int i = 0; i < shape.nodes(); i++) {
            build(List.of("cluster.initial-members=" + members));
        }
        nodes.forEach(SimNode::start);
        nodes.forEach(node -> {
            SimLife life = node.life();
            if (life != null) {
                byId.put(life.founded().nodeId(), node);
            }
        });
        this.ring =
                Objects.requireNonNull(nodes.get(0).life()).membership().view().ring();
        this.ringEvents = Objects.requireNonNull(nodes.get(0).life())
                .membership()
                .status()
                .historyEvents();
    }

    private SimNode build(List<String> own) {
        int index = nodes.size();
        List<String> settings = new ArrayList<>(List.of(
                "node.name=n" + index,
                "cluster.name=sim",
                "cluster.partitions=" + shape.partitions(),
                "io-threads=" + shape.loops(),
                "max-memory=0"));
        settings.addAll(own);
        settings.addAll(shape.settings());
        if (!sabotage.setting().isEmpty()) {
            settings.add(sabotage.setting());
        }
        long skewMillis = shape.skewMillisMax() == 0 ? 0 : clocks.nextLong(shape.skewMillisMax());
        double rate = 1 + shape.driftMax() * (2 * clocks.nextDouble() - 1);
        SimNode node = new SimNode(
                this,
                index,
                ConfigLoader.of(settings.toArray(String[]::new)),
                new SimClock(time, skewMillis, rate),
                random.split("node-" + index),
                metrics.apply(index));
        nodes.add(node);
        return node;
    }

    /**
     * Builds one more machine, and starts it as a node that asks seeds to let it in; the world goes on until one did. Not to be
     * called by something that happens in this world.
     *
     * @throws io.kvorum.server.runtime.StartException if it is not wanted, or nobody answers
     */
    public SimNode join(SimNode... seeds) {
        network.add();
        SimNode node = build(List.of(
                "port=" + (PORT_FIRST + nodes.size()),
                "cluster.seeds="
                        + Arrays.stream(seeds)
                                .map(seed -> "127.0.0.1:" + (PORT_FIRST + seed.index()))
                                .collect(Collectors.joining(","))));
        node.start();
        return node;
    }

    /** A machine's identity, which others may hear of before its process has begun. */
    void identify(NodeId id, SimNode node) {
        byId.put(id, node);
    }

    /** The machine at an address. */
    SimNode nodeAt(SeedAddress address) {
        return nodes.get(address.port() - PORT_FIRST);
    }

    /** The machines. */
    public List<SimNode> nodes() {
        return nodes;
    }

    /** One of them. */
    public SimNode node(int index) {
        return nodes.get(index);
    }

    /** What connects them. */
    public SimNetwork network() {
        return network;
    }

    /** The time. */
    public VirtualTime time() {
        return time;
    }

    /** The ring of who knows most of its history, now or before. */
    public Ring ring() {
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life != null && life.membership().status().historyEvents() > ringEvents) {
                ringEvents = life.membership().status().historyEvents();
                ring = life.membership().view().ring();
            }
        }
        return ring;
    }

    /** Whether all nodes run, have the same history, and nothing is left to do of any plan. */
    public boolean isMoved() {
        return haveOneHistory() && ring().moves().isEmpty();
    }

    /**
     * Whether all nodes run and have the same history. It need not be the fullest there ever was: an event of which the force
     * failed may have been read by the next life, and be gone with the power before that told anybody.
     */
    public boolean haveOneHistory() {
        SimLife first = null;
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life == null) {
                return false;
            }
            if (first == null) {
                first = life;
            } else if (hashOf(life) != hashOf(first)) {
                return false;
            }
        }
        if (first != null) {
            ringEvents = first.membership().status().historyEvents();
            ring = first.membership().view().ring();
        }
        return true;
    }

    private static long hashOf(SimLife life) {
        return life.membership().view().ring().historyHash();
    }

    /** Places of the machines that own a partition and count. */
    public List<Integer> owners(int partition) {
        return places(ring(), partition);
    }

    /**
     * What is known of who owns a partition and counts, each time places of machines: by {@link #ring}, and by each node that
     * runs. Of two histories that grew apart none is the fuller.
     */
    public List<List<Integer>> ownersKnown(int partition) {
        List<List<Integer>> known = new ArrayList<>();
        known.add(owners(partition));
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life != null) {
                known.add(places(life.membership().view().ring(), partition));
            }
        }
        return known;
    }

    private List<Integer> places(Ring known, int partition) {
        return known.settledOwners(partition).stream()
                .map(owner -> nodeOf(owner).index())
                .toList();
    }

    /** Whether some node that runs knows that a machine owns a partition no more: others may not have heard. */
    public boolean isDisowned(int partition, int index) {
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life != null
                    && life.membership().view().ring().settledOwners(partition).stream()
                            .noneMatch(owner -> nodeOf(owner).index() == index)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a machine that runs is the only owner of a partition, for all that it knows. */
    public boolean isAlone(int partition, int index) {
        SimLife life = nodes.get(index).life();
        if (life == null) {
            return false;
        }
        List<NodeId> owners = life.membership().view().ring().settledOwners(partition);
        return owners.size() == 1 && nodeOf(owners.get(0)).index() == index;
    }

    /** Whether a machine owns any partition. */
    public boolean ownsAnything(SimNode node) {
        return IntStream.range(0, ring().partitions())
                .anyMatch(partition -> owners(partition).contains(node.index()));
    }

    /** Ends the connections between two nodes; both learn of it. */
    public void reset(int one, int other) {
        reset(nodes.get(one).life(), other);
        reset(nodes.get(other).life(), one);
    }

    /** Whether all nodes run and have all that they own. */
    public boolean isSettled() {
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life == null || !life.membership().status().notReady().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Who is not ready, and why. */
    public String notReady() {
        List<String> why = new ArrayList<>();
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life == null || !life.membership().status().notReady().isEmpty()) {
                why.add(node + ": "
                        + (life == null
                                ? "down"
                                : life.membership().status().notReady() + ", "
                                        + life.membership().view().ring()));
            }
        }
        return why + ", " + ring().moves();
    }

    /** Whether all nodes run and see each other, over a network in good order. */
    public boolean isWhole() {
        for (SimNode node : nodes) {
            SimLife life = node.life();
            if (life == null || node.stillUntilNanos() > time.nowNanos()) {
                return false;
            }
            for (int peer = 0; peer < nodes.size(); peer++) {
                if (!life.membership().view().isHealthy(peer)) {
                    return false;
                }
            }
        }
        return network.isInOrder();
    }

    Watcher watcher() {
        return watcher;
    }

    Sabotage sabotage() {
        return sabotage;
    }

    /** Whether nobody keeps anything for others. */
    public boolean isWithoutHints() {
        return nodes.stream().allMatch(node -> node.hintedPartitions().isEmpty());
    }

    /** The place of the machine with an identity. */
    public int indexOf(UUID id) {
        return nodeOf(new NodeId(id)).index();
    }

    SimNode nodeOf(NodeId id) {
        SimNode node = byId.get(id);
        if (node == null) {
            throw new IllegalStateException("nobody has the identity " + id);
        }
        return node;
    }

    private static void reset(@Nullable SimLife life, int other) {
        if (life != null) {
            life.reset(other);
        }
    }
}
