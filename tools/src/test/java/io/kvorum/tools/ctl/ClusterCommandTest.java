package io.kvorum.tools.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tools.FakeServer;
import io.kvorum.tools.ToolRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ctl cluster against a server that says what it is told to; outputs are compared whole. */
final class ClusterCommandTest {
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = FakeServer.start();
        server.answer("HELLO 3", "%1\r\n$5\r\nproto\r\n:3\r\n");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private ToolRun ctl(String... words) {
        List<String> arguments = new ArrayList<>(List.of("ctl", "cluster"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--port", String.valueOf(server.port())));
        return ToolRun.of(arguments.toArray(String[]::new));
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static String integer(long value) {
        return ":" + value + "\r\n";
    }

    private static String array(String... items) {
        return "*" + items.length + "\r\n" + String.join("", items);
    }

    /** Names and values, as RESP3 has them. */
    private static String map(Object... namesAndValues) {
        StringBuilder map = new StringBuilder("%" + namesAndValues.length / 2 + "\r\n");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            map.append(bulk((String) namesAndValues[i])).append(value instanceof Integer n ? integer(n) : value);
        }
        return map.toString();
    }

    private static String plan(String... warnings) {
        String[] bulks = new String[warnings.length];
        for (int i = 0; i < warnings.length; i++) {
            bulks[i] = bulk(warnings[i]);
        }
        return map(
                "id", bulk("4c53e323"),
                "base", bulk("0e199fbe4cb7802b"),
                "kind", bulk("join"),
                "change", bulk("n4 joins"),
                "moves", 48,
                "transfers", array(map("to", bulk("n4"), "partitions", 48, "bytes", 15_000_000)),
                "owned",
                        array(
                                map("node", bulk("n1"), "before", 64, "after", 48),
                                map("node", bulk("n4"), "before", 0, "after", 48)),
                "zone-clashes-before", 0,
                "zone-clashes-during", 1,
                "zone-clashes-after", 0,
                "warnings", array(bulks));
    }

    @Test
    void plan_is_shown_with_what_it_would_do_and_how_to_commit_it() {
        server.answer("KV.CLUSTER PLAN JOIN n4", plan("n4 does not answer now"));
        ToolRun run = ctl("join", "n4");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
            plan   4c53e323: n4 joins
            base   history 0e199fbe4cb7802b
            moves  48
            zones  partitions with two owners in one zone: 0 now, 1 on the way, 0 then

            node  owns  then  pulls     bytes
            n1      64    48
            n4       0    48     48  14.3 MiB

            note: n4 does not answer now

            nothing has been changed; commit with: kvorum ctl cluster commit 4c53e323 --port %d
            """.formatted(server.port()));
        assertThat(run.exitCode()).isZero();
        assertThat(server.requests()).noneMatch(request -> request.contains("COMMIT"));
    }

    @Test
    void each_change_asks_for_what_it_says() {
        server.answerAll("KV.CLUSTER", plan());
        ctl("join");
        ctl("leave", "n1", "n2");
        ctl("remove", "n1");
        ctl("remove", "n1", "n2", "--force");
        ctl("replace", "n1", "n4");
        ctl("replace", "n1", "n4", "--force");
        ctl("rebalance");
        assertThat(server.requests().stream().filter(request -> request.startsWith("KV.")))
                .containsExactly(
                        "KV.CLUSTER PLAN JOIN",
                        "KV.CLUSTER PLAN LEAVE n1 n2",
                        "KV.CLUSTER PLAN REMOVE n1",
                        "KV.CLUSTER PLAN REMOVE n1 n2 FORCE",
                        "KV.CLUSTER PLAN REPLACE n1 n4",
                        "KV.CLUSTER PLAN REPLACE n1 n4 FORCE",
                        "KV.CLUSTER PLAN REBALANCE");
        assertThat(ctl("leave").exitCode()).isEqualTo(2);
        assertThat(ctl("replace", "n1").exitCode()).isEqualTo(2);
    }

    @Test
    void refusal_that_force_overrides_names_the_option_of_ctl() {
        server.answer("KV.CLUSTER PLAN REMOVE n1", "-ERR n1 is up; or add FORCE if it must go at once\r\n");
        ToolRun run = ctl("remove", "n1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).endsWith("add FORCE if it must go at once\nHere that is --force.\n");
    }

    @Test
    void bytes_that_the_node_does_not_know_are_shown_as_unknown() {
        server.answer("KV.CLUSTER PLAN JOIN", plan().replace(integer(15_000_000), integer(-1)));
        assertThat(ctl("join").out()).containsPattern("n4 +0 +48 +48 +\\?\n");
    }

    @Test
    void plan_can_be_committed_at_once_and_as_json_says_whether_it_was() {
        server.answer("KV.CLUSTER PLAN JOIN", plan()).answer("KV.CLUSTER COMMIT 4c53e323", "+OK 48 moves begin\r\n");
        assertThat(ctl("join", "--commit").out()).endsWith("\n\ncommitted: 48 moves begin\n");
        assertThat(ctl("join", "--commit", "--json").out())
                .contains("\"committed\": true", "\"id\": \"4c53e323\"", "\"partitions\": 48", "\"before\": 64");
        assertThat(ctl("join", "--json").out()).contains("\"committed\": false");
    }

    @Test
    void commit_says_what_begins_or_why_nothing_does() {
        server.answer("KV.CLUSTER COMMIT 4c53e323", "+OK 48 moves begin\r\n");
        assertThat(ctl("commit", "4c53e323").out()).isEqualTo("committed: 48 moves begin\n");
        server.answer("KV.CLUSTER COMMIT 4c53e323", "-STALEPLAN nothing was committed: n5 joined; plan again\r\n");
        ToolRun refused = ctl("commit", "4c53e323");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .isEqualTo("kvorum ctl cluster commit: STALEPLAN nothing was committed: n5 joined; plan again\n");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void commit_in_doubt_is_not_told_to_have_a_context() {
        server.answer("KV.CLUSTER COMMIT 4c53e323", "-INDOUBT the commit was not confirmed\r\n");
        assertThat(ctl("commit", "4c53e323").err()).doesNotContain("--context");
    }

    @Test
    void history_is_a_table_of_sentences() {
        server.answer(
                "KV.CLUSTER HISTORY",
                array(
                        map("stamp", 0, "by", bulk("birth"), "kind", bulk("plan"), "event", bulk("the first plan")),
                        "%4\r\n" + bulk("stamp") + integer(1_700_000_000_123L) + bulk("by") + bulk("n1") + bulk("kind")
                                + bulk("joined") + bulk("event") + bulk("n4 joined from 10.0.0.4:6379")));
        assertThat(ctl("history").out()).isEqualTo("""
            time                  by     event
            -                     birth  the first plan
            2023-11-14T22:13:20Z  n1     n4 joined from 10.0.0.4:6379
            """);
        assertThat(ctl("history", "--json").out()).contains("\"stamp\": 1700000000123", "\"kind\": \"joined\"");
        server.answer("KV.CLUSTER HISTORY COUNT 0", array());
        assertThat(ctl("history", "--count", "0").out()).isEqualTo("time  by  event\n");
        assertThat(ctl("history", "--count", "-1").exitCode()).isEqualTo(2);
    }

    private static String moves(int total, String... pairs) {
        return map("total", total, "consented", 3, "moves", array(pairs));
    }

    @Test
    void moves_are_shown_by_who_gives_to_whom() {
        server.answer(
                "KV.CLUSTER MOVES",
                moves(
                        17,
                        map("from", bulk("n1"), "to", bulk("n4"), "partitions", 16, "consented", 3),
                        map("from", bulk(""), "to", bulk("n2"), "partitions", 1, "consented", 0)));
        ToolRun run = ctl("moves");
        assertThat(run.out()).isEqualTo("""
            from  to  partitions  given up
            n1    n4          16         3
            -     n2           1         0

            17 moves to do
            """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void waiting_for_moves_shows_how_far_they_are_and_ends_when_none_is_left() {
        server.answerInTurn("KV.CLUSTER MOVES", moves(48), moves(12), moves(0));
        ToolRun run = ctl("moves", "--wait");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("nothing is left to do\n");
        assertThat(run.err())
                .startsWith("0 of 48 moves done\n")
                .contains("36 of 48 moves done, about ")
                .hasLineCount(2);
    }

    @Test
    void time_left_is_reckoned_from_the_moves_done_and_anew_for_a_new_plan() {
        MovesProgress progress = new MovesProgress(100, 0);
        assertThat(progress.line(100, 1)).isEqualTo("0 of 100 moves done");
        assertThat(progress.line(75, 5_000_000_000L)).isEqualTo("25 of 100 moves done, about 15 s left");
        assertThat(progress.line(200, 6_000_000_000L)).isEqualTo("0 of 200 moves done");
        assertThat(progress.line(100, 16_000_000_000L)).isEqualTo("100 of 200 moves done, about 10 s left");
    }

    private static String status(String node, int port, String otherSeen, int otherUnsettled, String... notReady) {
        String other = node.equals("n1") ? "n2" : "n1";
        return map(
                "node", bulk(node),
                "not-ready", array(notReady),
                "members",
                        array(
                                map(
                                        "name",
                                        bulk(node),
                                        "status",
                                        bulk("up"),
                                        "host",
                                        bulk("127.0.0.1"),
                                        "port",
                                        1,
                                        "unsettled",
                                        7),
                                map(
                                        "name", bulk(other),
                                        "status", bulk(otherSeen),
                                        "host", bulk("127.0.0.1"),
                                        "port", port,
                                        "unsettled", otherUnsettled)));
    }

    @Test
    void wait_ends_when_every_member_counts_on_every_other_and_says_what_it_waits_for() throws IOException {
        try (FakeServer other = FakeServer.start()) {
            other.answer("HELLO 3", "%1\r\n$5\r\nproto\r\n:3\r\n");
            server.answer("KV.STATUS", status("n1", other.port(), "up, joining", 0));
            other.answerInTurn(
                    "KV.STATUS",
                    status("n2", 1, "suspect", 0, bulk("3 of 9 copies are not settled")),
                    status("n2", 1, "up", 1),
                    status("n2", 1, "up", 0));
            ToolRun run = ctl("wait");
            assertThat(run.out()).isEqualTo("all 2 members count on each other\n");
            assertThat(run.err()).isEqualTo("""
                    n2 is not ready: 3 of 9 copies are not settled
                    n2 sees n1 as suspect
                    n2 counts on all but 1 copy of n1
                    """);
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void wait_fails_when_its_time_is_over_and_names_who_is_missing() throws IOException {
        int gone;
        try (FakeServer other = FakeServer.start()) {
            gone = other.port();
        }
        server.answer("KV.STATUS", status("n1", gone, "down", 0));
        ToolRun run = ctl("wait", "--for", "0");
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("kvorum ctl cluster wait: not all members count on each other after 0 s:\n"
                        + "n1 sees n2 as down\nn2 cannot be asked: cannot connect to 127.0.0.1:" + gone);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(ctl("wait", "--for", "-1").exitCode()).isEqualTo(2);
    }
}
