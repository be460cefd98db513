package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Redis has and Kvorum has not. */
class UnsupportedCommandsTest {
    private final CommandBench bench = CommandBench.alone();

    @ParameterizedTest
    @EnumSource(Unsupported.class)
    void every_command_of_a_family_is_refused_for_good_with_reason_and_advice(Unsupported family) {
        assertThat(family.reason()).contains(". ").doesNotEndWith(".");
        for (String name : family.names()) {
            boolean below = name.contains("|");
            if (!below) {
                String asked = name.endsWith(".") ? name + "get" : name;
                assertThat(bench.run(asked, "a", "b"))
                        .isEqualTo("-ERR " + asked + " is not supported: " + family.reason() + "\r\n");
                assertThat(bench.run("command", "info", asked)).isEqualTo("*1\r\n$-1\r\n");
            }
        }
    }

    @Test
    void a_subcommand_that_there_is_not_is_refused_with_its_reason_too() {
        assertThat(bench.run("MODULE", "LOAD", "x"))
                .isEqualTo("-ERR module LOAD is not supported: " + Unsupported.MODULES.reason() + "\r\n");
        assertThat(bench.run("SCRIPT", "load", "return 1")).contains(Unsupported.SCRIPTS.reason());
    }

    @Test
    void what_is_sent_behind_a_refused_multi_is_not_run() {
        CommandBench.Client client = bench.client();
        assertThat(client.run("SET", "k", "1")).isEqualTo("+OK\r\n");
        assertThat(client.run("MULTI")).startsWith("-ERR MULTI is not supported: ");
        assertThat(client.run("SET", "k", "2")).isEqualTo("-" + UnsupportedCommands.NOT_RUN + "\r\n");
        assertThat(client.run("EXEC")).startsWith("-EXECABORT Transaction discarded because MULTI is not supported: ");
        assertThat(client.run("GET", "k")).isEqualTo("$1\r\n1\r\n");
        assertThat(client.run("EXEC")).startsWith("-ERR EXEC is not supported: ");
    }

    @Test
    void discard_reset_and_the_client_having_read_the_refusal_end_a_refused_transaction() {
        CommandBench.Client client = bench.client();
        client.run("MULTI");
        assertThat(client.run("DISCARD")).isEqualTo("+OK\r\n");
        assertThat(client.run("PING")).isEqualTo("+PONG\r\n");
        client.run("MULTI");
        assertThat(client.run("RESET")).isEqualTo("+RESET\r\n");
        assertThat(client.run("PING")).isEqualTo("+PONG\r\n");
        client.run("MULTI");
        client.session.endTransaction();
        assertThat(client.run("PING")).isEqualTo("+PONG\r\n");
    }

    @Test
    void pools_and_tools_are_told_that_there_is_nothing() {
        assertThat(bench.run("UNWATCH")).isEqualTo("+OK\r\n");
        assertThat(bench.run("UNSUBSCRIBE")).isEqualTo("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n");
        assertThat(bench.run("PUNSUBSCRIBE", "a")).isEqualTo("*3\r\n$12\r\npunsubscribe\r\n$1\r\na\r\n:0\r\n");
        assertThat(bench.run("SCRIPT", "EXISTS", "a", "b")).isEqualTo("*2\r\n:0\r\n:0\r\n");
        assertThat(bench.run("SCRIPT", "FLUSH", "ASYNC")).isEqualTo("+OK\r\n");
        assertThat(bench.run("FUNCTION", "FLUSH", "x")).startsWith("-ERR FUNCTION FLUSH only supports");
        assertThat(bench.run("FUNCTION", "LIST")).isEqualTo("*0\r\n");
        assertThat(bench.run("MODULE", "LIST")).isEqualTo("*0\r\n");
        assertThat(bench.run("PUBSUB", "NUMSUB", "a")).isEqualTo("*2\r\n$1\r\na\r\n:0\r\n");
    }

    @Test
    void acl_tells_of_the_one_user() {
        assertThat(bench.run("ACL", "WHOAMI")).isEqualTo("$7\r\ndefault\r\n");
        assertThat(bench.run("ACL", "LIST")).contains("user default on nopass ~* &* +@all");
        assertThat(bench.run("ACL", "CAT", "transaction")).isEqualTo("*2\r\n$7\r\ndiscard\r\n$7\r\nunwatch\r\n");
        assertThat(bench.run("ACL", "CAT", "nothing")).isEqualTo("-ERR Unknown category 'nothing'\r\n");
        assertThat(bench.run("ACL", "SETUSER", "x")).contains(Unsupported.USERS.reason());
    }

    @Test
    void no_family_names_what_there_is() {
        CommandTable table = CommandBench.with(1, 1, StepsTest::more).loop.table();
        Arrays.stream(Unsupported.values())
                .flatMap(family -> family.names().stream())
                .forEach(name -> assertThat(table.find(name)).as(name).isNull());
    }
}
