package io.kvorum.tests.sim.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which copy is the only one of something, so that its loss is the loss of as many as W was. */
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

    private static byte[] write(byte @Nullable [] old, long actor) {
        return Versions.write(
                old,
                new Draft().key(KEY, 0, KEY.length).dot(actor, 1_000 + actor).value(KEY, 0, KEY.length),
                Context.EMPTY,
                VersionObserver.NONE);
    }
}
