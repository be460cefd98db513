package io.kvorum.server.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Position;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.Mode;
import io.kvorum.server.coordinator.SlowDisk;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReplicaObserver;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Four nodes, three owners of each partition, no time that passes; this node is node 0. */
final class HandoffDriverTest {
    private static final int PARTITIONS = 8;
    private static final long NOW_MILLIS = 1_000_000;

    private final List<NodeId> members =
            IntStream.range(0, 4).mapToObj(i -> NodeId.of(0, i + 1L)).toList();
    private final boolean[] healthy = {true, true, true, true};
    private ClusterView view = view();
    private final StampClock stamps = new StampClock(() -> NOW_MILLIS, 1_000);
    private final MemoryEngine engine =
            new MemoryEngine(PARTITIONS, 0, view.ring().partitioner()::high, stamps, new SplittableRandom(1));
    private final HintStore hints = new MemoryHintStore(100_000, VersionObserver.NONE);
    private final BareHints bare = new BareHints(100_000);
    private final Budget budget = new Budget();
    private final SlowDisk disk = new SlowDisk();
    private final Map<Integer, Sent> sent = new LinkedHashMap<>();
    private final List<Sent> all = new ArrayList<>();
    private final Loop control = new Loop();

    private record Sent(Write write, ReplyHandler handler) {}

    @BeforeEach
    void start() {
        engine.start();
        Clock still = new Clock() {
            @Override
            public long wallMillis() {
                return NOW_MILLIS;
            }

            @Override
            public long nanoTime() {
                return 0;
            }
        };
        ReplicaService replica = new ReplicaService(
                disk.over(engine), stamps, () -> view, ReplicaObserver.NONE, control::handBack, 24L * 3600 * 1000);
        new HandoffDriver(
                        new HintedHandoff(HandoffPolicy.DEFAULT, new HandoffCounters()),
                        hints,
                        bare,
                        replica,
                        () -> view,
                        new Calls(),
                        budget,
                        control,
                        still)
                .start();
    }

