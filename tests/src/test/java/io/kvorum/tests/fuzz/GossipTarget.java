package io.kvorum.tests.fuzz;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.ring.gossip.GossipEffects;
import io.kvorum.ring.gossip.GossipMessage;
import io.kvorum.ring.gossip.Gossiper;
import io.kvorum.ring.gossip.NodeState;
import io.kvorum.ring.gossip.StateVersion;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.PartitionSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages of the gossip. Any bytes are a message or a {@link DecodeException}; a message written and read is the same
 * message. Any message can be told to a gossiper, and what it says then to another, back and forth: no state breaks, and
 * the talk ends.
 */
final class GossipTarget implements FuzzTarget {
    private static final NodeId HERE = NodeId.of(0, 1);
    private static final NodeId THERE = NodeId.of(0, 2);
    private static final int MESSAGES_MAX = 200;

    @Override
    public String name() {
        return "gossip";
    }

    @Override
    public void run(byte[] input) {
        Claims.allocates(256, input.length, () -> decode(input));
        GossipMessage message = decode(input);
        if (message == null) {
            return;
        }
        byte[] written = message.toBytes();
        GossipMessage again = GossipMessage.decode(new ByteReader(written));
        Claims.equal(again, message, "a message written and read");
        Claims.sameBytes(again.toBytes(), written, "a message written a second time");
        talk(message);
    }

    private static @Nullable GossipMessage decode(byte[] bytes) {
        try {
            return GossipMessage.decode(new ByteReader(bytes));
        } catch (DecodeException refused) {
            Claims.holds(refused.offset() >= 0 && refused.offset() <= bytes.length, "a refusal of nowhere");
            return null;
        }
    }

    private static void talk(GossipMessage first) {
        SplittableRandom random = new SplittableRandom(1);
        History born = History.EMPTY.with(Events.birth().events());
        Speaker here = new Speaker(HERE, new Gossiper(HERE, 5, born, random));
        Speaker there = new Speaker(THERE, new Gossiper(THERE, 5, History.EMPTY, random));
        here.hear(THERE, first);
        here.gossiper.tick(List.of(THERE), List.of(), here);
        int messages = 0;
        while (!here.said.isEmpty() || !there.said.isEmpty()) {
            Claims.holds(messages++ < MESSAGES_MAX, "the talk does not end");
            Speaker speaker = here.said.isEmpty() ? there : here;
            Speaker listener = speaker == here ? there : here;
            byte[] wire = speaker.said.remove().toBytes();
            listener.hear(speaker.self, GossipMessage.decode(new ByteReader(wire)));
        }
        Claims.equal(here.gossiper.states().containsKey(HERE), false, "a gossiper lists itself among others");
    }

    /** A gossiper and what it wants done. */
    private static final class Speaker implements GossipEffects {
        private final NodeId self;
        private final Gossiper gossiper;
        private final ArrayDeque<GossipMessage> said = new ArrayDeque<>();

        Speaker(NodeId self, Gossiper gossiper) {
            this.self = self;
            this.gossiper = gossiper;
        }

        void hear(NodeId from, GossipMessage message) {
            gossiper.onMessage(from, message, this);
        }

        @Override
        public void send(NodeId to, GossipMessage message) {
            said.add(message);
        }

        @Override
        public void persist(List<Event> events) {
            gossiper.onPersisted(events, this);
        }

        @Override
        public void historyChanged(History history) {
            ByteWriter out = new ByteWriter(1024);
            history.encode(out);
            Claims.equal(History.decode(new ByteReader(out.toByteArray())), history, "a history written and read");
        }

        @Override
        public void stateChanged(NodeState state) {
            Claims.holds(!state.node().equals(self), "another node's word for one's own state");
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            seeds.add(message(random).toBytes());
        }
        return seeds;
    }

    static GossipMessage message(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 ->
                new GossipMessage.Digest(
                        random.nextLong(), List.of(state(random).stateVersion(), version(random)));
            case 1 -> new GossipMessage.Sums(longs(random, History.BUCKETS));
            case 2 -> new GossipMessage.Hashes(random.nextLong(), longs(random, random.nextInt(5)));
            case 3 -> new GossipMessage.Events(Events.random(random, random.nextInt(4)), longs(random, 2));
            default -> new GossipMessage.States(List.of(state(random)), List.of(THERE, Events.node(random)));
        };
    }

    private static StateVersion version(SplittableRandom random) {
        return new StateVersion(random.nextBoolean() ? HERE : THERE, random.nextInt(10), random.nextInt(10));
    }

    private static NodeState state(SplittableRandom random) {
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("version", "0.1");
        facts.put("x" + random.nextInt(3), "y");
        TreeMap<NodeId, PeerStatus> views = new TreeMap<>();
        views.put(Events.node(random), random.nextBoolean() ? PeerStatus.SUSPECT : PeerStatus.DOWN);
        return new NodeState(
                random.nextBoolean() ? HERE : Events.node(random),
                random.nextInt(10),
                random.nextInt(300),
                facts,
                views,
                PartitionSet.of(List.of(random.nextInt(256), random.nextInt(16384))));
    }

    private static List<Long> longs(SplittableRandom random, int count) {
        return random.longs(count).boxed().toList();
    }
}
