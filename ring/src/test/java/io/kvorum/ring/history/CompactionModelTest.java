package io.kvorum.ring.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Ring;
import io.kvorum.ring.claim.Claim;
import io.kvorum.ring.gossip.GossipEffects;
import io.kvorum.ring.gossip.GossipMessage;
import io.kvorum.ring.gossip.Gossiper;
import io.kvorum.ring.gossip.NodeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Clusters that compact whenever they may, as a model: real gossip, disks that take their time, messages that are lost, late
 * and from those who are gone, parts that are cut off and remove each other, newcomers, restarts. Beside each node the model
 * keeps all events that it ever had.
 */
class CompactionModelTest {
    private int compactions;
    private int voids;

    @Test
    void members_agree_on_the_ring_of_all_events_and_nothing_that_a_member_made_is_void() {
        for (long seed = first(); seed < first() + runs(); seed++) {
            World world = new World(seed, false);
            world.run();
            world.checkEnd();
            compactions += world.compacted.size();
            voids += world.voids;
        }
        assertThat(compactions).isGreaterThan(runs() / 2);
        if (Boolean.getBoolean("tell")) {
            System.out.println(compactions + " compactions, " + voids + " void events of nodes that are gone");
        }
    }

    /** Who forgot what he promised may make what is void then; but nobody sees another ring for it, nor an end undone. */
    @Test
    void members_agree_even_if_some_were_put_back_from_backups_under_clocks_that_went_back_too() {
        for (long seed = first(); seed < first() + runs() / 2; seed++) {
            World world = new World(seed, true);
            world.run();
            world.checkEnd();
        }
    }

    private static final class Node {
        final NodeId id;
        long skew;
        History backup;
        Gossiper gossiper;
        RingFold fold = new RingFold();
        Ring ring;
        long boot = 1;

        /** Came, and is not on disk yet. */
        final List<Event> waiting = new ArrayList<>();

        /** All events it ever had on disk, whatever was compacted. */
        final SortedMap<Long, Event> ever = new TreeMap<>();

        final Set<NodeId> gone = new TreeSet<>();

        Node(NodeId id, History history, SplittableRandom random) {
            this.id = id;
            this.skew = random.nextInt(40);
            this.gossiper = new Gossiper(id, boot, history, random.split());
            this.ring = fold.update(history).orElseThrow();
            this.backup = history;
        }
    }

    private record Letter(NodeId from, NodeId to, byte[] bytes) {}

    private static final class World {
        final long seed;
        final SplittableRandom random;
        final SortedMap<NodeId, Node> nodes = new TreeMap<>();
        final List<Letter> flying = new ArrayList<>();

        /** What each compaction stands for. */
        final Map<Event.Compacted, SortedMap<Long, Event>> compacted = new HashMap<>();

        /** Whether nodes are put back to what they once knew. */
        final boolean restores;

        Set<NodeId> cutOff = Set.of();
        long now = 100;
        int voids;

        World(long seed, boolean restores) {
            this.seed = seed;
            this.restores = restores;
            this.random = new SplittableRandom(seed);
            Birth birth = RandomLives.birth(4);
            History history = History.EMPTY.with(birth.events());
            for (String name : List.of("a", "b", "c")) {
                add(birth.nodeId(name), history, birth.events());
            }
        }

        private Node add(NodeId id, History history, Iterable<Event> ever) {
            Node node = new Node(id, history, random);
            ever.forEach(event -> node.ever.put(History.hashOf(event), event));
            nodes.put(id, node);
            return node;
        }

        void run() {
            int steps = 100 + random.nextInt(900);
            for (int step = 0; step < steps; step++) {
                now++;
                Node node = any();
                switch (random.nextInt(20)) {
                    case 0 -> {
                        // Busy times and quiet ones: in quiet ones all get to know the same.
                        if (step / 100 % 2 == 0 || random.nextInt(40) == 0) {
                            act(node);
                        }
                    }
                    case 1, 2, 3 -> tick(node, false);
                    case 4, 5, 6 -> persistWaiting(node);
                    case 7 -> nodes.values().forEach(this::compact);
                    case 8 -> {
                        if (random.nextInt(8) == 0) {
                            restart(node);
                        }
                    }
                    case 9 -> {
                        if (random.nextInt(20) == 0) {
                            cutOff = cutOff.isEmpty() ? new TreeSet<>(List.of(any().id, any().id)) : Set.of();
                        }
                    }
                    default -> deliver();
                }
            }
        }

        private Node any() {
            return List.copyOf(nodes.values()).get(random.nextInt(nodes.size()));
        }

