package io.kvorum.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.peer.message.WriteAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** CLIENT, WAIT and what else is about connections, as drivers and operators use it. */
class ClientCommandsTest {
    private final CommandBench bench = CommandBench.alone();
    private final List<Long> killed = new ArrayList<>();

    private CommandBench.Client joined(long id, String address) {
        Session session = new Session(id, address, "127.0.0.1:6379", true, bench.nowNanos());
        session.connected(new Link(id));
        assertThat(bench.loop.sessions().add(session, 10)).isTrue();
        return bench.new Client(session);
    }

    private class Link implements Session.Connection {
        private final long id;

        Link(long id) {
            this.id = id;
        }

        @Override
        public void kill() {
            killed.add(id);
        }

        @Override
        public void resume() {}

        @Override
        public long requestBytes() {
            return 11;
        }

        @Override
        public long replyBytes() {
            return 22;
        }

        @Override
        public int waiting() {
            return 3;
        }

        @Override
        public boolean isPaused() {
            return false;
        }
    }

    @Test
    void kill_closes_those_that_all_filters_fit_and_not_who_asks() {
        CommandBench.Client first = joined(1, "10.0.0.1:5");
        joined(2, "10.0.0.2:5");
        bench.pass(5_000);
        joined(3, "10.0.0.3:5");
        assertThat(first.run("CLIENT", "KILL", "10.0.0.9:5")).isEqualTo("-ERR No such client\r\n");
        assertThat(first.run("CLIENT", "KILL", "TYPE", "normal", "MAXAGE", "5")).isEqualTo(":1\r\n");
        assertThat(killed).containsExactly(2L);
        assertThat(first.run("CLIENT", "KILL", "ID", "3", "ADDR", "10.0.0.2:5")).isEqualTo(":0\r\n");
        assertThat(first.run("CLIENT", "KILL", "10.0.0.3:5")).isEqualTo("+OK\r\n");
        assertThat(killed).containsExactly(2L, 3L);
        assertThat(first.session.isClosing()).isFalse();
        assertThat(first.run("CLIENT", "KILL", "USER", "nobody")).isEqualTo("-ERR No such user 'nobody'\r\n");
        assertThat(first.run("CLIENT", "KILL", "SKIPME", "no", "ID", "1")).isEqualTo(":1\r\n");
        assertThat(first.session.isClosing()).isTrue();
    }

    @Test
    void of_many_filters_of_one_kind_kill_goes_by_the_last() {
        CommandBench.Client first = joined(1, "10.0.0.1:5");
        joined(2, "10.0.0.2:5");
        joined(3, "10.0.0.3:5");
        List<String> words = new ArrayList<>(List.of("CLIENT", "KILL"));
        for (int i = 0; i < 100_000; i++) {
            words.addAll(List.of("ID", "3"));
        }
        words.addAll(List.of("ID", "2", "SKIPME", "no"));
        assertThat(first.run(words.toArray(String[]::new))).isEqualTo(":1\r\n");
        assertThat(killed).containsExactly(2L);
        assertThat(first.session.isClosing()).isFalse();
    }

    @Test
    void list_shows_what_connections_hold() {
        CommandBench.Client client = joined(1, "10.0.0.1:5");
        assertThat(client.run("CLIENT", "LIST"))
                .contains(" qbuf=11 ", " oll=3 omem=22 tot-mem=33 events=rw cmd=client|list ");
        assertThat(client.run("CLIENT", "LIST", "TYPE", "pubsub")).isEqualTo("$0\r\n\r\n");
        assertThat(client.run("CLIENT", "LIST", "ID", "0")).isEqualTo("$0\r\n\r\n");
    }

