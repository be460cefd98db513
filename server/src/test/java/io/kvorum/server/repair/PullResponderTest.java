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
import io.kvorum.server.background.Budget;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PullResponderTest {
    private static final int KEYS = 200;
    private static final int VALUE_BYTES = 10_000;
    private static final int CHUNK_BYTES = 30_000;

    @Test
    void large_records_come_in_chunks_that_fit_into_a_frame_and_all_of_them_come() {
        NodeId id = NodeId.of(0, 1);
        Ring ring = new RingBuilder(new UUID(1, 1), "pulls", 1, Partitioner.SLOTS, 1)
                .member(new Member(
                        id, new MemberSpec("n0", "", "127.0.0.1", 7379, 6379, 0, 0, 100), MemberState.JOINING))
                .plan(new EventId(1, id), new Assignment(List.of(id)))
                .build();
        ClusterView view = new ClusterView(ring, List.of(id), new boolean[] {true}, List.of(new BitSet()));
        StampClock stamps = new StampClock(() -> 1_000, 1_000);
        MemoryEngine engine = new MemoryEngine(1, 0, ring.partitioner()::high, stamps, new SplittableRandom(1));
        engine.start();
        for (int i = 0; i < KEYS; i++) {
            byte[] key = ("key" + i).getBytes(StandardCharsets.US_ASCII);
            engine.update(
                    0,
                    ring.partitioner().high(key, 0, key.length),
                    key,
                    0,
                    key.length,
                    (current, scope) -> Versions.write(
                            current,
                            new Draft()
                                    .key(key, 0, key.length)
                                    .value(new byte[VALUE_BYTES], 0, VALUE_BYTES)
                                    .dot(scope.actor(), scope.nextStamp(0))));
        }
        PullResponder responder = new PullResponder(engine, () -> view, new Budget(), CHUNK_BYTES);
        Set<String> pulled = new HashSet<>();
        for (long from = 0; from != PullAnswer.END; ) {
            List<PullAnswer> answers = new ArrayList<>();
            responder.handle(
                    1, new Pull(0, from, 0, 1 << 30), new FrameInfo(0, 0), answer -> answers.add((PullAnswer) answer));
            PullAnswer answer = answers.get(0);
            assertThat(answer.records()).hasSizeLessThanOrEqualTo(3);
            answer.records()
                    .forEach(record -> pulled.add(new String(RecordBytes.key(record), StandardCharsets.US_ASCII)));
            from = answer.nextHash();
        }
        assertThat(pulled).hasSize(KEYS);
    }
}
