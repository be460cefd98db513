package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class NotesTest {
    @Test
    void mishaps_of_all_samples_are_one_note_and_none_are_no_note() {
        Notes notes = new Notes();
        notes.add("three nodes");
        notes.add("three nodes");
        notes.count("kvorum failed at set P=1", 1_000, Map.of());
        notes.count("kvorum failed at set P=16", 1_000, Map.of("TRYAGAIN", 3L));
        notes.count("kvorum failed at set P=16", 2_000, Map.of("TRYAGAIN", 1L, "INDOUBT", 2L));
        assertThat(notes.all())
                .containsExactly("three nodes", "kvorum failed at set P=16: 2 INDOUBT, 4 TRYAGAIN of 3,000 operations");
    }
}
