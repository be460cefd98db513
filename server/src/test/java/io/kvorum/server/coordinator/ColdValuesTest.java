package io.kvorum.server.coordinator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReadService;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.replica.WriteService;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values that are on disk alone, while memory has no room for them. */
final class ColdValuesTest {
    private static final String LONG_VALUE = "v".repeat(100);

    private final Bench alone = new Bench(1, 1, 1, 1, 0);
    private final KeyRef key = alone.key("k");
    private final ReplicaService own = alone.coordinator.replica;
    private final List<PeerMessage> answers = new ArrayList<>();

    @BeforeEach
    void makeCold() {
        alone.writeAt(0, key, LONG_VALUE);
        alone.disk.cold = true;
    }

    @Test
    void read_is_answered_with_what_was_fetched() {
        alone.read(key, 1);
        assertThat(alone.effects).containsExactly("read " + LONG_VALUE);
    }

    @Test
    void read_of_a_peer_is_answered_with_what_was_fetched() {
        Read read = new Read(key.positionHigh(), key.positionLow(), key.bytes(), 0);
        new ReadService(own).handle(1, read, alone.frameInfo(1_000), answers::add);
        ReadAnswer answer = (ReadAnswer) answers.get(0);
        assertThat(answer.status()).isEqualTo(ReadAnswer.Status.DIFFERENT);
        assertThat(alone.plain(answer.record())).isEqualTo(LONG_VALUE);
    }

    @Test
    void change_that_needs_the_values_waits_for_room_and_fetches_no_more_often_than_it_looks() {
        alone.write(key, "new", 1);
        for (int millis = 0; millis < 100; millis++) {
            alone.pass(1);
        }
        assertThat(alone.effects).isEmpty();
        assertThat(alone.disk.fetches).isBetween(2, 25);
        alone.disk.cold = false;
        alone.pass(20);
        assertThat(alone.effects).containsExactly("written new");
    }

    @Test
    void change_that_finds_no_room_in_all_its_time_is_refused_with_nothing_done() {
        alone.write(key, "new", 1);
        for (int millis = 0; millis < 1_100; millis += 5) {
            alone.pass(5);
        }
        assertThat(alone.effects).hasSize(1);
        assertThat(alone.effects.get(0)).startsWith("TRYAGAIN");
        assertThat(alone.at(0, key)).isEqualTo(LONG_VALUE);
    }

    @Test
    void change_whose_values_the_disk_does_not_give_is_refused_when_its_time_is_out_and_no_later() {
        alone.disk.failing = true;
        alone.writeWithin(key, "new", 7);
        for (int millis = 0; millis < 6; millis++) {
            alone.pass(1);
        }
        assertThat(alone.effects).isEmpty();
        alone.pass(1);
        alone.pass(1);
        assertThat(alone.effects).hasSize(1);
        assertThat(alone.effects.get(0)).startsWith("TRYAGAIN");
        assertThat(alone.wheel.isEmpty()).isTrue();
    }

    @Test
    void record_of_a_peer_that_needs_the_values_waits_for_room_and_is_refused_when_its_time_is_out() {
        byte[] record = requireNonNull(alone.replica(0).read(key));
        FrameInfo info = alone.frameInfo(100);
        new WriteService(own, alone.wheel, alone.clock).handle(1, own.toWrite(key, record, false), info, answers::add);
        for (int millis = 0; millis < 90; millis++) {
            alone.pass(1);
        }
        assertThat(answers).isEmpty();
        assertThat(alone.disk.fetches).isBetween(2, 25);
        alone.pass(10);
        alone.pass(10);
        assertThat(answers).containsExactly(new WriteAnswer(WriteAnswer.Status.BUSY));
    }
}