    @Test
    void list_does_not_count_its_own_reply() {
        CommandBench.Client client = bench.client();
        client.session.connected(new Link(1) {
            @Override
            public long replyBytes() {
                return client.replies.heldBytes();
            }

            @Override
            public int waiting() {
                return client.replies.waiting();
            }
        });
        assertThat(bench.loop.sessions().add(client.session, 10)).isTrue();
        assertThat(client.run("CLIENT", "LIST")).contains(" oll=0 omem=0 tot-mem=11 events=r cmd=client|list ");
    }

    @Test
    void keys_are_told_with_what_is_done_with_each() {
        assertThat(flags("set", "k", "v", "ex", "9", "get")).isEqualTo("k RW access update");
        assertThat(flags("set", "k", "v", "ifeq", "w")).isEqualTo("k RW access update");
        assertThat(flags("set", "get", "get")).isEqualTo("get OW update");
        assertThat(bench.run("COMMAND", "GETKEYS", "set", "k", "v")).isEqualTo("*1\r\n$1\r\nk\r\n");
        assertThat(bench.run("COMMAND", "GETKEYS", "sunsubscribe", "k"))
                .isEqualTo("-ERR The command has no key arguments\r\n");
    }

    private String flags(String... command) {
        List<String> words = new ArrayList<>(List.of("COMMAND", "GETKEYSANDFLAGS"));
        words.addAll(List.of(command));
        return bench.run(words.toArray(new String[0]))
                .replaceAll("[*$][0-9]+\r\n", "")
                .replace("+", "")
                .strip()
                .replace("\r\n", " ");
    }

    @Test
    void docs_tell_the_arguments_and_info_the_tips() {
        assertThat(bench.run("COMMAND", "DOCS", "set").replace("\r\n", " "))
                .contains(" $10 complexity $4 O(1) ")
                .contains("$4 name $2 nx $4 type $10 pure-token $5 token $2 NX ")
                .contains(" $7 history *1 *2 $5 8.4.0 ");
        assertThat(bench.run("COMMAND", "INFO", "nosuch")).isEqualTo("*1\r\n$-1\r\n");
        assertThat(bench.run("COMMAND", "INFO", "client|list").replace("\r\n", " "))
                .contains(" *1 $23 nondeterministic_output ");
    }

    @Test
    void reply_off_and_skip_drop_replies_and_keep_the_order_of_the_others() {
        CommandBench.Client client = bench.client();
        assertThat(client.run("CLIENT", "REPLY", "SKIP")).isEmpty();
        assertThat(client.run("ECHO", "dropped")).isEmpty();
        assertThat(client.run("ECHO", "sent")).isEqualTo("$4\r\nsent\r\n");
        assertThat(client.run("CLIENT", "REPLY", "OFF")).isEmpty();
        assertThat(client.run("NOSUCH")).isEmpty();
        assertThat(client.run("CLIENT", "REPLY", "SKIP")).isEmpty();
        assertThat(client.run("ECHO", "dropped")).isEmpty();
        assertThat(client.run("CLIENT", "REPLY", "ON")).isEqualTo("+OK\r\n");
        assertThat(client.run("CLIENT", "REPLY", "x")).isEqualTo("-ERR syntax error\r\n");
    }

    @Test
    void reset_is_answered_though_replies_were_off_and_not_if_it_is_skipped() {
        CommandBench.Client client = bench.client();
        assertThat(client.run("CLIENT", "REPLY", "OFF")).isEmpty();
        assertThat(client.run("RESET")).isEqualTo("+RESET\r\n");
        assertThat(client.run("ECHO", "sent")).isEqualTo("$4\r\nsent\r\n");
        assertThat(client.run("CLIENT", "REPLY", "SKIP")).isEmpty();
        assertThat(client.run("RESET")).isEmpty();
        assertThat(client.run("ECHO", "sent")).isEqualTo("$4\r\nsent\r\n");
    }

