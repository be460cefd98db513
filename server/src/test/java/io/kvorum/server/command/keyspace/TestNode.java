package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.server.command.Command;
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
import io.kvorum.server.command.StringCommands;
import io.kvorum.server.config.Secret;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.InspectCallback;
import io.kvorum.server.coordinator.ReadCallback;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.coordinator.WriteCallback;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.NotedHealth;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Count;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One node over a real engine. Keys are read from and written to its own copy alone; only scans and counts reach the
 * others.
 */
final class TestNode implements KeyOperations, PeerTransport {
    final StorageEngine engine;
    final DeadlineWheel wheel;
    final ContextCodec contexts = new ContextCodec(new byte[] {1});
    final BitSet unreachable = new BitSet();
    final BitSet silent = new BitSet();
    final List<PeerMessage> sent = new ArrayList<>();

    /** Whether requests take the way of a cluster: deferred, and with copies of what they keep. */
    boolean later;

    /** What writes end with, after they reached this node. */
    @Nullable
    Failure failure;

    private final TestCluster cluster;
    private final int number;
    private final StampClock stamps;
    private final CommandLoop loop;
    private final KeyspaceService service;
    private final Session session = new Session(1, "client", "node", true, 0);
    private final ReplyQueue replies = new ReplyQueue(UnpooledByteBufAllocator.DEFAULT, () -> {});
    private @Nullable ClusterView view;
    private byte @Nullable [] last;
    Consumer<Runnable> flush = Runnable::run;

    @Nullable
    String flushError;

    TestNode(TestCluster cluster, int number) {
        this.cluster = cluster;
        this.number = number;
        this.wheel = new DeadlineWheel(cluster.clock.nanoTime(), 5_000_000);
        this.stamps = new StampClock(cluster.clock::wallMillis, 1000);
        this.engine = new MemoryEngine(
                cluster.ring.partitions(), 0, cluster.ring.partitioner()::high, stamps, new SplittableRandom(number));
        engine.start();
        for (int i = 0; i < engine.partitions(); i++) {
            engine.settle(i);
        }
        this.service = new KeyspaceService(engine, this::view, stamps::currentMillis);
        List<Command> strings = StringCommands.commands();
        SlotKeys slots = new SlotKeys(engine);
        CommandTable table = new CommandTable(List.of(
                strings,
                List.of(Command.named("cluster")
                        .arity(-2)
                        .containing(
                                Command.named("cluster|countkeysinslot")
                                        .arity(3)
                                        .handledBy(slots::count),
                                Command.named("cluster|getkeysinslot").arity(4).handledBy(slots::keys))),
                ConnectionCommands.commands(),
                KeyspaceCommands.commands(
                        strings,
                        engine,
                        (done, failed) -> flush.accept(() -> {
                            if (flushError == null) {
                                done.run();
                            } else {
                                failed.accept(flushError);
                            }
                        }),
                        new SplittableRandom(number))));
        this.loop = new CommandLoop(new CommandLoop.Parts(
                table,
                new NodeFacts("test", "7.0.0", Secret.NONE, 1 << 16, false, peer -> "n" + peer),
                this,
                this,
                new NotedHealth(),
                wheel,
                cluster.clock,
                CommandRecorder.NONE,
                new SessionDirectory().join(Runnable::run),
                contexts,
                new SlowLog(10_000_000, 128),
                UnpooledByteBufAllocator.DEFAULT));
    }

    void view(ClusterView now) {
        view = now;
    }

    CommandTable table() {
        return loop.table();
    }

    /** Runs a command and what follows from it; returns the reply's bytes as text, with {@code |} for line ends. */
    String run(String... arguments) {
        send(arguments);
        cluster.settle();
        return received();
    }

    /** Runs a command given as one line, whose words are its arguments. */
    String line(String words) {
        return run(words.split(" "));
    }

