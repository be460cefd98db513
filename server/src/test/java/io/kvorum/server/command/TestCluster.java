package io.kvorum.server.command;

import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DrivenClock;
import io.kvorum.storage.version.ContextCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whole nodes from request to replica, in one thread under a virtual clock. Messages between nodes arrive at once and in
 * order, unless the way is {@linkplain #cut cut}: then nothing arrives, and nobody is told; or {@link Interference} has it
 * otherwise.
 */
public final class TestCluster {
    static final long MILLI = 1_000_000;
    static final int PARTITIONS = 8;
    static final long STEP_MILLIS = 5;
    private static final byte[] SECRET = "secret".getBytes(StandardCharsets.US_ASCII);

    final List<TestNode> nodes = new ArrayList<>();
    final List<NodeId> ids = new ArrayList<>();

    /** What is on its way, in order. */
    final Deque<Runnable> network = new ArrayDeque<>();

    /** What comes when the test lets it. */
    final Deque<Runnable> late = new ArrayDeque<>();

    final Ring ring;
    final int n;
    final Clock clock = new DrivenClock(() -> this.nowNanos);
    Interference interference = Interference.NONE;
    private final Set<List<Integer>> cuts = new HashSet<>();
    private long nowNanos = 1_700_000_000_000L * MILLI;

    /** So many nodes, all of which see each other; R = W = 2. */
    public TestCluster(int count, int n) {
        this.n = n;
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "test", PARTITIONS, Partitioner.SLOTS, n);
        for (int i = 0; i < count; i++) {
            NodeId id = NodeId.of(0, i + 1);
            ids.add(id);
            MemberSpec spec = new MemberSpec("n" + i, "", "127.0.0.1", 7379 + i, 6379 + i, 0, 0, 100);
            builder.member(new Member(id, spec, MemberState.SERVING));
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            tokens.add(ids.get(partition % count));
        }
        ring = builder.plan(new EventId(1, ids.get(0)), new Assignment(tokens)).build();
        for (int i = 0; i < count; i++) {
            nodes.add(new TestNode(this, i));
        }
    }

    /** Lets nothing pass from one node to the other any more. */
    public void cut(int from, int to) {
        cuts.add(List.of(from, to));
    }

    boolean isCut(int from, int to) {
        return cuts.contains(List.of(from, to));
    }

    /** Lets nothing pass between two nodes any more. */
    public void cutBoth(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    /** Ends all cuts. */
    public void healAll() {
        cuts.clear();
    }

    /** Lets time pass, in steps short enough for hedges and deadlines to happen in their order. */
    public void pass(long millis) {
        for (long step = 0; step < millis; step += STEP_MILLIS) {
            tick();
            settle();
        }
    }

    /** Lets the shortest time pass, and timers come; what they send is on its way then. */
    void tick() {
        nowNanos += STEP_MILLIS * MILLI;
        advance();
    }

    /** Timers come whose time it is. */
    void advance() {
        for (TestNode node : nodes) {
            node.wheel.advance(nowNanos);
        }
    }

    /** All processes stand still: time passes, and no timer has come yet. */
    void standStill(long millis) {
        nowNanos += millis * MILLI;
    }

    /** Lets what is next on its way arrive; false if there is nothing. */
    boolean step() {
        Runnable next = network.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    /** What runs the commands of a node. */
    public CommandLoop loop(int node) {
        return nodes.get(node).loop;
    }

    /** Lets arrive what is on its way. */
    public void settle() {
        while (step()) {
            // What arrived may have sent more.
        }
    }

    /** A connection to a node. */
    public Client client(int node) {
        return new Client(nodes.get(node));
    }

    /** A node's own record of a key. */
    public byte @Nullable [] stored(int node, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        long high = ring.partitioner().high(bytes, 0, bytes.length);
        return nodes.get(node).replica.read(ring.partitionOf(high), high, bytes, 0, bytes.length);
    }

    /** A key whose first owner is this node. */
    public String keyOf(int node) {
        for (int i = 0; ; i++) {
            byte[] key = ("key:" + i).getBytes(StandardCharsets.UTF_8);
            int partition = ring.partitionOf(ring.partitioner().high(key, 0, key.length));
            if (ring.preferenceList(partition).owners().get(0).equals(ids.get(node))) {
                return "key:" + i;
            }
        }
    }

    int partitionOf(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return ring.partitionOf(ring.partitioner().high(bytes, 0, bytes.length));
    }

    /** A key whose owners are this node and those behind it; another for each number. */
    String keyOf(int node, long number) {
        for (int i = 0; ; i++) {
            String key = "key:" + number + ":" + i;
            if (partitionOf(key) == node) {
                return key;
            }
        }
    }

    /** What makes and reads contexts at all nodes. */
    public ContextCodec codec() {
        return new ContextCodec(SECRET);
    }

    /** The time of all. */
    public long nowMillis() {
        return nowNanos / MILLI;
    }

    /** A connection of a client. */
    public final class Client {
        private final TestNode node;
        final Session session = new Session(1, "127.0.0.1:5", "127.0.0.1:6379", true, nowNanos);
        private final ReplyQueue queue = new ReplyQueue(UnpooledByteBufAllocator.DEFAULT, () -> {});

        Client(TestNode node) {
            this.node = node;
        }

        /** Sends a command and returns its reply, or null if there is none yet. */
        public @Nullable RespReply send(String... words) {
            begin(words);
            settle();
            return reply();
        }

        /** Sends a command; nothing has arrived at other nodes yet. */
        void begin(String... words) {
            RespRequestBuilder builder = new RespRequestBuilder();
            byte[] joined = String.join("", words).getBytes(StandardCharsets.UTF_8);
            builder.begin(joined);
            int at = 0;
            for (String word : words) {
                int length = word.getBytes(StandardCharsets.UTF_8).length;
                builder.add(at, length);
                at += length;
            }
            node.loop.dispatcher().beginBatch();
            node.loop.dispatcher().run(builder.request(), session, queue);
        }

        /** The reply that is there by now. */
        public @Nullable RespReply reply() {
            String raw = raw();
            return raw == null ? null : decode(raw);
        }

        /** The bytes of the reply that is there by now. */
        public @Nullable String raw() {
            ByteBuf output = queue.takeOutput();
            if (output == null) {
                return null;
            }
            String raw = output.toString(StandardCharsets.ISO_8859_1);
            output.release();
            return raw;
        }

        /** Sends a command whose reply comes before time passes. */
        public RespReply ask(String... words) {
            RespReply reply = send(words);
            if (reply == null) {
                throw new AssertionError("no reply to " + String.join(" ", words));
            }
            return reply;
        }

        /** Sends a command and lets time pass until its reply comes. */
        public RespReply patiently(String... words) {
            RespReply reply = send(words);
            for (int waits = 0; reply == null && waits < 100; waits++) {
                pass(5);
                reply = reply();
            }
            if (reply == null) {
                throw new AssertionError("no reply in time to " + String.join(" ", words));
            }
            return reply;
        }
    }

    /** Reads the one reply that the bytes are. */
    public static RespReply decode(String raw) {
        EmbeddedChannel channel = new EmbeddedChannel();
        RespClientPipeline.addTo(channel.pipeline(), new RespLimits(1 << 20, 1 << 16, 1 << 16));
        channel.writeInbound(Unpooled.copiedBuffer(raw, StandardCharsets.ISO_8859_1));
        RedisMessage message = channel.readInbound();
        RespReply reply = RespReply.of(message);
        Object second = channel.readInbound();
        channel.close();
        if (second != null) {
            throw new AssertionError("two replies: " + raw);
        }
        return reply;
    }
}