    @Test
    void a_pause_holds_back_writes_or_all_but_client_and_ends_by_itself() {
        ClientPause pause = bench.loop.sessions().directory().pause();
        Command set = row("set");
        Command get = row("get");
        assertThat(bench.run("CLIENT", "PAUSE", "100", "write")).isEqualTo("+OK\r\n");
        assertThat(pause.holds(set, bench.nowNanos())).isTrue();
        assertThat(pause.holds(get, bench.nowNanos())).isFalse();
        assertThat(bench.run("CLIENT", "PAUSE", "50")).isEqualTo("+OK\r\n");
        assertThat(pause.holds(get, bench.nowNanos())).isTrue();
        assertThat(pause.holds(row("client"), bench.nowNanos())).isFalse();
        bench.pass(99);
        assertThat(pause.isOn(bench.nowNanos())).isTrue();
        bench.pass(1);
        assertThat(pause.isOn(bench.nowNanos())).isFalse();
        bench.run("CLIENT", "PAUSE", "100");
        assertThat(bench.run("CLIENT", "UNPAUSE")).isEqualTo("+OK\r\n");
        assertThat(pause.holds(set, bench.nowNanos())).isFalse();
    }

    private Command row(String name) {
        return Objects.requireNonNull(bench.loop.table().find(name), name);
    }

    @Test
    void tracking_can_be_off_and_never_on() {
        assertThat(bench.run("CLIENT", "TRACKING", "OFF")).isEqualTo("+OK\r\n");
        assertThat(bench.run("CLIENT", "TRACKING", "ON")).startsWith("-ERR client-side caching is not supported");
        assertThat(bench.run("CLIENT", "GETREDIR")).isEqualTo(":-1\r\n");
        assertThat(bench.run("CLIENT", "UNBLOCK", "1")).isEqualTo(":0\r\n");
    }

    @Test
    void wait_counts_the_acknowledgements_of_the_last_write_and_waits_for_late_ones() {
        CommandBench three = CommandBench.of(3, 3);
        CommandBench.Client client = three.client();
        assertThat(client.run("WAIT", "9", "0")).as("no write yet").isEqualTo(":2\r\n");
        client.run("SET", three.keyOf(0), "v");
        answer(three, 0);
        assertThat(client.takeReplies()).isEqualTo("+OK\r\n");
        assertThat(client.run("WAIT", "1", "0")).isEqualTo(":1\r\n");
        assertThat(client.run("WAIT", "2", "100")).as("it may still come").isEmpty();
        answer(three, 1);
        assertThat(client.takeReplies()).isEqualTo(":2\r\n");
        assertThat(client.run("WAIT", "3", "100")).as("nobody else will").isEqualTo(":2\r\n");
    }

    @Test
    void wait_ends_at_its_timeout_with_what_is_known() {
        CommandBench three = CommandBench.of(3, 3);
        CommandBench.Client client = three.client();
        client.run("SET", three.keyOf(0), "v");
        answer(three, 0);
        client.takeReplies();
        assertThat(client.run("WAIT", "2", "50")).isEmpty();
        three.pass(60);
        assertThat(client.takeReplies()).isEqualTo(":1\r\n");
        assertThat(client.run("WAITAOF", "0", "0", "0")).isEqualTo("*2\r\n:0\r\n:0\r\n");
    }

    private static void answer(CommandBench three, int index) {
        CommandBench.Sent sent = three.sent.get(index);
        sent.handler().onReply(sent.peer(), new WriteAnswer(WriteAnswer.Status.MERGED));
    }

    @Test
    void commands_describe_all_their_categories_and_the_flags_of_keys() {
        assertThat(bench.run("COMMAND", "LIST", "FILTERBY", "ACLCAT", "dangerous"))
                .contains("role", "client|kill")
                .doesNotContain("ping");
        assertThat(bench.run("COMMAND", "GETKEYSANDFLAGS", "set", "a", "b"))
                .isEqualTo("*1\r\n*2\r\n$1\r\na\r\n*2\r\n+OW\r\n+update\r\n");
        assertThat(bench.run("COMMAND", "HELP")).contains("GETKEYSANDFLAGS");
    }
}
