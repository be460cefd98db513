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
import io.kvorum.ring.Ring;
import io.kvorum.ring.RingBuilder;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.message.HintedRead;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Four nodes, three owners of each partition; this node is node 0. */
final class HintServiceTest {
    private static final int PARTITIONS = 8;
    private static final long GRACE_MILLIS = 1_000;
    private static final long NOW_MILLIS = 1_000_000;

    private final List<NodeId> members =
            IntStream.range(0, 4).mapToObj(i -> NodeId.of(0, i + 1L)).toList();
    private final ClusterView view = view();
    private final StampClock stamps = new StampClock(() -> NOW_MILLIS, 1_000);
    private final MemoryEngine engine = engine();
    private final ReplicaService replica =
            new ReplicaService(engine, stamps, () -> view, ReplicaObserver.NONE, Runnable::run, GRACE_MILLIS);
    private final HintStore hints = new MemoryHintStore(1_000, VersionObserver.NONE);
    private final HintService service =
            new HintService(hints, new HintActors(stamps, new SplittableRandom(2)), () -> view, replica, Runnable::run);
    private final String foreign = key(false);
    private final String own = key(true);

    @Test
    void a_fallback_keeps_what_is_for_an_owner_and_shows_it() {
        assertThat(write(foreign, owner(foreign), record(foreign), 0)).isEqualTo(WriteAnswer.Status.MERGED);
        ReadAnswer shown = read(foreign);
        assertThat(shown.status()).isEqualTo(ReadAnswer.Status.DIFFERENT);
        assertThat(shown.record()).isEqualTo(record(foreign));
    }

    @Test
    void a_fallback_without_a_hint_has_no_opinion_and_never_says_absent() {
        assertThat(read(foreign).status()).isEqualTo(ReadAnswer.Status.NOT_OWNER);
        write(foreign, owner(foreign), record(foreign), 0);
        assertThat(read("another").status()).isEqualTo(ReadAnswer.Status.NOT_OWNER);
    }

    @Test
    void an_owner_keeps_no_hints_of_its_partitions_for_anybody() {
        NodeId other = members.get(view.owners(partition(own))[0] == 0 ? view.owners(partition(own))[1] : 0);
        assertThat(write(own, other, record(own), 0)).isEqualTo(WriteAnswer.Status.NOT_OWNER);
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void a_hint_for_who_owns_nothing_of_it_is_refused() {
        assertThat(write(foreign, members.get(0), record(foreign), 0)).isEqualTo(WriteAnswer.Status.NOT_OWNER);
        assertThat(write(foreign, NodeId.of(9, 9), record(foreign), 0)).isEqualTo(WriteAnswer.Status.NOT_OWNER);
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void what_was_too_long_on_its_way_or_is_no_record_or_was_flushed_is_refused() {
        assertThat(write(foreign, owner(foreign), record(foreign), GRACE_MILLIS))
                .isEqualTo(WriteAnswer.Status.STALE);
        assertThat(write(foreign, owner(foreign), new byte[] {1, 2, 3}, 0)).isEqualTo(WriteAnswer.Status.INVALID);
        engine.flush(partition(foreign), Stamp.endOfMillis(NOW_MILLIS));
        assertThat(write(foreign, owner(foreign), record(foreign), 0)).isEqualTo(WriteAnswer.Status.STALE);
        assertThat(hints.isEmpty()).isTrue();
    }

    @Test
    void a_fallback_whose_room_is_taken_says_so() {
        WriteAnswer.Status status = WriteAnswer.Status.MERGED;
        for (int i = 0; i < 10_000 && status == WriteAnswer.Status.MERGED; i++) {
            String key = "more" + i;
            if (!view.ownedHere(partition(key))) {
                status = write(key, owner(key), record(key), 0);
            }
        }
        assertThat(status).isEqualTo(WriteAnswer.Status.OUT_OF_MEMORY);
    }

    private WriteAnswer.Status write(String key, NodeId target, byte[] record, long ageMillis) {
        List<PeerMessage> answers = new ArrayList<>();
        Position position = position(key);
        long sent = Stamp.endOfMillis(NOW_MILLIS - ageMillis);
        service.write(
                1,
                new HintedWrite(position.high(), position.low(), target, record, false),
                new FrameInfo(0, sent),
                answers::add);
        assertThat(answers).hasSize(1);
        return ((WriteAnswer) answers.get(0)).status();
    }

    private ReadAnswer read(String key) {
        List<PeerMessage> answers = new ArrayList<>();
        Position position = position(key);
        service.read(
                1,
                new HintedRead(position.high(), position.low(), bytes(key)),
                new FrameInfo(0, stamps.current()),
                answers::add);
        assertThat(answers).hasSize(1);
        return (ReadAnswer) answers.get(0);
    }

    private NodeId owner(String key) {
        return members.get(view.owners(partition(key))[0]);
    }

    private String key(boolean ownedHere) {
        for (int i = 0; ; i++) {
            if (view.ownedHere(partition("k" + i)) == ownedHere) {
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

    private MemoryEngine engine() {
        MemoryEngine made =
                new MemoryEngine(PARTITIONS, 0, view.ring().partitioner()::high, stamps, new SplittableRandom(1));
        made.start();
        return made;
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
        Ring ring = builder.plan(new EventId(1, members.get(0)), new Assignment(tokens))
                .build();
        List<BitSet> settled = List.of(new BitSet(), new BitSet(), new BitSet(), new BitSet());
        return new ClusterView(ring, members, new boolean[] {true, true, true, true}, settled);
    }
}
