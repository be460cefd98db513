package io.kvorum.server.replica;

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
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a node answers to writes whose sender may take it for an owner still: it was one, and is about to be one again. */
class ArrivingCopyTest {
    private static final NodeId SELF = NodeId.of(0, 1);
    private static final NodeId OTHER = NodeId.of(0, 2);
    private static final byte[] KEY = {'k'};
    private static final long NOW_MILLIS = 1_000_000;

    private final StampClock stamps = new StampClock(() -> NOW_MILLIS, 1_000);
    private final MemoryEngine engine =
            new MemoryEngine(1, 0, Partitioner.SLOTS::high, stamps, new SplittableRandom(1));

    @Test
    void an_owner_merges_and_counts() {
        assertThat(write(SELF)).isEqualTo(WriteAnswer.Status.MERGED);
    }

    @Test
    void who_takes_the_partition_over_merges_and_says_that_it_is_no_owner() {
        assertThat(write(OTHER)).isEqualTo(WriteAnswer.Status.ARRIVING);
        assertThat(engine.recordCount(0)).isEqualTo(1);
    }

    /** Writes to the node, which the plan wants to own everything; so far {@code owner} does. */
    private WriteAnswer.@Nullable Status write(NodeId owner) {
        engine.start();
        RingBuilder builder = new RingBuilder(new UUID(1, 1), "two", 1, Partitioner.SLOTS, 1);
        for (NodeId node : List.of(SELF, OTHER)) {
            MemberSpec spec = new MemberSpec("n" + node, "", "127.0.0.1", 1, 1, 0, 0, 100);
            builder.member(new Member(node, spec, MemberState.SERVING));
        }
        ClusterView view = new ClusterView(
                builder.plan(new EventId(1, SELF), new Assignment(List.of(SELF)))
                        .settled(List.of(List.of(owner)), List.of())
                        .build(),
                List.of(SELF, OTHER),
                new boolean[] {true, true},
                Collections.nCopies(2, new BitSet()));
        ReplicaService replica =
                new ReplicaService(engine, stamps, () -> view, ReplicaObserver.NONE, Runnable::run, 24L * 3600 * 1000);
        Position position = view.ring().partitioner().positionOf(KEY, 0, KEY.length);
        byte[] record = Versions.write(
                null,
                new Draft()
                        .key(KEY, 0, KEY.length)
                        .dot(7, Stamp.endOfMillis(NOW_MILLIS - 10))
                        .value(KEY, 0, KEY.length),
                Context.EMPTY,
                VersionObserver.NONE);
        return replica.merge(new Write(position.high(), position.low(), record, false), stamps.current());
    }
}