    void send(String... arguments) {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = arguments[i].getBytes(ISO_8859_1);
        }
        send(bytes);
    }

    void send(byte[]... arguments) {
        ByteBuf joined = Unpooled.buffer();
        for (byte[] argument : arguments) {
            joined.writeBytes(argument);
        }
        byte[] array = ByteBufUtil.getBytes(joined);
        RespRequestBuilder builder = new RespRequestBuilder().begin(array);
        int at = 0;
        for (byte[] argument : arguments) {
            builder.add(at, argument.length);
            at += argument.length;
        }
        loop.dispatcher().beginBatch();
        loop.dispatcher().run(builder.request(), session, replies);
        // Whoever kept a slice of the request reads this instead.
        Arrays.fill(array, (byte) '#');
    }

    /** The client goes. */
    void hangUp() {
        replies.close();
    }

    /** What is held for the client. */
    long heldBytes() {
        return replies.heldBytes();
    }

    String received() {
        ByteBuf output = replies.takeOutput();
        if (output == null) {
            return "";
        }
        String text = output.toString(ISO_8859_1).replace("\r\n", "|");
        output.release();
        return text;
    }

    /** The record of a key, which this node has. */
    byte[] recordOf(byte[] key) {
        long high = cluster.ring.partitioner().high(key, 0, key.length);
        byte[] record = readHere(cluster.ring.partitionOf(high), high, key, 0, key.length);
        if (record == null) {
            throw new IllegalStateException("no record");
        }
        return record;
    }

    private byte @Nullable [] readHere(KeyRef key) {
        return readHere(key.partition(), key.positionHigh(), key.bytes(), 0, key.bytes().length);
    }

    @Override
    public ClusterView view() {
        ClusterView now = view;
        if (now == null) {
            throw new IllegalStateException("no view yet");
        }
        return now;
    }

    @Override
    public boolean answersAlone(ClusterView now, int partition, RequestOptions options) {
        return !later;
    }

    @Override
    public void read(KeyRef key, RequestOptions options, long deadlineNanos, ReadCallback callback) {
        cluster.tasks.add(() -> callback.onRecord(readHere(key)));
    }

    @Override
    public void write(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        cluster.tasks.add(() -> {
            updateHere(key.partition(), key.positionHigh(), key.bytes(), 0, key.bytes().length, mutation);
            Failure outcome = failure;
            if (outcome == null) {
                callback.onWritten(last);
            } else {
                callback.onFailure(outcome);
            }
        });
    }

    @Override
    public void modify(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        write(key, mutation, options, deadlineNanos, callback);
    }

    @Override
    public void standIn(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        throw new UnsupportedOperationException("owners are always there");
    }

    @Override
    public void inspect(KeyRef key, long deadlineNanos, InspectCallback callback) {
        throw new UnsupportedOperationException("no command here looks at single copies");
    }

    @Override
    public byte @Nullable [] readHere(int partition, long positionHigh, byte[] array, int offset, int length) {
        return engine.read(partition, StorageEngine.tableHash(positionHigh), array, offset, length);
    }

    @Override
    public VersionObserver versions() {
        return VersionObserver.NONE;
    }

    @Override
    public boolean isStub(byte @Nullable [] record) {
        return false;
    }

    @Override
    public @Nullable Failure updateHere(
            int partition, long positionHigh, byte[] array, int offset, int length, Mutation mutation) {
        engine.update(partition, positionHigh, array, offset, length, (current, scope) -> {
            last = mutation.apply(current, scope);
            return last;
        });
        return null;
    }

    @Override
    public byte @Nullable [] lastRecord() {
        return last;
    }

    @Override
    public long nowMillis() {
        return stamps.currentMillis();
    }

    @Override
    public int valueBytesMax() {
        return 1 << 20;
    }

    @Override
    public long readTimeoutNanos() {
        return 500_000_000;
    }

    @Override
    public long writeTimeoutNanos() {
        return 1_000_000_000;
    }

    @Override
    public int required(boolean write, RequestOptions options, int owners) {
        return 1;
    }

    @Override
    public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        if (unreachable.get(peer)) {
            return NOT_SENT;
        }
        sent.add(request);
        TestNode to = cluster.node(cluster.nodeOf(number, peer));
        if (!silent.get(peer)) {
            cluster.tasks.add(() -> handler.onReply(peer, to.answer(request)));
        }
        return sent.size();
    }

    private PeerMessage answer(PeerMessage request) {
        if (request instanceof Scan scan) {
            return service.answer(scan);
        }
        return request instanceof Count count ? service.answer(count) : new Refusal("unknown");
    }

    @Override
    public void tell(int peer, PeerMessage message) {
        throw new IllegalStateException("nothing is told");
    }

    @Override
    public void forget(int peer, long call) {}

    @Override
    public boolean isReachable(int peer) {
        return !unreachable.get(peer);
    }

    @Override
    public boolean isConnected(int peer) {
        return !unreachable.get(peer);
    }
}
