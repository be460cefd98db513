package io.kvorum.server.command.manual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntaxTest {
    private static Argument leaf(String name, ArgumentType type) {
        return new Argument(name, type, 0, null, null, false, false, false, List.of());
    }

    private static Argument word(String name, String token) {
        return new Argument(name, ArgumentType.PURE_TOKEN, 0, token, null, false, false, false, List.of());
    }

    @Test
    void names_have_types_and_those_of_keys_and_patterns_go_without_saying() {
        assertThat(Syntax.read("key value pattern count:integer ip:port at:unix-time"))
                .containsExactly(
                        leaf("key", ArgumentType.KEY),
                        leaf("value", ArgumentType.STRING),
                        leaf("pattern", ArgumentType.PATTERN),
                        leaf("count", ArgumentType.INTEGER),
                        leaf("ip:port", ArgumentType.STRING),
                        leaf("at", ArgumentType.UNIX_TIME));
        assertThat(Syntax.read("newkey:key#1"))
                .containsExactly(
                        new Argument("newkey", ArgumentType.KEY, 1, null, null, false, false, false, List.of()));
    }

    @Test
    void words_stand_alone_or_before_an_argument() {
        assertThat(Syntax.read("LIB-NAME=name [NX@2.6.12]"))
                .containsExactly(
                        new Argument("name", ArgumentType.STRING, 0, "LIB-NAME", null, false, false, false, List.of()),
                        new Argument("nx", ArgumentType.PURE_TOKEN, 0, "NX", "2.6.12", true, false, false, List.of()));
    }

    @Test
    void arguments_nest_and_repeat() {
        assertThat(Syntax.read("[unit<BYTE | BIT>@7.0.0] pair(key value)... GET=pattern...+"))
                .containsExactly(
                        new Argument(
                                "unit",
                                ArgumentType.ONEOF,
                                0,
                                null,
                                "7.0.0",
                                true,
                                false,
                                false,
                                List.of(word("byte", "BYTE"), word("bit", "BIT"))),
                        new Argument(
                                "pair",
                                ArgumentType.BLOCK,
                                0,
                                null,
                                null,
                                false,
                                true,
                                false,
                                List.of(leaf("key", ArgumentType.KEY), leaf("value", ArgumentType.STRING))),
                        new Argument("pattern", ArgumentType.PATTERN, 0, "GET", null, false, true, true, List.of()));
    }

    @Test
    void the_least_words_of_a_request_are_those_that_cannot_be_left_out() {
        assertThat(least("key [NX]")).isEqualTo(1);
        assertThat(least("one<EX=seconds:integer | KEEPTTL>")).isEqualTo(1);
        assertThat(least("COUNT=count:integer pair(key value)...")).isEqualTo(4);
        assertThat(Syntax.read("mode<ON | OFF>").get(0).isFixed()).isTrue();
        assertThat(Syntax.read("mode<ON | EX=seconds>").get(0).isFixed()).isFalse();
        assertThat(Syntax.read("key...").get(0).isFixed()).isFalse();
    }

    private static int least(String text) {
        return Syntax.read(text).stream().mapToInt(Argument::leastWords).sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "key [NX", "key NX]", "a<B | C", "a(b))", "a<>", "a<B > c | D>"})
    void what_is_written_otherwise_is_refused_with_the_place(String text) {
        assertThatThrownBy(() -> Syntax.read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(" expected at ");
    }
}
