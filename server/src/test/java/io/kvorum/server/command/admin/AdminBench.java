package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.server.background.Admission;
import io.kvorum.server.background.Budget;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.CommandRecorder;
import io.kvorum.server.command.CommandTable;
import io.kvorum.server.command.ConnectionCommands;
import io.kvorum.server.command.KeyOperations;
import io.kvorum.server.command.NodeFacts;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.command.SlowLog;
import io.kvorum.server.command.keyspace.SlotKeys;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.Machine;
import io.kvorum.server.config.Secret;
import io.kvorum.server.handoff.HandoffWatch;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MembershipStatus;
import io.kvorum.server.membership.MembershipStatus.MemberStatus;
import io.kvorum.server.membership.NotedHealth;
import io.kvorum.server.membership.plan.TestKeeper;
import io.kvorum.server.peer.PeerLinkStatus;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.ContextCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.RedisMessage;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Commands about the node, on a node that is nothing but its view of the cluster and what it says of itself. */
final class AdminBench implements NodeStatus, DrainControl {
    static final long WALL_MILLIS = 1_700_000_000_000L;

    final List<NodeId> ids = new ArrayList<>();
    final boolean[] healthy;
    final List<BitSet> unsettled = new ArrayList<>();
    final List<Member> members = new ArrayList<>();
    Ring ring;
    final CommandTable table;
    int resets;
    int drains;
    int stops;
    Storage storage = Storage.NONE;
    List<HandoffWatch.Kept> kept = List.of();
    final TestBackups backups = new TestBackups();
    final TestKeeper keeper = TestKeeper.ofThreeAndOneThatWaits();
    List<PeerLinkStatus> links = List.of();
    final Admission admission = new Admission(new Budget(), 20_000_000);
    private final Session session = new Session(7, "127.0.0.1:5", "127.0.0.1:6379", true, 0);
    private final ReplyQueue queue = new ReplyQueue(UnpooledByteBufAllocator.DEFAULT, () -> {});
    private final CommandLoop loop;