    @Test
    void what_is_kept_waits_for_its_target_and_goes_when_that_holds_it() {
        String key = key(0, false);
        int target = view.owners(partition(key))[0];
        healthy[target] = false;
        view = view();
        keep(target, key);
        control.tick();
        assertThat(sent).isEmpty();

        healthy[target] = true;
        view = view();
        control.tick();
        assertThat(sent).containsOnlyKeys(target);
        assertThat(sentTo(target).write().durable()).isTrue();
        assertThat(hints.isEmpty()).isFalse();
        answer(target, WriteAnswer.Status.DURABLE);
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void a_hint_whose_target_owns_the_partition_no_more_goes_to_all_owners_and_stays_until_they_all_hold_it() {
        String key = key(0, true);
        int other = IntStream.range(1, 4)
                .filter(peer -> !view.isOwner(partition(key), peer))
                .findFirst()
                .orElseThrow();
        int[] owners = Arrays.stream(view.owners(partition(key)))
                .filter(owner -> owner != 0)
                .toArray();
        keep(other, key);
        control.tick();
        assertThat(sent).containsOnlyKeys(owners[0], owners[1]);
        byte[] bytes = bytes(key);
        byte[] own = engine.read(
                partition(key), StorageEngine.tableHash(position(key).high()), bytes, 0, bytes.length);
        assertThat(own).isEqualTo(record(key));
        answer(owners[0], WriteAnswer.Status.MERGED);
        assertThat(hints.isEmpty()).isFalse();
        answer(owners[1], WriteAnswer.Status.MERGED);
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void a_hint_that_this_node_owns_now_stays_until_its_copy_is_on_disk() {
        disk.durability = Durability.SOON;
        String key = key(0, true);
        int other = IntStream.range(1, 4)
                .filter(peer -> !view.isOwner(partition(key), peer))
                .findFirst()
                .orElseThrow();
        keep(other, key);
        control.tick();
        for (int owner : List.copyOf(sent.keySet())) {
            answer(owner, WriteAnswer.Status.DURABLE);
        }
        assertThat(hints.isEmpty()).isFalse();
        disk.forced(true);
        control.run();
        assertThat(hints.isEmpty()).isTrue();
    }

    /** What the disk tells while the queue of the thread is full is heard all the same: it is told once. */
    @Test
    void a_hint_that_this_node_owns_now_goes_however_busy_this_thread_was_when_its_copy_came_on_disk() {
        disk.durability = Durability.SOON;
        String key = key(0, true);
        int other = IntStream.range(1, 4)
                .filter(peer -> !view.isOwner(partition(key), peer))
                .findFirst()
                .orElseThrow();
        keep(other, key);
        control.tick();
        for (int owner : List.copyOf(sent.keySet())) {
            answer(owner, WriteAnswer.Status.DURABLE);
        }
        control.full = true;
        disk.forced(true);
        control.full = false;
        control.run();
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void one_owner_in_the_targets_place_that_does_not_take_it_keeps_the_hint_here() {
        String key = key(0, true);
        int other = IntStream.range(1, 4)
                .filter(peer -> !view.isOwner(partition(key), peer))
                .findFirst()
                .orElseThrow();
        keep(other, key);
        control.tick();
        List<Integer> asked = List.copyOf(sent.keySet());
        answer(asked.get(0), WriteAnswer.Status.BUSY);
        answer(asked.get(1), WriteAnswer.Status.MERGED);
        assertThat(sent).isEmpty();
        assertThat(hints.isEmpty()).isFalse();
    }

    @Test
    void a_hint_whose_target_owns_it_no_more_does_not_wait_for_that_to_come_back() {
        int target = 1;
        String moved = key(target, false);
        healthy[target] = false;
        view = view();
        keep(target, moved);
        keep(target, key(target, true));
        control.tick();
        List<Integer> owners = Arrays.stream(view.owners(partition(moved)))
                .filter(owner -> owner != 0)
                .boxed()
                .toList();
        assertThat(sent.keySet()).containsExactlyInAnyOrderElementsOf(owners);
        owners.forEach(owner -> answer(owner, WriteAnswer.Status.MERGED));
        assertThat(hints.usage().get(0).count()).as("the other waits").isEqualTo(1);
    }

    @Test
    void a_target_that_says_it_is_no_owner_of_one_partition_is_sent_what_it_owns() {
        int target = 1;
        String first = key(target, true);
        String second = IntStream.range(0, 1_000)
                .mapToObj(i -> "k" + i)
                .filter(key -> view.isOwner(partition(key), target) && partition(key) != partition(first))
                .findFirst()
                .orElseThrow();
        keep(target, first);
        keep(target, second);
        control.tick();
        Sent refused = all.get(0);
        Sent taken = all.get(1);
        refused.handler().onReply(target, new WriteAnswer(WriteAnswer.Status.NOT_OWNER));
        taken.handler().onReply(target, new WriteAnswer(WriteAnswer.Status.DURABLE));
        control.run();
        assertThat(hints.usage().get(0).count()).isEqualTo(1);
        assertThat(all).as("after a rest").hasSize(2);
    }

    @Test
    void what_was_flushed_since_needs_no_handing_over() {
        String key = key(0, false);
        keep(view.owners(partition(key))[0], key);
        engine.flush(partition(key), Stamp.endOfMillis(NOW_MILLIS));
        control.tick();
        assertThat(sent).isEmpty();
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void nothing_is_sent_while_an_operator_has_paused_it() {
        String key = key(0, false);
        int target = view.owners(partition(key))[0];
        budget.mode(BackgroundJob.HANDOFF, Mode.PAUSED);
        keep(target, key);
        control.tick();
        control.tick();
        assertThat(sent).isEmpty();
    }

    @Test
    void the_own_record_of_a_bare_hint_is_read_when_it_is_sent() {
        String key = key(0, true);
        int target = Arrays.stream(view.owners(partition(key)))
                .filter(owner -> owner != 0)
                .findFirst()
                .orElseThrow();
        Position position = position(key);
        bare.missed(target, new KeyRef(partition(key), position.high(), position.low(), bytes(key)));
        byte[] bytes = bytes(key);
        engine.update(partition(key), position.high(), bytes, 0, bytes.length, (current, scope) -> record(key));
        control.tick();
        assertThat(sentTo(target).write().record()).isEqualTo(record(key));
        answer(target, WriteAnswer.Status.MERGED);
        assertThat(bare.count()).isZero();
    }

    @Test
    void a_bare_hint_for_who_joins_the_owners_is_handed_over_before_that_counts() {
        view = joiningThisNode();
        String key = key(0, true);
        int target = view.joining(partition(key));
        assertThat(target).isPositive();
        Position position = position(key);
        byte[] bytes = bytes(key);
        engine.update(partition(key), position.high(), bytes, 0, bytes.length, (current, scope) -> record(key));
        bare.missed(target, new KeyRef(partition(key), position.high(), position.low(), bytes));
        control.tick();
        assertThat(sentTo(target).write().record()).isEqualTo(record(key));
        answer(target, WriteAnswer.Status.ARRIVING);
        assertThat(bare.count()).isZero();
    }

    /** All partitions are this node's alone as yet. */
    private ClusterView joiningThisNode() {
        return new ClusterView(
                RingBuilder.from(view.ring())
                        .settled(Collections.nCopies(PARTITIONS, List.of(members.get(0))), List.of())
                        .build(),
                members,
                healthy,
                Collections.nCopies(members.size(), new BitSet()));
    }

    private void keep(int target, String key) {
        hints.put(members.get(target).uuid(), position(key).high(), record(key), outcome -> {});
    }

    private Sent sentTo(int peer) {
        return Objects.requireNonNull(sent.get(peer));
    }

    private void answer(int peer, WriteAnswer.Status status) {
        ReplyHandler handler = sentTo(peer).handler();
        sent.remove(peer);
        handler.onReply(peer, new WriteAnswer(status));
        control.run();
    }

    private String key(int node, boolean owned) {
        for (int i = 0; ; i++) {
            if (view.isOwner(partition("k" + i), node) == owned) {
                return "k" + i;
            }
        }
    }

    private int partition(String key) {
        return view.partitionOf(position(key).high());
    }

    private Position position(String key) {
        return view.ring().partitioner().positionOf(bytes(key), 0, bytes(key).length);
    }

    private static byte[] record(String key) {
        byte[] bytes = bytes(key);
        return Versions.write(
                null,
                new Draft()
                        .key(bytes, 0, bytes.length)
                        .dot(7, Stamp.endOfMillis(NOW_MILLIS - 10))
                        .value(bytes, 0, bytes.length),
                Context.EMPTY,
                VersionObserver.NONE);
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }

    private ClusterView view() {
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "four", PARTITIONS, Partitioner.SLOTS, 3);
        List<NodeId> tokens = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            builder.member(new Member(
                    members.get(i),
                    new MemberSpec("n" + i, "", "127.0.0.1", 7379 + i, 6379 + i, 0, 0, 100),
                    MemberState.JOINING));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            tokens.add(members.get(partition % members.size()));
        }
        List<BitSet> settled = List.of(new BitSet(), new BitSet(), new BitSet(), new BitSet());
        return new ClusterView(
                builder.historyHash(1)
                        .plan(new EventId(1, members.get(0)), new Assignment(tokens))
                        .build(),
                members,
                healthy,
                settled);
    }

    private final class Calls implements PeerCalls {
        @Override
        public void call(int peer, PeerMessage request, long timeoutNanos, ReplyHandler handler) {
            all.add(new Sent((Write) request, handler));
            sent.put(peer, all.get(all.size() - 1));
        }

        @Override
        public void tell(int peer, PeerMessage message) {}

        @Override
        public void dial(int peer) {}

        @Override
        public void refresh() {}

        @Override
        public void hangUp(int peer) {}

        @Override
        public void letGo(int peer) {}
    }

    /** Runs what is due at once; what is to come later waits for ever. */
    private static final class Loop implements TaskLoop {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final List<Runnable> ticks = new ArrayList<>();
        private boolean full;

        void tick() {
            ticks.forEach(Runnable::run);
            run();
        }

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        @Override
        public boolean execute(Runnable task) {
            return !full && tasks.add(task);
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            if (delayNanos == 0) {
                tasks.add(task);
            }
            return () -> {};
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable task) {
            ticks.add(task);
            return () -> {};
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