        private boolean isFenced(Node node) {
            Member member = node.ring.member(node.id);
            return member != null && member.state().isGone();
        }

        private boolean connected(NodeId a, NodeId b) {
            return cutOff.contains(a) == cutOff.contains(b);
        }

        private List<NodeId> others(Node node) {
            return node.ring.members().stream()
                    .map(Member::id)
                    .filter(id -> !id.equals(node.id))
                    .toList();
        }

        private void act(Node node) {
            if (isFenced(node)) {
                return;
            }
            EventId id = node.gossiper.history().nextId(now + node.skew, node.id);
            List<NodeId> others = others(node);
            int choice = random.nextInt(30);
            NodeId other = others.isEmpty() ? node.id : others.get(random.nextInt(others.size()));
            if (choice == 0 && others.size() > 1) {
                take(node, new Event.Removed(id, other));
            } else if (choice == 1 && others.size() > 1) {
                take(node, random.nextBoolean() ? new Event.Left(id, node.id) : new Event.Leaving(id, node.id));
            } else if (choice < 4 && nodes.size() < 9) {
                NodeId newcomer = NodeId.of(7, nodes.size());
                take(node, new Event.Joined(id, newcomer, RandomLives.spec("n" + nodes.size(), "z1")));
                add(newcomer, node.gossiper.history(), List.copyOf(node.ever.values()));
            } else if (choice == 4 && others.size() > 1) {
                take(node, new Event.Replaced(id, other, node.id));
            } else if (choice < 9) {
                take(
                        node,
                        new Event.PlanCommitted(
                                id,
                                node.ring.plan(),
                                node.ring.historyHash(),
                                Claim.claim(4, 3, node.ring.members(), node.ring.assignment())));
            } else if (choice < 26) {
                take(node, RandomLives.done(random, id, node.ring));
            } else {
                take(node, new Event.Flushed(id, now));
            }
        }

        /** A node's own event: on its disk before anybody hears of it. */
        private void take(Node node, Event event) {
            persisted(node, List.of(event));
        }

        private void persisted(Node node, List<Event> events) {
            for (Event event : events) {
                if (event instanceof Event.Compacted made) {
                    node.ever.putAll(Objects.requireNonNull(compacted.get(made)));
                } else {
                    node.ever.put(History.hashOf(event), event);
                }
            }
            node.gossiper.onPersisted(events, effects(node));
        }

        private void persistWaiting(Node node) {
            List<Event> events = List.copyOf(node.waiting);
            node.waiting.clear();
            persisted(node, events);
        }

        private void tick(Node node, boolean healed) {
            if (!isFenced(node)) {
                node.gossiper.tick(
                        others(node).stream()
                                .filter(id -> nodes.containsKey(id) && (healed || connected(node.id, id)))
                                .toList(),
                        List.of(),
                        effects(node));
            }
        }

        private void restart(Node node) {
            History onDisk = node.gossiper.history();
            if (restores && random.nextBoolean()) {
                History older = node.backup;
                node.backup = onDisk;
                onDisk = older;
                node.skew = -now;
                node.gone.clear();
            }
            node.waiting.clear();
            node.boot += 1;
            node.gossiper = new Gossiper(node.id, node.boot, onDisk, random.split());
            node.fold = new RingFold();
            node.ring = node.fold.update(node.gossiper.history()).orElseThrow();
            node.gone.addAll(goneIn(node.ring));
            node.gossiper.exclude(node.gone);
        }