    /** Node i has port 6379+i and owns the tokens of the partitions whose number is i modulo the number of nodes. */
    AdminBench(int nodes, int partitions, int n) {
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "bench", partitions, Partitioner.SLOTS, n);
        for (int i = 0; i < nodes; i++) {
            NodeId id = NodeId.of(0x0123456789abcdefL, i);
            ids.add(id);
            MemberSpec spec = new MemberSpec("n" + i, "z" + i, "10.0.0." + i, 7379 + i, 6379 + i, 0, 8379 + i, 100);
            members.add(new Member(id, spec, MemberState.SERVING));
            builder.member(members.get(i));
            unsettled.add(new BitSet());
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            tokens.add(ids.get(partition % nodes));
        }
        ring = builder.plan(new EventId(1, ids.get(0)), new Assignment(tokens)).build();
        healthy = new boolean[nodes];
        Arrays.fill(healthy, true);
        ConfigView config = ConfigView.of(ConfigLoader.load(
                null,
                Map.of(),
                List.of(
                        "requirepass=hidden-password",
                        "cluster.secret=hidden-secret-of-the-cluster",
                        "max-memory=64mb"),
                new Machine(4, 1L << 30, Machine.UNLIMITED, "cache-1")));
        table = new CommandTable(List.of(
                ConnectionCommands.commands(),
                AdminCommands.commands(new AdminCommands.Parts(
                        this,
                        config,
                        backups,
                        admission,
                        keeper.changes(),
                        this,
                        slots(),
                        () -> links,
                        () -> stops++))));
        loop = new CommandLoop(new CommandLoop.Parts(
                table,
                new NodeFacts("1.0.0", "7.2.4", Secret.NONE, 1 << 16, false, peer -> "n" + peer),
                keyOperations(),
                unused(PeerTransport.class),
                new NotedHealth(),
                new DeadlineWheel(0, 1_000_000),
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return WALL_MILLIS;
                    }

                    @Override
                    public long nanoTime() {
                        return 0;
                    }
                },
                CommandRecorder.NONE,
                new SessionDirectory().join(Runnable::run),
                new ContextCodec(new byte[] {1}),
                new SlowLog(10_000_000, 128),
                UnpooledByteBufAllocator.DEFAULT));
    }

    /** The ring after a plan without the last node, some of whose owned partitions have been consented to. */
    Ring leavingLast(List<Integer> consented) {
        Member last = members.get(members.size() - 1);
        List<NodeId> tokens =
                new ArrayList<>(Objects.requireNonNull(ring.assignment()).tokens());
        tokens.replaceAll(owner -> owner.equals(last.id()) ? ids.get(0) : owner);
        List<List<NodeId>> settled = new ArrayList<>();
        for (int partition = 0; partition < ring.partitions(); partition++) {
            settled.add(ring.settledOwners(partition));
        }
        Assignment planned = new Assignment(tokens);
        Ring moving = RingBuilder.from(ring)
                .plan(ring.plan(), planned)
                .settled(settled, List.of())
                .build();
        List<Move> agreed = moving.moves().stream()
                .filter(move -> consented.contains(move.partition()))
                .toList();
        return RingBuilder.from(ring)
                .plan(ring.plan(), planned)
                .settled(settled, agreed)
                .build();
    }

    ClusterView view() {
        return new ClusterView(ring, ids, healthy, unsettled);
    }

    @Override
    public void drain() {
        drains++;
    }

    @Override
    public DrainControl.Status drainStatus() {
        return new DrainControl.Status(12, 9_000);
    }

    /** Whether the client watches. */
    boolean watchesDrain() {
        return session.watchesDrain();
    }

    /** Whether the client has asked for the slots. */
    boolean knowsSlots() {
        return session.knowsSlots();
    }

    private SlotKeys slots() {
        return new SlotKeys(unused(StorageEngine.class));
    }

    private KeyOperations keyOperations() {
        return (KeyOperations) Proxy.newProxyInstance(
                AdminBench.class.getClassLoader(), new Class<?>[] {KeyOperations.class}, (proxy, method, arguments) -> {
                    if ("view".equals(method.getName())) {
                        return view();
                    }
                    throw new AssertionError(method);
                });
    }

    private static <T> T unused(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                AdminBench.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    throw new AssertionError(method);
                }));
    }

    /** The bytes of the reply, {@code |} for the ends of lines. */
    String raw(String... words) {
        run(words);
        ByteBuf output = queue.takeOutput();
        if (output == null) {
            throw new AssertionError("no reply to " + String.join(" ", words));
        }
        String raw = output.toString(StandardCharsets.UTF_8);
        output.release();
        return raw.replace("\r\n", "|");
    }

    private void run(String... words) {
        byte[] joined = String.join("", words).getBytes(StandardCharsets.UTF_8);
        RespRequestBuilder builder = new RespRequestBuilder().begin(joined);
        int at = 0;
        for (String word : words) {
            builder.add(at, word.length());
            at += word.length();
        }
        loop.dispatcher().beginBatch();
        loop.dispatcher().run(builder.request(), session, queue);
    }

    /** Sends SHUTDOWN with options; there is no reply, and the connection is at its end. */
    void shutDown(String... options) {
        List<String> words = new ArrayList<>(List.of("SHUTDOWN"));
        words.addAll(List.of(options));
        run(words.toArray(new String[0]));
        if (queue.takeOutput() != null || !session.isClosing()) {
            throw new AssertionError("a reply to SHUTDOWN");
        }
    }

    RespReply ask(String... words) {
        EmbeddedChannel channel = new EmbeddedChannel();
        RespClientPipeline.addTo(channel.pipeline(), new RespLimits(1 << 20, 1 << 16, 1 << 16));
        channel.writeInbound(Unpooled.copiedBuffer(raw(words).replace("|", "\r\n"), StandardCharsets.UTF_8));
        RedisMessage message = channel.readInbound();
        RespReply reply = RespReply.of(message);
        channel.close();
        return reply;
    }

    @Override
    public NodeDescription description() {
        return new NodeDescription(
                ids.get(0),
                "n0",
                "1.0.0",
                "7.2.4",
                6379,
                "memory",
                "EPOLL",
                4,
                new NodeDescription.QuorumDefaults(2, 2, 0),
                "Linux 6.1 amd64",
                "17.0.9",
                4711,
                "/etc/kvorum.yaml");
    }

    @Override
    public long uptimeSeconds() {
        return 90_000;
    }

    @Override
    public MembershipStatus membership() {
        List<MemberStatus> list = new ArrayList<>();
        for (int peer = 0; peer < members.size(); peer++) {
            PeerStatus status = healthy[peer] ? PeerStatus.UP : PeerStatus.DOWN;
            list.add(new MemberStatus(
                    peer, members.get(peer), status, 2, 5, unsettled.get(peer).cardinality(), null));
        }
        return new MembershipStatus(ring.clusterId(), "bench", 0xabcL, 9, 0, list, true, null);
    }

    @Override
    public Clients clients() {
        return new Clients(12, 10_000, 65_536);
    }

    @Override
    public Memory memory() {
        return new Memory(
                1_500_000, 64 << 20, 2_000_000, 3_000_000, 4_000_000, 5_000_000, 600_000, 6_000_000, 1L << 33, false,
                0);
    }

    @Override
    public Traffic traffic() {
        return new Traffic(100, 3, 1, 5_000, 250, 70_000, 90_000, 1_500, 2_500, 17, 800, 200, 4);
    }

    @Override
    public Cpu cpu() {
        return new Cpu(1.5, 0.25);
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public List<HandoffWatch.Kept> kept() {
        return kept;
    }

    @Override
    public Keys keys() {
        return new Keys(42, 7, 90_000, 50);
    }

    @Override
    public List<CommandCounts> commands() {
        return List.of(new CommandCounts("get", 4, 10_000, 1, 2, 2_000, 4_000, 4_000));
    }

    @Override
    public SortedMap<String, long[]> latencies(long[] bounds) {
        long[] get = new long[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            get[i] = bounds[i] < 2_000 ? 1 : bounds[i] < 8_000 ? 3 : 4;
        }
        return new TreeMap<>(Map.of("get", get));
    }

    @Override
    public SortedMap<String, Long> errors() {
        return new TreeMap<>(Map.of("ERR", 5L, "INDOUBT", 1L));
    }

    @Override
    public SortedMap<String, Long> counters() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("reads_hedged", 3L)));
    }

    @Override
    public void resetStatistics() {
        resets++;
    }
}
