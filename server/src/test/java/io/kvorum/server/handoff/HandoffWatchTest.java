package io.kvorum.server.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.NodeId;
import io.kvorum.server.peer.Peers;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.runtime.Clock;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes: this one, one that is away, one that misses nothing. */
final class HandoffWatchTest {
    private static final UUID AWAY = new UUID(2, 2);
    private static final long NOW_MILLIS = 1_700_000_000_000L;

    private final HintStore hints = new MemoryHintStore(1 << 20, VersionObserver.NONE);
    private final BareHints bare = new BareHints(1 << 20);
    private final HandoffCounters counters = new HandoffCounters();
    private final Peers peers = new Peers(new NodeId(new UUID(1, 1)), "n0", "localhost", 1);
    private final HandoffWatch watch = new HandoffWatch(hints, bare, counters, peers::directory, new Clock() {
        @Override
        public long wallMillis() {
            return NOW_MILLIS;
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    });
    private int away;

    @BeforeEach
    void learn() {
        away = peers.learn(new NodeId(AWAY), "n1", "localhost", 2, false);
        peers.learn(new NodeId(new UUID(3, 3)), "n2", "localhost", 3, false);
    }

    @Test
    void what_is_kept_is_told_for_each_node_with_the_age_of_its_oldest_write() {
        assertThat(watch.kept()).isEmpty();
        byte[] old = record("a", 90_000);
        keep(old);
        byte[] young = record("b", 10_000);
        keep(young);
        assertThat(watch.kept())
                .containsExactly(new HandoffWatch.Kept("n1", 2, old.length + young.length, 90, 0, 0, -1));
    }

    @Test
    void missed_writes_that_nobody_keeps_are_told_too() {
        byte[] key = "k".getBytes(StandardCharsets.US_ASCII);
        bare.missed(away, new KeyRef(0, 0, 0, key));
        assertThat(watch.kept()).containsExactly(new HandoffWatch.Kept("n1", 0, 0, 0, 1, 0, -1));
    }

    @Test
    void rate_and_time_left_are_those_of_the_last_ten_seconds() {
        keep(record("a", 0));
        keep(record("b", 0));
        for (int second = 0; second <= 20; second++) {
            watch.tick();
            if (second < 10) {
                counters.count(away, HintedHandoff.Reply.MERGED);
                counters.count(away, HintedHandoff.Reply.LATER);
            }
            if (second == 10) {
                assertThat(rate()).isEqualTo(List.of(1.0, 2L));
            }
            if (second == 15) {
                assertThat(rate()).isEqualTo(List.of(0.5, 4L));
            }
        }
        assertThat(rate()).isEqualTo(List.of(0.0, -1L));
    }

    private List<?> rate() {
        HandoffWatch.Kept kept = watch.kept().get(0);
        return List.of(kept.perSecond(), kept.secondsLeft());
    }

    private void keep(byte[] record) {
        hints.put(
                AWAY,
                RecordBytes.hash(record),
                record,
                outcome -> assertThat(outcome.isHeld()).isTrue());
    }

    private static byte[] record(String key, long ageMillis) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        long stamp = Stamp.ofMillis(NOW_MILLIS - ageMillis);
        Draft draft = new Draft().key(bytes, 0, bytes.length).dot(7, stamp).value(new byte[10], 0, 10);
        return Versions.write(null, draft, Context.EMPTY, VersionObserver.NONE);
    }
}
