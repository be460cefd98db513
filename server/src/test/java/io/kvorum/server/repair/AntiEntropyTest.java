package io.kvorum.server.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.Mode;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.OnlyCalls;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.ShareAnswer;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two owners of a ring compare their copies, in virtual time. */
final class AntiEntropyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TICK = SECOND / 10;
    private static final int PARTITIONS = 16;
    private static final int PEER = 1;
    private static final long GRACE_MILLIS = 24 * 3_600_000L;
    private static final NodeId LOWER = NodeId.of(0, 1);
    private static final NodeId HIGHER = NodeId.of(0, 2);

    private final Ring ring = new RingBuilder(new UUID(1, 1), "pair", PARTITIONS, Partitioner.SLOTS, 2)
            .member(member(LOWER, 0))
            .member(member(HIGHER, 1))
            .plan(new EventId(1, LOWER), assignment())
            .build();
    private final BitSet unsettledThere = new BitSet();
    private long wallMillis = 1_000;
    private final StampClock stamps = new StampClock(() -> wallMillis, 1_000);
    private final MemoryEngine here = engine(1);
    private final MemoryEngine there = engine(2);
    private final Budget budget = new Budget();
    private final AntiEntropyCounters counters = new AntiEntropyCounters();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<MessageType> asked = new ArrayList<>();
    private final List<Runnable> late = new ArrayList<>();
    private @Nullable MessageType delayed;
    private @Nullable Runnable onEntries;
    private boolean full;
    private boolean hereIsFull;
    private boolean bug;
    private @Nullable String poison;
    private boolean lost;
    private long now;
    private Runnable tick = () -> {};
    private AntiEntropyService service = service(AntiEntropyPolicy.of(SECOND));

    @BeforeEach
    void meet() {
        service.start();
        service.viewChanged(view(LOWER, HIGHER));
        service.peerUp(PEER);
    }

    @Test
    void equal_copies_cost_one_question_an_interval() {
        writeBoth("a", "b", "c");
        run(10 * SECOND);
        assertThat(asked).hasSizeBetween(9, 11).containsOnly(MessageType.COMPARE);
    }

    @Test
    void what_one_owner_missed_it_has_two_looks_later() {
        write(there, "missed-here", "1");
        write(here, "missed-there", "2");
        writeBoth("both");
        write(there, "both", "newer");
        run(2 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
        assertThat(counters.pulled()).isEqualTo(2);
        assertThat(counters.sent()).isEqualTo(1);
        assertThat(counters.unneeded()).isZero();
    }

    /** It may have been reaped there. */
    @Test
    void what_is_dead_for_longer_than_the_grace_is_not_given_to_who_has_none() {
        delete(here, "deleted-here");
        delete(there, "deleted-there");
        write(here, "both", "value");
        delete(there, "both");
        wallMillis += GRACE_MILLIS + 1_000;
        run(10 * SECOND);
        assertThat(has(there, "deleted-here")).isFalse();
        assertThat(has(here, "deleted-there")).isFalse();
        assertThat(RecordBytes.siblings(read(here, "both"))).hasSize(2);
        assertThat(RecordBytes.hash(read(there, "both"))).isEqualTo(RecordBytes.hash(read(here, "both")));
        assertThat(counters.unneeded()).isZero();
    }

    @Test
    void what_the_peer_alone_has_past_its_grace_is_fetched_once_until_it_is_something_else() {
        delete(there, "dead");
        wallMillis += GRACE_MILLIS + 1_000;
        run(300 * SECOND);
        assertThat(asked).filteredOn(MessageType.FETCH::equals).hasSize(1);
        write(there, "dead", "again");
        run(60 * SECOND);
        assertThat(has(here, "dead")).isTrue();
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void many_keys_that_stay_different_keep_no_other_partition_from_being_looked_at() {
        service = service(new AntiEntropyPolicy(SECOND, 30 * SECOND, SECOND, 4, 2, 512, 256 * 1024, 64, 4 << 20));
        meet();
        String later = "";
        for (int i = 0, dead = 0; dead < 40; i++) {
            if (partition("key" + i) == 0) {
                delete(there, "key" + i);
                dead++;
            } else {
                later = "key" + i;
            }
        }
        wallMillis += GRACE_MILLIS + 1_000;
        write(there, later, "value");
        run(300 * SECOND);
        assertThat(has(here, later)).isTrue();
    }

    @Test
    void siblings_from_both_sides_are_on_both_sides() {
        write(here, "key", "one");
        write(there, "key", "other");
        run(2 * SECOND);
        assertThat(RecordBytes.siblings(read(here, "key"))).hasSize(2);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void copies_that_differ_in_any_way_become_equal() {
        long seed = Long.getLong("kvorum.test.seed", new SplittableRandom().nextLong());
        SplittableRandom random = new SplittableRandom(seed);
        AntiEntropyPolicy narrow = new AntiEntropyPolicy(SECOND, 30 * SECOND, SECOND, 50, 3, 4, 300, 2, 200);
        service = service(narrow);
        meet();
        for (int i = 0; i < 1_000; i++) {
            String key = "key" + random.nextInt(600);
            String value = "v".repeat(random.nextInt(100));
            int who = random.nextInt(4);
            if (who != 0) {
                write(here, key, value);
            }
            if (who != 1) {
                write(there, key, value);
            }
        }
        run(300 * SECOND);
        assertThat(roots(here)).as("seed %d", seed).isEqualTo(roots(there));
        assertThat(counters.unneeded()).as("seed %d", seed).isZero();
    }

    @Test
    void what_changes_between_two_looks_was_on_its_way() {
        write(there, "key", "1");
        onEntries = () -> writeBoth("key");
        run(2 * SECOND);
        assertThat(asked).contains(MessageType.ENTRIES).doesNotContain(MessageType.FETCH, MessageType.WRITE);
        assertThat(counters.pulled() + counters.sent() + counters.unneeded()).isZero();
    }

    @Test
    void what_only_seems_to_differ_is_looked_at_less_and_less_often() {
        write(there, "key", "1");
        onEntries = () -> write(there, "key", "again");
        run(200 * SECOND);
        assertThat(asked).filteredOn(MessageType.COMPARE::equals).hasSizeLessThan(20);
        onEntries = null;
        run(40 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void peer_without_room_is_not_sent_the_same_again_and_again() {
        write(here, "key", "1");
        full = true;
        run(100 * SECOND);
        assertThat(asked).filteredOn(MessageType.WRITE::equals).hasSizeLessThan(10);
        full = false;
        run(40 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void peer_that_takes_what_changes_nothing_is_not_sent_it_again_and_again() {
        write(here, "key", "1");
        there.flush(partition("key"), Long.MAX_VALUE - 1);
        run(100 * SECOND);
        assertThat(asked).filteredOn(MessageType.WRITE::equals).hasSizeLessThan(10);
    }

    @Test
    void peer_that_is_back_is_asked_without_a_pause() {
        write(there, "key", "1");
        onEntries = () -> write(there, "key", "again");
        run(200 * SECOND);
        onEntries = null;
        service.peerDown(PEER);
        run(40 * SECOND);
        asked.clear();
        run(40 * SECOND);
        assertThat(asked).isEmpty();
        service.peerUp(PEER);
        run(2 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void lost_question_ends_the_pass_and_another_begins() {
        write(there, "key", "1");
        lost = true;
        run(10 * SECOND);
        lost = false;
        run(40 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void answer_to_an_earlier_question_is_not_taken_for_one_to_the_last() {
        for (MessageType type :
                List.of(MessageType.COMPARE, MessageType.LEAVES, MessageType.ENTRIES, MessageType.FETCH)) {
            write(there, "key " + type, "1");
            delayed = type;
            run(5 * SECOND);
            delayed = null;
            service.peerDown(PEER);
            service.peerUp(PEER);
            run(SECOND / 2);
            late.forEach(Runnable::run);
            late.clear();
            run(60 * SECOND);
            assertThat(roots(here)).as("%s", type).isEqualTo(roots(there));
        }
    }

    @Test
    void copy_that_may_have_forgotten_is_left_to_settle_first() {
        write(there, "key", "1");
        unsettledThere.set(partition("key"));
        service.viewChanged(view(LOWER, HIGHER));
        run(10 * SECOND);
        assertThat(asked).containsOnly(MessageType.COMPARE);
        unsettledThere.clear();
        service.viewChanged(view(LOWER, HIGHER));
        run(10 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void paused_job_asks_for_nothing_and_goes_on_when_it_is_resumed() {
        write(there, "key", "1");
        budget.mode(BackgroundJob.ANTI_ENTROPY, Mode.PAUSED);
        run(10 * SECOND);
        assertThat(asked).isEmpty();
        budget.mode(BackgroundJob.ANTI_ENTROPY, Mode.AUTO);
        run(10 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void node_without_room_still_gives_the_other_what_that_lacks() {
        write(there, "key", "1");
        for (int i = 0; i < 20; i++) {
            write(here, "mine" + i, "1");
        }
        hereIsFull = true;
        run(10 * SECOND);
        for (int i = 0; i < 20; i++) {
            assertThat(read(there, "mine" + i)).isNotNull();
        }
        hereIsFull = false;
        run(60 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void one_record_that_cannot_be_merged_does_not_keep_others_from_coming() {
        service = service(new AntiEntropyPolicy(SECOND, 30 * SECOND, SECOND, 1_000, 4, 4, 1 << 20, 4, 1 << 20));
        meet();
        for (int i = 0; i < 50; i++) {
            write(there, "key" + i, "1");
        }
        poison = "key7";
        run(60 * SECOND);
        int missing = 0;
        for (int i = 0; i < 50; i++) {
            byte[] key = bytes("key" + i);
            missing += here.read(partition("key" + i), StorageEngine.tableHash(high(key)), key, 0, key.length) == null
                    ? 1
                    : 0;
        }
        assertThat(missing).isLessThanOrEqualTo(4);
        assertThat(asked).filteredOn(MessageType.COMPARE::equals).hasSizeLessThan(20);
    }

    @Test
    void bug_in_the_midst_of_a_pass_does_not_end_all_passes() {
        write(there, "key", "1");
        bug = true;
        run(5 * SECOND);
        bug = false;
        run(60 * SECOND);
        assertThat(roots(here)).isEqualTo(roots(there));
    }

    @Test
    void of_two_nodes_one_asks() {
        service = service(AntiEntropyPolicy.of(SECOND));
        service.start();
        service.viewChanged(view(HIGHER, LOWER));
        service.peerUp(PEER);
        run(10 * SECOND);
        assertThat(asked).isEmpty();
    }

    private AntiEntropyService service(AntiEntropyPolicy policy) {
        return new AntiEntropyService(
                policy,
                counters,
                here,
                ring.partitioner(),
                (partition, record) -> mergeHere(record),
                stamps,
                GRACE_MILLIS,
                calls(),
                budget,
                loop(),
                clock());
    }

    private PeerCalls calls() {
        ClusterView viewThere = view(HIGHER, LOWER);
        return new OnlyCalls() {
            @Override
            public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
                asked.add(request.type());
                tasks.add(() -> answer(request, handler));
            }

            private void answer(PeerMessage request, ReplyHandler handler) {
                if (lost) {
                    handler.onLost(PEER);
                } else if (request instanceof Share) {
                    handler.onReply(PEER, new ShareAnswer(100));
                } else if (request instanceof Write write) {
                    boolean merged = !full && merge(there, write.record());
                    handler.onReply(
                            PEER,
                            new WriteAnswer(merged ? WriteAnswer.Status.MERGED : WriteAnswer.Status.OUT_OF_MEMORY));
                } else {
                    Objects.requireNonNull(new ExchangeResponder(there, () -> viewThere, 1_000)
                                    .handlers()
                                    .get(request.type()))
                            .handle(PEER, request, new FrameInfo(0, 0), reply -> deliver(request, reply, handler));
                }
            }

            private void deliver(PeerMessage request, PeerMessage reply, ReplyHandler handler) {
                if (request.type() == delayed) {
                    late.add(() -> handler.onReply(PEER, reply));
                    return;
                }
                handler.onReply(PEER, reply);
                Runnable then = onEntries;
                if (request.type() == MessageType.ENTRIES && then != null) {
                    then.run();
                }
            }
        };
    }

    private TaskLoop loop() {
        return new TaskLoop() {
            @Override
            public boolean execute(Runnable task) {
                return tasks.add(task);
            }

            @Override
            public Scheduled schedule(long delayNanos, Runnable task) {
                tasks.add(task);
                return () -> tasks.remove(task);
            }

            @Override
            public Scheduled every(long intervalNanos, Runnable task) {
                tick = task;
                return () -> tick = () -> {};
            }

            @Override
            public boolean inLoop() {
                return true;
            }
        };
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public long nanoTime() {
                return now;
            }

            @Override
            public long wallMillis() {
                return now / 1_000_000;
            }
        };
    }

    private void run(long nanos) {
        for (long end = now + nanos; now < end; now += TICK) {
            tick.run();
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                try {
                    task.run();
                } catch (IllegalStateException planted) {
                    assertThat(planted).hasMessage("a bug");
                }
            }
        }
    }

    private ClusterView view(NodeId self, NodeId other) {
        List<BitSet> unsettled =
                self.equals(LOWER) ? List.of(new BitSet(), unsettledThere) : List.of(unsettledThere, new BitSet());
        return new ClusterView(ring, List.of(self, other), new boolean[] {true, true}, unsettled);
    }

    private MemoryEngine engine(long seed) {
        MemoryEngine engine =
                new MemoryEngine(PARTITIONS, 0, ring.partitioner()::high, stamps, new SplittableRandom(seed));
        engine.start();
        return engine;
    }

    private void writeBoth(String... keys) {
        for (String key : keys) {
            write(here, key, "both");
            merge(there, read(here, key));
        }
    }

    private boolean has(MemoryEngine engine, String name) {
        byte[] key = bytes(name);
        return engine.read(partition(name), StorageEngine.tableHash(high(key)), key, 0, key.length) != null;
    }

    private void delete(MemoryEngine engine, String name) {
        change(engine, name, Draft::tombstone);
    }

    private void write(MemoryEngine engine, String name, String value) {
        byte[] content = bytes(value);
        change(engine, name, draft -> draft.value(content, 0, content.length));
    }

    private void change(MemoryEngine engine, String name, UnaryOperator<Draft> with) {
        byte[] key = bytes(name);
        var unused = engine.update(
                partition(name),
                high(key),
                key,
                0,
                key.length,
                (current, scope) -> Versions.write(
                        current,
                        with.apply(new Draft().key(key, 0, key.length).dot(scope.actor(), scope.nextStamp(0)))));
    }

    private boolean mergeHere(byte[] record) {
        if (bug) {
            throw new IllegalStateException("a bug");
        }
        boolean refused = hereIsFull || Arrays.equals(RecordBytes.key(record), poison == null ? null : bytes(poison));
        return !refused && merge(here, record);
    }

    private boolean merge(MemoryEngine engine, byte[] record) {
        byte[] key = RecordBytes.key(record);
        long high = high(key);
        return engine.update(ring.partitionOf(high), high, key, 0, key.length, (current, scope) -> {
                    byte[] kept = Flush.without(record, scope.flushedUpTo());
                    return kept == null || current == null
                            ? kept
                            : Merge.merge(current, kept, new VersionObserver() {});
                })
                >= 0;
    }

    private byte[] read(MemoryEngine engine, String name) {
        byte[] key = bytes(name);
        byte[] record = engine.read(partition(name), StorageEngine.tableHash(high(key)), key, 0, key.length);
        return Objects.requireNonNull(record, name);
    }

    private Map<Integer, Long> roots(MemoryEngine engine) {
        Map<Integer, Long> roots = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            roots.put(partition, engine.root(partition));
        }
        return roots;
    }

    private int partition(String name) {
        return ring.partitionOf(high(bytes(name)));
    }

    private long high(byte[] key) {
        return ring.partitioner().high(key, 0, key.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Member member(NodeId id, int number) {
        return new Member(
                id,
                new MemberSpec("n" + number, "", "127.0.0.1", 7379 + number, 6379 + number, 0, 0, 100),
                MemberState.JOINING);
    }

    private static Assignment assignment() {
        List<NodeId> owners = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            owners.add(partition % 2 == 0 ? LOWER : HIGHER);
        }
        return new Assignment(owners);
    }
}
