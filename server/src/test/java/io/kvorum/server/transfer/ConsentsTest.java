package io.kvorum.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.EventId;
import io.kvorum.ring.Member;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.MemberState;
import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.PreferenceList;
import io.kvorum.ring.RingBuilder;
import io.kvorum.ring.history.PartitionSet;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MoveRecorder;
import io.kvorum.server.peer.message.Consent;
import io.kvorum.server.peer.message.ConsentAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.LoopBarrier;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.StampClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an owner, this node, says to who wants its partition, or wants to join it; that is peer 1. */
class ConsentsTest {
    private static final int PARTITIONS = 8;
    private static final long BOOT = 7;
    private static final List<NodeId> MEMBERS = List.of(NodeId.of(0, 1), NodeId.of(0, 2), NodeId.of(0, 3));
    private static final int SELF = 0;
    private static final int ASKER = 1;
    private static final int THIRD = 2;

    private final List<String> moved = new ArrayList<>();
    private final boolean[] healthy = {true, true, true};
    private final MemoryEngine engine = new MemoryEngine(
            PARTITIONS, 0, Partitioner.SLOTS::high, new StampClock(() -> 1_000_000, 1_000), new SplittableRandom(1));

    @BeforeEach
    void start() {
        engine.start();
        engine.settle(0);
    }

    @Test
    void nobody_lets_a_node_join_that_it_cannot_send_writes_to() {
        List<Integer> wanted = List.of(SELF, ASKER);
        healthy[ASKER] = false;
        assertThat(consentedTo(wanted, List.of(SELF)))
                .as("it reaches this node, and this node not it")
                .isEmpty();
        healthy[ASKER] = true;
        assertThat(consentedTo(wanted, List.of(SELF))).containsExactly(0);
        assertThat(moved).as("it stays").isEmpty();
    }

    @Test
    void nobody_gives_a_partition_up_while_another_owner_does_not_answer() {
        List<Integer> wanted = List.of(ASKER, THIRD);
        healthy[THIRD] = false;
        assertThat(consentedTo(wanted, List.of(SELF, THIRD))).isEmpty();
        healthy[THIRD] = true;
        assertThat(consentedTo(wanted, List.of(SELF, THIRD))).containsExactly(0);
        assertThat(moved).containsExactly(MEMBERS.get(ASKER) + " takes [0]");
    }

    /** Which partitions this node consents to, asked for the first. */
    private int[] consentedTo(List<Integer> wanted, List<Integer> settled) {
        ClusterView view = view(wanted, settled);
        PreferenceList list = view.ring().preferenceList(0);
        Move move = Objects.requireNonNull(list.activeMove());
        List<Runnable> tasks = new ArrayList<>();
        TaskLoop loop = new Loop(tasks);
        Consents consents = new Consents(
                BOOT,
                engine,
                () -> view,
                loop,
                new LoopBarrier(List.of(loop)),
                new Recorder(),
                (partition, digest) -> false,
                new TransferCounters());
        List<PeerMessage> answers = new ArrayList<>();
        consents.answer(ASKER, new Consent(new int[] {0}, new long[] {TransferStep.digest(list, move)}), answers::add);
        while (!tasks.isEmpty()) {
            tasks.remove(0).run();
        }
        assertThat(answers).hasSize(1).allMatch(ConsentAnswer.class::isInstance);
        return ((ConsentAnswer) answers.get(0)).partitions();
    }

    private ClusterView view(List<Integer> wanted, List<Integer> settled) {
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "test", PARTITIONS, Partitioner.SLOTS, 2);
        for (NodeId id : MEMBERS) {
            builder.member(
                    new Member(id, new MemberSpec("n" + id, "", "127.0.0.1", 1, 1, 0, 0, 100), MemberState.SERVING));
        }
        List<NodeId> tokens = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            tokens.add(MEMBERS.get(wanted.get(partition % wanted.size())));
        }
        List<NodeId> owners = settled.stream().map(MEMBERS::get).toList();
        return new ClusterView(
                builder.plan(new EventId(1, MEMBERS.get(0)), new Assignment(tokens))
                        .settled(Collections.nCopies(PARTITIONS, owners), List.of())
                        .build(),
                MEMBERS,
                healthy,
                Collections.nCopies(MEMBERS.size(), new BitSet()));
    }

    private final class Recorder implements MoveRecorder {
        @Override
        public boolean moved(@Nullable NodeId to, PartitionSet partitions) {
            moved.add(to + " takes " + partitions.partitions());
            return true;
        }

        @Override
        public boolean settled(@Nullable NodeId from, @Nullable NodeId to, PartitionSet partitions) {
            throw new IllegalStateException("an owner that is asked settles nothing");
        }

        @Override
        public boolean isKnownByAll() {
            return true;
        }
    }

    private record Loop(List<Runnable> tasks) implements TaskLoop {
        @Override
        public boolean execute(Runnable task) {
            return tasks.add(task);
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            tasks.add(task);
            return () -> {};
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable task) {
            throw new IllegalStateException("consents are given when asked for");
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
