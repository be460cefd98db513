package io.kvorum.tests.sim.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which copies something is on for certain: what the loss of some takes, and what reads are promised. */
final class KeyStoryTest {
    private static final byte[] KEY = {'k'};
    private List<Integer> owners = List.of(0);
    private final KeyStory key =
            new KeyStory("k", KeyStory.Family.ETERNAL, 0, () -> owners, node -> false, node -> owners.size() == 1);

    @Test
    void what_the_only_owner_took_is_only_there_until_another_owner_has_it() {
        byte[] first = write(null, 1);
        key.has(0, first, true);
        owners = List.of(0, 1);
        assertThat(key.isOnlyAt(0)).as("node 1 counts, and has not got it").isTrue();
        key.has(2, first, false);
        assertThat(key.isOnlyAt(0)).as("node 2 owns nothing").isTrue();
        key.has(1, write(null, 2), false);
        assertThat(key.isOnlyAt(0)).as("node 1 has something else").isTrue();
        key.has(1, write(first, 3), false);
        assertThat(key.isOnlyAt(0)).as("node 1 has what superseded it").isFalse();
        key.forgot(1);
        assertThat(key.isOnlyAt(0)).isTrue();
    }

    @Test
    void what_one_of_several_owners_has_by_itself_was_promised_to_be_at_others() {
        owners = List.of(0, 1);
        key.has(0, write(null, 1), key.isAlone(0));
        assertThat(key.isOnlyAt(0)).isFalse();
    }

    @Test
    void what_owners_took_and_hints_were_counted_for_is_not_promised_once_they_all_lose_power_in_turn() {
        owners = List.of(0, 1, 2);
        key.hinted();
        Write write = new Write(0, key, new Dot(1, 1_001), false, null, 0, 0, 0, new BitSet());
        key.wrote(write);
        owners.forEach(owner -> key.took(owner, List.of(write)));
        assertThat(key.owned().get(0)).isTrue();

        key.lostPower(0);
        assertThat(key.owned().get(0)).as("two others have it, on disk or not").isTrue();
        key.lostPower(1);
        assertThat(key.owned().get(0)).isFalse();

        key.took(1, List.of(write));
        assertThat(key.owned().get(0))
                .as("it was on a disk, or came back from one")
                .isTrue();
    }

    @Test
    void what_owners_took_without_hints_stays_promised_when_power_fails() {
        owners = List.of(0, 1);
        Write write = new Write(0, key, new Dot(1, 1_001), false, null, 0, 0, 0, new BitSet());
        key.wrote(write);
        owners.forEach(owner -> key.took(owner, List.of(write)));
        owners.forEach(key::lostPower);
        assertThat(key.owned().get(0)).isTrue();
    }

    private static byte[] write(byte @Nullable [] old, long actor) {
        return Versions.write(
                old,
                new Draft().key(KEY, 0, KEY.length).dot(actor, 1_000 + actor).value(KEY, 0, KEY.length),
                Context.EMPTY,
                VersionObserver.NONE);
    }
}
