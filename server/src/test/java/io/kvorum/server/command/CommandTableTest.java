package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.server.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    private final CommandBench bench = CommandBench.alone();

    @Test
    void every_row_refuses_one_argument_too_few_and_one_too_many() {
        for (Command row : bench.loop.table().rows()) {
            String expected = "-ERR wrong number of arguments for '" + row.name() + "' command\r\n";
            List<String> name = new ArrayList<>(List.of(row.name().split("\\|")));
            int least = Math.abs(row.arity());
            if (least > name.size()) {
                assertThat(bench.run(padded(name, least - 1))).as(row.name()).isEqualTo(expected);
            }
            if (row.arity() > 0) {
                assertThat(bench.run(padded(name, least + 1))).as(row.name()).isEqualTo(expected);
            }
        }
    }

    private static String[] padded(List<String> name, int count) {
        List<String> words = new ArrayList<>(name);
        while (words.size() < count) {
            words.add("1");
        }
        return words.toArray(new String[0]);
    }

    @Test
    void every_row_says_what_it_does_and_what_it_promises() {
        for (Command row : bench.loop.table().rows()) {
            assertThat(row.summary()).as(row.name()).endsWith(".");
            assertThat(row.guarantee()).as(row.name()).endsWith(".");
            assertThat(row.name()).isEqualTo(row.name().toLowerCase(Locale.ROOT));
            boolean writes = row.is(CommandFlag.WRITE);
            assertThat(row.route() == Route.WRITE || row.route() == Route.MODIFY)
                    .as(row.name())
                    .isEqualTo(writes && row.route() != Route.MULTI && row.route() != Route.NONE);
        }
    }

    @Test
    void names_are_found_in_any_mixture_of_cases() {
        for (Command row : bench.loop.table().commands()) {
            StringBuilder mixed = new StringBuilder();
            for (int i = 0; i < row.name().length(); i++) {
                String letter = row.name().substring(i, i + 1);
                mixed.append(i % 2 == 0 ? letter.toUpperCase(Locale.ROOT) : letter);
            }
            TableRow found = bench.loop.table().find(Requests.of(List.of(bytes(mixed.toString()))), 0);
            assertThat(found == null ? null : found.command()).isSameAs(row);
        }
    }

    @Test
    void two_rows_of_one_name_are_a_mistake() {
        assertThatThrownBy(() -> new CommandTable(List.of(StringCommands.commands(), StringCommands.commands())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("get");
    }

    @Test
    void an_unknown_command_is_told_in_redis_words_and_counted_by_name() {
        assertThat(bench.run("foo", "a", "b"))
                .isEqualTo("-ERR unknown command 'foo', with args beginning with: 'a' 'b' \r\n");
        assertThat(bench.run("foo\r\n-x")).isEqualTo("-ERR unknown command 'foo  -x', with args beginning with: \r\n");
        assertThat(bench.unknown).containsExactly("foo", "foo\r\n-x");
    }

    @Test
    void an_unknown_command_shows_128_characters_of_name_and_arguments() {
        String reply = bench.run("n".repeat(500), "a".repeat(100), "b".repeat(100), "c");
        assertThat(reply)
                .isEqualTo("-ERR unknown command '" + "n".repeat(128) + "', with args beginning with: '"
                        + "a".repeat(100) + "' '" + "b".repeat(25) + "' \r\n");
    }

    @Test
    void an_unknown_subcommand_is_told_in_redis_words() {
        assertThat(bench.run("client", "foo")).isEqualTo("-ERR unknown subcommand 'foo'. Try CLIENT HELP.\r\n");
        assertThat(bench.run("client")).isEqualTo("-ERR wrong number of arguments for 'client' command\r\n");
    }

    @Test
    void a_handler_that_fails_costs_its_own_reply_alone() {
        Command broken = Command.named("broken").summary("Fails.").handledBy(call -> {
            call.out().array(3).integer(1);
            throw new IllegalStateException("as the test wants it");
        });
        Command silent = Command.named("silent").summary("Says nothing.").handledBy(call -> {});
        Command forgetful = Command.named("forgetful").summary("Promises.").handledBy(call -> {
            call.defer();
            throw new IllegalStateException("as the test wants it");
        });
        CommandBench failing = new CommandBench(1, 1, Secret.NONE, List.of(broken, silent, forgetful), Runnable::run);
        CommandBench.Client client = failing.client();
        String error = "-ERR internal error; the node's log says more\r\n";
        assertThat(client.run("broken")).isEqualTo(error);
        assertThat(client.run("silent")).isEqualTo(error);
        assertThat(client.run("forgetful")).isEqualTo(error);
        assertThat(client.run("ping")).isEqualTo("+PONG\r\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
