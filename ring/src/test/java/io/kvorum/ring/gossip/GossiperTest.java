package io.kvorum.ring.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.EventId;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GossiperTest {
    @Test
    void history_of_every_node_reaches_all_in_about_log_n_rounds_though_messages_are_lost_and_overtake() {
        for (int nodes : new int[] {2, 3, 10, 50}) {
            for (long seed = 0; seed < 5; seed++) {
                Net net = new Net(nodes, seed, 0.1);
                for (int i = 0; i < nodes; i++) {
                    net.learn(i, new Event.Configured(new EventId(i + 1, net.id(i)), "n" + i, "x"));
                }
                int rounds = 0;
                while (!net.agree()) {
                    net.round();
                    rounds++;
                    assertThat(rounds).as("nodes %d seed %d", nodes, seed).isLessThan(12 + 3 * log2(nodes));
                }
                assertThat(net.gossipers.get(0).history().size()).isEqualTo(nodes);
            }
        }
    }

    @Test
    void news_of_one_node_reaches_all_in_about_log_n_rounds() {
        for (long seed = 0; seed < 10; seed++) {
            Net net = new Net(48, seed, 0.05);
            net.settle();
            net.learn(5, new Event.Left(new EventId(9, net.id(5)), net.id(7)));
            net.gossipers.get(9).setFact("version", "2");
            int rounds = 0;
            while (!net.agree()) {
                net.round();
                rounds++;
                assertThat(rounds).as("seed %d", seed).isLessThan(20);
            }
        }
    }

    @Test
    void at_rest_each_node_sends_one_digest_a_tick_of_constant_size() {
        Net net = new Net(8, 3, 0);
        net.learn(0, new Event.Leaving(new EventId(9, net.id(0)), net.id(0)));
        net.settle();
        net.log.clear();
        for (int i = 0; i < 20; i++) {
            net.round();
        }
        assertThat(net.log).hasSize(160).allMatch(message -> message instanceof GossipMessage.Digest);
        assertThat(net.log.stream().map(message -> message.toBytes().length).distinct())
                .hasSize(1);
    }

    @Test
    void large_histories_differ_in_few_events_and_exchange_little() {
        Net net = new Net(2, 1, 0);
        List<Event> many = new ArrayList<>();
        for (int i = 0; i < 17_000; i++) {
            many.add(new Event.Configured(new EventId(i + 1, net.id(0)), "n" + i, "x"));
        }
        net.gossipers.get(0).onPersisted(many, net.effects(0));
        net.gossipers.get(1).onPersisted(many, net.effects(1));
        net.settle();
        net.learn(1, new Event.Left(new EventId(1, net.id(1)), net.id(1)));
        net.log.clear();
        net.settle();
        assertThat(net.gossipers.get(0).history().size()).isEqualTo(17_001);
        assertThat(net.log.stream()
                        .mapToInt(message -> message.toBytes().length)
                        .sum())
                .isLessThan(10_000);
    }

    @Test
    void wiped_node_gets_a_large_history_back_in_bounded_messages() {
        Net net = new Net(2, 1, 0);
        List<Event> many = new ArrayList<>();
        for (int i = 0; i < 17_000; i++) {
            many.add(new Event.Configured(new EventId(i + 1, net.id(0)), "n" + i, "x"));
        }
        net.gossipers.get(0).onPersisted(many, net.effects(0));
        net.settle();
        assertThat(net.gossipers.get(1).history().size()).isEqualTo(17_000);
        assertThat(net.log).allMatch(message -> message.toBytes().length < 300 * 1024);
    }

    @Test
    void longest_event_beside_all_that_is_asked_for_fits_into_the_shortest_frame_that_may_be_set() {
        String value = "x".repeat(Event.PAYLOAD_BYTES_MAX - 10);
        Event longest = new Event.Configured(new EventId(9, NodeId.of(0, 1)), "n", value);
        List<GossipMessage> sent = new ArrayList<>();
        Gossiper gossiper =
                new Gossiper(NodeId.of(0, 1), 1, History.EMPTY.with(List.of(longest)), new SplittableRandom(1));
        List<Long> unknown = LongStream.range(0, 20_000).boxed().toList();
        gossiper.onMessage(NodeId.of(0, 2), new GossipMessage.Hashes(-1, unknown), new Sent(sent, true));
        assertThat(sent).singleElement().isInstanceOf(GossipMessage.Events.class);
        assertThat(sent.get(0).toBytes().length).isBetween(Event.PAYLOAD_BYTES_MAX, 2 * Event.PAYLOAD_BYTES_MAX - 64);
    }

    @Test
    void event_is_neither_known_nor_told_before_it_is_persisted() {
        Event event = new Event.Leaving(new EventId(9, NodeId.of(0, 1)), NodeId.of(0, 1));
        List<Object> effects = new ArrayList<>();
        GossipEffects slowDisk = new Recorder(effects);
        Gossiper gossiper = new Gossiper(NodeId.of(0, 2), 1, History.EMPTY, new SplittableRandom(1));
        gossiper.onMessage(NodeId.of(0, 1), new GossipMessage.Events(List.of(event), List.of()), slowDisk);
        gossiper.onMessage(NodeId.of(0, 1), new GossipMessage.Events(List.of(event), List.of()), slowDisk);
        assertThat(effects).containsExactly(List.of(event));
        assertThat(gossiper.history().size()).isZero();
        gossiper.onPersisted(List.of(event), slowDisk);
        gossiper.onPersisted(List.of(event), slowDisk);
        assertThat(effects).containsExactly(List.of(event), gossiper.history());
    }

    @Test
    void node_outbids_words_of_an_earlier_life_that_are_newer_than_its_own() {
        Net net = new Net(2, 1, 0);
        NodeState old = new NodeState(net.id(0), 1000, 7, new TreeMap<>(), new TreeMap<>(), PartitionSet.of(3));
        net.gossipers.get(1).onMessage(net.id(0), new GossipMessage.States(List.of(old), List.of()), net.effects(1));
        net.gossipers.get(0).setFact("version", "2");
        net.settle();
        NodeState seen = Objects.requireNonNull(net.gossipers.get(1).state(net.id(0)));
        assertThat(seen.facts()).containsEntry("version", "2");
        assertThat(seen.unsettled()).isEqualTo(PartitionSet.NONE);
    }

    @Test
    void what_is_said_twice_makes_no_news_and_what_changes_is_seen_by_others() {
        Net net = new Net(3, 2, 0);
        TreeMap<NodeId, PeerStatus> statuses = new TreeMap<>();
        statuses.put(net.id(1), PeerStatus.UP);
        statuses.put(net.id(2), PeerStatus.DOWN);
        Gossiper first = net.gossipers.get(0);
        first.setViews(statuses);
        first.setUnsettled(PartitionSet.of(List.of(1, 2)));
        long version = Objects.requireNonNull(first.state(net.id(0))).version();
        first.setViews(statuses);
        first.setUnsettled(PartitionSet.of(List.of(1, 2)));
        assertThat(Objects.requireNonNull(first.state(net.id(0))).version()).isEqualTo(version);
        net.settle();
        NodeState seen = Objects.requireNonNull(net.gossipers.get(2).state(net.id(0)));
        assertThat(seen.views()).hasSize(1).containsEntry(net.id(2), PeerStatus.DOWN);
        assertThat(seen.unsettled().partitions()).containsExactly(1, 2);
    }

    @Test
    void nodes_that_are_gone_are_forgotten_and_do_not_come_back() {
        Net net = new Net(3, 2, 0);
        net.settle();
        Gossiper first = net.gossipers.get(0);
        first.exclude(List.of(net.id(2)));
        net.round();
        net.round();
        assertThat(first.state(net.id(2))).isNull();
    }

    @Test
    void lost_peers_are_tried_too_so_that_split_parts_meet_again() {
        List<Object> effects = new ArrayList<>();
        Gossiper gossiper = new Gossiper(NodeId.of(0, 1), 1, History.EMPTY, new SplittableRandom(1));
        for (int tick = 0; tick < 100; tick++) {
            gossiper.tick(List.of(NodeId.of(0, 2)), List.of(NodeId.of(0, 3)), new Recorder(effects));
        }
        assertThat(effects.stream().filter(NodeId.of(0, 2)::equals)).hasSize(100);
        assertThat(effects.stream().filter(NodeId.of(0, 3)::equals)).hasSizeBetween(3, 25);
    }

    @Test
    void hostile_bytes_are_refused_or_read_but_never_break_the_gossiper() {
        SplittableRandom random = new SplittableRandom(3);
        Net net = new Net(2, 1, 0);
        net.gossipers.get(0).setUnsettled(PartitionSet.of(5));
        net.learn(0, new Event.Leaving(new EventId(9, net.id(0)), net.id(0)));
        net.settle();
        List<GossipMessage> messages = List.copyOf(net.log);
        for (int run = 0; run < 20_000; run++) {
            byte[] bytes = messages.get(random.nextInt(messages.size())).toBytes();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                GossipMessage message = GossipMessage.decode(new ByteReader(bytes));
                net.gossipers.get(0).onMessage(net.id(1), message, new Recorder(new ArrayList<>()));
            } catch (DecodeException expected) {
                assertThat(expected.offset()).isNotNegative();
            }
        }
        assertThatExceptionOfType(DecodeException.class)
                .isThrownBy(() -> GossipMessage.decode(new ByteReader(new byte[] {9})));
    }

    private static int log2(int n) {
        return 32 - Integer.numberOfLeadingZeros(n - 1);
    }

    /** Messages that were sent, to peers that understand summaries or do not. */
    private record Sent(List<GossipMessage> messages, boolean summaries) implements GossipEffects {
        @Override
        public boolean takesSummary(NodeId peer) {
            return summaries;
        }

        @Override
        public void send(NodeId to, GossipMessage message) {
            messages.add(message);
        }

        @Override
        public void persist(List<Event> events) {
            throw new AssertionError("no events are known");
        }

        @Override
        public void historyChanged(History history) {
            throw new AssertionError("no events are known");
        }

        @Override
        public void stateChanged(NodeState state) {}
    }

    private record Recorder(List<Object> effects) implements GossipEffects {
        @Override
        public void send(NodeId to, GossipMessage message) {
            effects.add(to);
        }

        @Override
        public void persist(List<Event> events) {
            effects.add(events);
        }

        @Override
        public void historyChanged(History history) {
            effects.add(history);
        }

        @Override
        public void stateChanged(NodeState state) {
            effects.add(state);
        }

        @Override
        public void otherLife(long boot) {
            effects.add("other life " + boot);
        }
    }

    @Test
    void life_that_this_node_does_not_know_of_is_told_by_those_who_do() {
        NodeId self = NodeId.of(0, 1);
        NodeId peer = NodeId.of(0, 2);
        Gossiper gossiper = new Gossiper(self, 7, History.EMPTY, new SplittableRandom(1));
        List<Object> effects = new ArrayList<>();
        gossiper.onMessage(
                peer,
                new GossipMessage.Digest(History.EMPTY.hash(), List.of(new StateVersion(self, 7, 0))),
                new Recorder(effects));
        assertThat(effects).doesNotContain("other life 7");
        gossiper.onMessage(
                peer,
                new GossipMessage.Digest(History.EMPTY.hash(), List.of(new StateVersion(self, 5, 3))),
                new Recorder(effects));
        assertThat(effects).contains("other life 5");
    }

    @Test
    void summary_of_who_knows_the_same_is_left_without_answer_and_any_other_gets_a_digest() {
        NodeId self = NodeId.of(0, 1);
        NodeId peer = NodeId.of(0, 2);
        List<GossipMessage> effects = new ArrayList<>();
        GossipEffects takesSummaries = new Sent(effects, true);
        Gossiper gossiper = new Gossiper(self, 7, History.EMPTY, new SplittableRandom(1));
        gossiper.onMessage(
                peer, new GossipMessage.States(List.of(NodeState.silent(peer, 5)), List.of()), takesSummaries);
        effects.clear();
        gossiper.tick(List.of(peer), List.of(), takesSummaries);
        GossipMessage.Summary summary = (GossipMessage.Summary) effects.get(0);
        assertThat(summary.toBytes()).hasSize(17);
        gossiper.onMessage(peer, summary, takesSummaries);
        assertThat(effects).as("nothing was answered").hasSize(1);
        assertThat(gossiper.isKnownBy(List.of(peer))).isTrue();
        for (GossipMessage.Summary other : List.of(
                new GossipMessage.Summary(summary.historyHash() + 1, summary.statesHash()),
                new GossipMessage.Summary(summary.historyHash(), summary.statesHash() + 1))) {
            effects.clear();
            gossiper.onMessage(peer, other, takesSummaries);
            assertThat(effects).singleElement().isInstanceOf(GossipMessage.Digest.class);
        }
        effects.clear();
        gossiper.setFact("color", "blue");
        gossiper.tick(List.of(peer), List.of(), takesSummaries);
        assertThat(effects).as("something is new").doesNotContain(summary);
        effects.clear();
        gossiper.tick(List.of(peer), List.of(), new Sent(effects, false));
        assertThat(effects).as("to an older node").singleElement().isInstanceOf(GossipMessage.Digest.class);
    }

    /** Gossipers on a network that loses and reorders; what is sent in a round arrives in that round or the next. */
    private static final class Net {
        final List<Gossiper> gossipers = new ArrayList<>();
        final List<GossipMessage> log = new ArrayList<>();
        private final SplittableRandom random;
        private final double loss;
        private final List<Letter> flying = new ArrayList<>();

        private record Letter(int from, int to, byte[] bytes) {}

        Net(int nodes, long seed, double loss) {
            this.random = new SplittableRandom(seed);
            this.loss = loss;
            for (int i = 0; i < nodes; i++) {
                gossipers.add(new Gossiper(id(i), 1, History.EMPTY, random.split()));
            }
        }

        NodeId id(int node) {
            return NodeId.of(0, node);
        }

        void learn(int node, Event event) {
            gossipers.get(node).onPersisted(List.of(event), effects(node));
        }

        void round() {
            for (int node = 0; node < gossipers.size(); node++) {
                List<NodeId> others = new ArrayList<>();
                for (int other = 0; other < gossipers.size(); other++) {
                    if (other != node) {
                        others.add(id(other));
                    }
                }
                gossipers.get(node).tick(others, List.of(), effects(node));
            }
            int steps = 0;
            while (!flying.isEmpty() && steps++ < 6 * gossipers.size()) {
                Letter letter = flying.remove(random.nextInt(flying.size()));
                if (random.nextDouble() >= loss) {
                    GossipMessage message = GossipMessage.decode(new ByteReader(letter.bytes()));
                    gossipers.get(letter.to()).onMessage(id(letter.from()), message, effects(letter.to()));
                }
            }
        }

        void settle() {
            for (int i = 0; i < 100 && !agree(); i++) {
                round();
            }
            assertThat(agree()).isTrue();
            flying.clear();
        }

        boolean agree() {
            Gossiper first = gossipers.get(0);
            for (Gossiper gossiper : gossipers) {
                if (!gossiper.history().equals(first.history())) {
                    return false;
                }
                for (int node = 0; node < gossipers.size(); node++) {
                    if (!Objects.equals(
                            gossiper.state(id(node)), gossipers.get(node).state(id(node)))) {
                        return false;
                    }
                }
            }
            return true;
        }

        GossipEffects effects(int node) {
            return new GossipEffects() {
                @Override
                public void send(NodeId to, GossipMessage message) {
                    log.add(message);
                    flying.add(new Letter(node, (int) to.uuid().getLeastSignificantBits(), message.toBytes()));
                }

                @Override
                public void persist(List<Event> events) {
                    gossipers.get(node).onPersisted(events, this);
                }

                @Override
                public void historyChanged(History history) {}

                @Override
                public void stateChanged(NodeState state) {}
            };
        }
    }
}
