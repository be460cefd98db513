package io.kvorum.server.command.manual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ManualTest {
    @Test
    void an_entry_has_its_lines_and_lines_go_on_below() {
        ManualEntry entry = Manual.read("""
                        # a comment
                        copy
                            complexity  O(N), N being
                                        the bytes.
                            arguments   key
                                        [NX]
                            key         RO,access at 1
                            key         OW,variable_flags at 2 to -1
                            note        Sometimes.
                            tips        a b:c
                            replaced    6.2.0 SET with GET
                            history     7.0.0 NX.

                        get
                        """).of("copy");
        assertThat(entry)
                .isEqualTo(new ManualEntry(
                        "O(N), N being the bytes.",
                        Syntax.read("key [NX]"),
                        List.of(
                                new KeyUse(List.of("RO", "access"), 1, 0, null),
                                new KeyUse(List.of("OW", "variable_flags"), 2, -1, "Sometimes.")),
                        List.of("a", "b:c"),
                        new ManualEntry.Change("6.2.0", "SET with GET"),
                        List.of(new ManualEntry.Change("7.0.0", "NX."))));
        assertThat(entry.keys().get(1).isVariable()).isTrue();
        assertThat(entry.keys().get(0).isVariable()).isFalse();
    }

    @Test
    void a_command_that_is_there_twice_and_a_line_of_no_kind_are_mistakes() {
        assertThatThrownBy(() -> Manual.read("get\nget"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("get");
        assertThatThrownBy(() -> Manual.read("get\n    colour  blue"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("colour");
        assertThatThrownBy(() -> Manual.read("    tips  a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_command_that_it_does_not_have_has_an_empty_entry() {
        assertThat(Manual.read("get").of("set")).isEqualTo(ManualEntry.NONE);
    }
}
