package io.kvorum.server.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.replica.KeyRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BareHintsTest {
    private final BareHints bare = new BareHints(1_000);

    @Test
    void a_key_that_was_missed_often_is_noted_once_and_for_each_owner() {
        bare.missed(1, key("a"));
        bare.missed(1, key("a"));
        bare.missed(2, key("a"));
        assertThat(bare.count()).isEqualTo(2);
        assertThat(bare.oldest(1, 10)).hasSize(1);
        assertThat(bare.oldest(3, 10)).isEmpty();
    }

    @Test
    void a_note_goes_when_it_is_done_unless_the_key_was_missed_again_since() {
        bare.missed(1, key("a"));
        BareHints.Note first = bare.oldest(1, 1).get(0);
        bare.missed(1, key("a"));
        bare.done(1, first);
        List<BareHints.Note> left = bare.oldest(1, 1);
        assertThat(left).hasSize(1);
        bare.done(1, left.get(0));
        assertThat(bare.count()).isZero();
        bare.done(1, left.get(0));
        assertThat(bare.count()).isZero();
    }

    @Test
    void past_the_bound_notes_are_dropped_and_counted_and_room_comes_back() {
        for (int i = 0; i < 20; i++) {
            bare.missed(1, key("k" + i));
        }
        assertThat(bare.count() + bare.dropped()).isEqualTo(20);
        assertThat(bare.dropped()).isPositive();
        bare.missed(1, key("k0"));
        assertThat(bare.count() + bare.dropped()).isEqualTo(20);
        bare.forget(1);
        bare.missed(2, key("k19"));
        assertThat(bare.count()).isEqualTo(1);
    }

    private static KeyRef key(String text) {
        return new KeyRef(0, 0, 0, text.getBytes(StandardCharsets.US_ASCII));
    }
}