        private static Set<NodeId> goneIn(Ring ring) {
            return ring.known().values().stream()
                    .filter(member -> member.state().isGone())
                    .map(Member::id)
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        private void compact(Node node) {
            History history = node.gossiper.history();
            EventId end = Compaction.end(history, random.nextInt(8));
            if (isFenced(node) || end == null || !node.gossiper.isKnownBy(others(node))) {
                return;
            }
            Event.Compacted made = Compaction.of(history, history.nextId(now + node.skew, node.id), end)
                    .orElseThrow();
            SortedMap<Long, Event> standsFor = new TreeMap<>();
            Event.Compacted before = history.compacted();
            if (before != null) {
                standsFor.putAll(Objects.requireNonNull(compacted.get(before)));
            }
            history.events().forEach(event -> {
                if (!(event instanceof Event.Compacted) && event.id().compareTo(end) <= 0) {
                    standsFor.put(History.hashOf(event), event);
                }
            });
            assertThat(standsFor.keySet().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(made.hash());
            assertThat((long) standsFor.size()).isEqualTo(made.count());
            compacted.put(made, standsFor);
            take(node, made);
        }

        private void deliver() {
            if (flying.isEmpty()) {
                return;
            }
            Letter letter = flying.remove(random.nextInt(flying.size()));
            Node to = nodes.get(letter.to());
            if (to == null || random.nextInt(10) == 0 || isFenced(to)) {
                return;
            }
            // It may have been under way, or read already, when it was learnt that its sender is gone.
            if (to.ring.member(letter.from()) == null || (to.gone.contains(letter.from()) && random.nextBoolean())) {
                return;
            }
            to.gossiper.onMessage(letter.from(), GossipMessage.decode(new ByteReader(letter.bytes())), effects(to));
        }

        private GossipEffects effects(Node node) {
            return new GossipEffects() {
                @Override
                public void send(NodeId to, GossipMessage message) {
                    if (connected(node.id, to) && !node.gone.contains(to)) {
                        flying.add(new Letter(node.id, to, message.toBytes()));
                    }
                }

                @Override
                public void persist(List<Event> events) {
                    node.waiting.addAll(events);
                }

                /** Half of the nodes are of the version that knows no summaries. */
                @Override
                public boolean takesSummary(NodeId peer) {
                    return (peer.hashCode() & 1) == 0;
                }

                @Override
                public void historyChanged(History history) {
                    node.ring = node.fold.update(history).orElseThrow();
                    assertThat(node.ring)
                            .as("seed %d", seed)
                            .isEqualTo(RingFold.fold(history).orElseThrow());
                    Set<NodeId> gone = goneIn(node.ring);
                    assertThat(gone).as("seed %d, at %s", seed, node.id).containsAll(node.gone);
                    node.gone.addAll(gone);
                    node.gossiper.exclude(gone);
                }

                @Override
                public void stateChanged(NodeState state) {}
            };
        }

        /** All can talk again; who is gone for anybody keeps silent, as the handshake has it. */
        void checkEnd() {
            cutOff = Set.of();
            Set<NodeId> gone = new TreeSet<>();
            nodes.values().forEach(node -> gone.addAll(node.gone));
            flying.clear();
            List<Node> left = new ArrayList<>(nodes.values());
            left.removeIf(node -> gone.contains(node.id));
            for (int round = 0; round < 30; round++) {
                left.forEach(node -> tick(node, true));
                for (int i = 0; i < 200 && !flying.isEmpty(); i++) {
                    deliver();
                    persistWaiting(left.get(random.nextInt(left.size())));
                }
                flying.removeIf(letter -> gone.contains(letter.to()));
            }
            while (!left.isEmpty()) {
                checkGroup(groupOf(left.remove(0), left));
            }
        }

        /** Those who can hear each other: a newcomer of somebody who was removed meanwhile is strange to the others. */
        private static List<Node> groupOf(Node first, List<Node> left) {
            List<Node> group = new ArrayList<>(List.of(first));
            for (int i = 0; i < group.size(); i++) {
                Node node = group.get(i);
                List<Node> near = left.stream()
                        .filter(other -> node.ring.member(other.id) != null && other.ring.member(node.id) != null)
                        .toList();
                group.addAll(near);
                left.removeAll(near);
            }
            return group;
        }

        private void checkGroup(List<Node> members) {
            History last = members.get(0).gossiper.history();
            assertThat(members)
                    .as("seed %d", seed)
                    .allMatch(node -> node.gossiper.history().equals(last));
            History all = History.EMPTY;
            for (Node node : members) {
                all = all.with(node.ever.values());
            }
            List<Event> lost = lost(last, all);
            voids += lost.size();
            for (Event event : restores ? List.<Event>of() : lost) {
                assertThat(members.get(0).gone)
                        .as("seed %d, %s is void", seed, event)
                        .contains(event.id().node());
            }
            if (lost.isEmpty() && !restores) {
                assertThat(last.hash()).as("seed %d", seed).isEqualTo(all.hash());
                assertThat(members.get(0).ring)
                        .as("seed %d", seed)
                        .isEqualTo(RingFold.fold(all).orElseThrow());
            }
        }

        private List<Event> lost(History last, History all) {
            Set<Long> there = new HashSet<>();
            last.events().forEach(event -> there.add(History.hashOf(event)));
            if (last.compacted() != null) {
                there.addAll(
                        Objects.requireNonNull(compacted.get(last.compacted())).keySet());
            }
            return all.events().stream()
                    .filter(event -> !there.contains(History.hashOf(event)))
                    .toList();
        }
    }

    private static long first() {
        return Long.getLong("seed", 0);
    }

    private static int runs() {
        return Integer.getInteger("runs", 60);
    }
}
