package io.kvorum.tools.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tools.FakeServer;
import io.kvorum.tools.ToolRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ctl against a server that says what it is told to; outputs are compared whole. */
final class CtlCommandTest {
    private static final String HELLO = "%1\r\n$5\r\nproto\r\n:3\r\n";

    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = FakeServer.start();
        server.answer("HELLO 3", HELLO);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private ToolRun ctl(String... words) {
        List<String> arguments = new ArrayList<>(List.of("ctl"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--port", String.valueOf(server.port())));
        return ToolRun.of(arguments.toArray(String[]::new));
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static String array(String... items) {
        return "*" + items.length + "\r\n" + String.join("", items);
    }

    private static String map(String... items) {
        return "%" + items.length / 2 + "\r\n" + String.join("", items);
    }

    private static String integer(long value) {
        return ":" + value + "\r\n";
    }

    private static String[] member(String name, String zone, int port, String status) {
        return new String[] {
            bulk("name"), bulk(name), bulk("id"), bulk("0000-" + name), bulk("zone"), bulk(zone),
            bulk("host"), bulk("127.0.0.1"), bulk("port"), integer(port), bulk("peer-port"), integer(port + 1000),
            bulk("http-port"), integer(port + 2000), bulk("status"), bulk(status), bulk("owned"), integer(128),
            bulk("weight"), integer(1)
        };
    }

    private static String[] status(String members) {
        return new String[] {
            bulk("cluster"),
            bulk("dev"),
            bulk("cluster-id"),
            bulk("1b4e"),
            bulk("partitions"),
            integer(256),
            bulk("partitioner"),
            bulk("slots"),
            bulk("n"),
            integer(3),
            bulk("r"),
            integer(2),
            bulk("w"),
            integer(2),
            bulk("history"),
            bulk("9f3a"),
            bulk("node"),
            bulk("n0"),
            bulk("engine"),
            bulk("memory"),
            bulk("uptime-s"),
            integer(185),
            bulk("keys"),
            integer(12_345),
            bulk("memory-bytes"),
            integer(1_572_864),
            bulk("unsettled"),
            integer(0),
            bulk("members"),
            members
        };
    }

    private static final String STATUS_TEXT = """
        cluster    dev (1b4e)
        ring       256 partitions, partitioner slots, history 9f3a
        quorum     N=3 R=2 W=2
        node       n0, engine memory, up 3 min 5 s
        data       12,345 keys, 1.5 MiB
        unsettled  none

        name  status   zone  host       port  peer-port  http-port  owned  weight
        n0    self     a     127.0.0.1  6379       7379       8379    128       1
        n1    suspect  b     127.0.0.1  6380       7380       8380    128       1
        """;

    @Test
    void status_shows_the_cluster_and_its_members() {
        String members = array(map(member("n0", "a", 6379, "self")), map(member("n1", "b", 6380, "suspect")));
        server.answer("KV.STATUS", map(status(members)));
        ToolRun run = ctl("status");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(STATUS_TEXT);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void status_says_that_the_last_checkpoint_failed_and_why() {
        server.answer(
                "KV.STATUS",
                map(
                        bulk("cluster"),
                        bulk("dev"),
                        bulk("checkpoint-problem"),
                        bulk("no space left (since then)"),
                        bulk("members"),
                        array(map(member("n0", "a", 6379, "self")))));
        assertThat(ctl("status").out())
                .containsPattern("checkpoint +the last one failed and is tried again: no space left \\(since then\\)");
    }

    @Test
    void status_shows_what_is_kept_for_others_and_when_they_will_have_it() {
        String kept = array(
                map(kept("n1", 1_234, 2_097_152, 185, 0, "0.00", -1)), map(kept("n2", 0, 0, 0, 500, "50.00", 10)));
        server.answer(
                "KV.STATUS",
                map(
                        bulk("cluster"),
                        bulk("dev"),
                        bulk("kept"),
                        kept,
                        bulk("members"),
                        array(map(member("n0", "a", 6379, "self")))));
        ToolRun run = ctl("status");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).endsWith("""

            kept for  hints    bytes     oldest  bare  a second  time left
            n1        1,234  2.0 MiB  3 min 5 s     0      0.00
            n2            0      0 B        0 s   500     50.00       10 s
            """);
        assertThat(ctl("status", "--json").out()).contains("\"kept\": [", "\"seconds-left\": 10");
    }

    private static String[] kept(
            String node, long hints, long bytes, long oldest, long bare, String perSecond, long left) {
        return new String[] {
            bulk("for"), bulk(node), bulk("hints"), integer(hints), bulk("bytes"), integer(bytes),
            bulk("oldest-s"), integer(oldest), bulk("bare"), integer(bare), bulk("per-second"), bulk(perSecond),
            bulk("seconds-left"), integer(left)
        };
    }

    @Test
    void status_reads_the_flat_arrays_of_resp2_just_as_well() {
        server.answer("HELLO 3", "-ERR unknown command 'HELLO'\r\n");
        String members = array(array(member("n0", "a", 6379, "self")), array(member("n1", "b", 6380, "suspect")));
        server.answer("KV.STATUS", array(status(members)));
        assertThat(ctl("status").out()).isEqualTo(STATUS_TEXT);
    }

    @Test
    void status_as_json_has_every_field_as_the_server_names_it() {
        server.answer(
                "KV.STATUS", map(bulk("cluster"), bulk("dev"), bulk("members"), array(map(bulk("name"), bulk("n0")))));
        assertThat(ctl("status", "--json").out()).isEqualTo("""
            {
              "cluster": "dev",
              "members": [
                {
                  "name": "n0"
                }
              ]
            }
            """);
    }

    @Test
    void ring_sums_up_tokens_replicas_and_zones() {
        server.answer(
                "KV.RING START 0 COUNT 1024",
                array(
                        array(integer(0), bulk("00"), array(bulk("n0"), bulk("n1")), array(bulk("n2"))),
                        array(integer(1), bulk("80"), array(bulk("n2"), bulk("n0")), array(bulk("n1")))));
        server.answer(
                "KV.STATUS",
                map(
                        bulk("members"),
                        array(
                                map(member("n0", "a", 6379, "self")),
                                map(member("n1", "b", 6380, "up")),
                                map(member("n2", "a", 6381, "up")))));
        assertThat(ctl("ring").out()).isEqualTo("""
            2 partitions, 3 nodes

            node  zone  tokens  replicas   share
            n0    a          1         2  50.0 %
            n1    b          0         1  25.0 %
            n2    a          1         1  25.0 %

            the fullest node has 1.50 times the average
            1 partitions have fewer zones than they could: 1
            """);
        assertThat(ctl("ring", "--all").out()).isEqualTo("""
            partition  token  owners  fallbacks
                    0  00     n0 n1   n2
                    1  80     n2 n0   n1
            """);
    }

    @Test
    void key_get_shows_siblings_newest_first_with_bytes_quoted() {
        server.answer(
                "KV.GET cart META",
                array(
                        bulk("CTX1"),
                        array(
                                array(
                                        bulk("a\0\n"),
                                        integer(0),
                                        integer(1_700_000_060_000L),
                                        integer(1_700_000_000_000L)),
                                array(bulk("b"), integer(7), integer(-1), integer(1_600_000_000_123L)))));
        assertThat(ctl("key", "get", "cart").out()).isEqualTo("""
            1) "a\\x00\\n"
               written 2023-11-14T22:13:20Z, expires 2023-11-14T22:14:20Z
            2) "b"
               written 2020-09-13T12:26:40.123Z, flags 7
            context CTX1
            """);
        assertThat(ctl("key", "get", "cart", "--json").out())
                .contains("\"state\": \"present\"", "\"value\": \"a\\u0000\\n\"", "\"expiry-ms\": null");
    }

    @Test
    void key_get_tells_absent_from_deleted() {
        server.answer("KV.GET gone META", array(bulk("CTX"), array()));
        server.answer("KV.GET never META", array("$-1\r\n", array()));
        assertThat(ctl("key", "get", "gone").out()).isEqualTo("(deleted)\ncontext CTX\n");
        assertThat(ctl("key", "get", "never").out()).isEqualTo("(absent)\n");
    }

    @Test
    void key_put_replaces_what_is_there_unless_it_is_told_what_to_replace() {
        server.answer("KV.GET k", array(bulk("SEEN"), array(bulk("old"))));
        server.answer("KV.PUT k SEEN new EX 60", bulk("NEXT"));
        server.answer("KV.PUT k  blind", bulk("BLIND"));
        assertThat(ctl("key", "put", "k", "new", "--ex", "60").out()).isEqualTo("context NEXT\n");
        assertThat(ctl("key", "put", "k", "blind", "--context", "").out()).isEqualTo("context BLIND\n");
    }

    @Test
    void keys_and_values_may_be_any_bytes() {
        server.answer("KV.GET a\0b", array("$-1\r\n", array()));
        server.answer("KV.PUT a\0b  \u00ff", bulk("C"));
        assertThat(ctl("key", "put", "\"a\\x00b\"", "\"\\xff\"").out()).isEqualTo("context C\n");
        assertThat(ctl("key", "put", "\"open", "v").exitCode()).isEqualTo(2);
    }

    @Test
    void key_delete_uses_the_context_it_is_given() {
        server.answer("KV.DEL k C1", bulk("C2"));
        assertThat(ctl("key", "delete", "k", "--context", "C1", "--json").out()).isEqualTo("""
            {
              "context": "C2"
            }
            """);
    }

    @Test
    void where_and_versions_show_whatever_the_server_tells() {
        server.answer(
                "KV.WHERE k",
                map(
                        bulk("position"),
                        bulk("00ff"),
                        bulk("partition"),
                        integer(3),
                        bulk("owners"),
                        array(
                                map(bulk("name"), bulk("n0"), bulk("status"), bulk("up")),
                                map(bulk("name"), bulk("n1"), bulk("status"), bulk("down"))),
                        bulk("fallbacks"),
                        array()));
        assertThat(ctl("key", "where", "k").out()).isEqualTo("""
            position   00ff
            partition  3
            fallbacks  none

            owners
              name  status
              n0    up
              n1    down
            """);
        server.answer("KV.VERSIONS k", array(map(bulk("node"), bulk("n0"), bulk("dots"), array(bulk("x"), bulk("y")))));
        assertThat(ctl("key", "versions", "k").out()).isEqualTo("\nreplicas\n  node  dots\n  n0    x, y\n");
    }

    @Test
    void an_error_of_the_server_is_shown_as_it_is_with_a_hint() {
        server.answer("KV.STATUS", "-CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable\r\n");
        ToolRun run = ctl("status");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("""
            kvorum ctl status: CLUSTERDOWN need 2 of 3 replicas for writes, 1 reachable
            `ctl status` shows which nodes are down.
            """);
    }

    @Test
    void a_server_that_wants_a_password_is_recognised_and_a_wrong_one_is_never_shown() {
        server.answer("HELLO 3", "-NOAUTH HELLO must be called with the client already authenticated\r\n");
        server.answer("AUTH s3cret", "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        ToolRun without = ctl("status");
        assertThat(without.exitCode()).isEqualTo(1);
        assertThat(without.err()).contains("KVORUM_PASSWORD");
        ToolRun wrong = ctl("status", "--password=s3cret");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("WRONGPASS").doesNotContain("s3cret");
    }

    @Test
    void a_password_is_no_obstacle_where_none_is_asked_for() {
        server.answer(
                        "AUTH s3cret",
                        "-ERR AUTH <password> called without any password configured for the default user. Are you sure"
                                + " your configuration is correct?\r\n")
                .answer("KV.STATUS", map(bulk("members"), array()));
        assertThat(ctl("status", "--password=s3cret").exitCode()).isZero();
    }

    @Test
    void options_that_make_no_sense_are_wrong_use() {
        for (String port : List.of("0", "-1", "65536")) {
            ToolRun run = ToolRun.of("ctl", "status", "--port", port);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("kvorum ctl status: --port must be 1 to 65535, not " + port);
        }
        for (String seconds : List.of("0", "3000000")) {
            ToolRun run = ctl("status", "--timeout", seconds);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--timeout must be 1 to 3600 seconds, not " + seconds);
        }
    }

    @Test
    void the_password_is_sent_before_anything_else() {
        server.answer("AUTH s3cret", "+OK\r\n").answer("KV.STATUS", map(bulk("members"), array()));
        assertThat(ctl("status", "--password=s3cret").exitCode()).isZero();
        assertThat(server.requests()).containsExactly("AUTH s3cret", "HELLO 3", "KV.STATUS");
    }

    @Test
    void no_server_and_no_answer_have_an_exit_code_of_their_own_and_say_what_to_do() throws IOException {
        int freePort;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            freePort = free.getLocalPort();
        }
        ToolRun refused = ToolRun.of("ctl", "status", "--port", String.valueOf(freePort));
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains("connection refused").contains("--host and --port");

        server.answer("KV.STATUS", "");
        ToolRun closed = ctl("status");
        assertThat(closed.exitCode()).isEqualTo(3);
        assertThat(closed.err()).contains("the server closed the connection");
    }

    @Test
    void an_answer_that_makes_no_sense_is_not_taken_for_one() {
        server.answer("KV.STATUS", integer(5));
        assertThat(ctl("status").err()).contains("KV.STATUS should be a map");
        server.answer("KV.STATUS", "HTTP/1.1 400 Bad Request\r\n\r\n");
        assertThat(ctl("status").exitCode()).isEqualTo(3);
    }

    private static String backup(String state, String problem) {
        return map(
                bulk("state"),
                bulk(state),
                bulk("directory"),
                bulk("/backups/1"),
                bulk("records"),
                integer(12_345),
                bulk("records-total"),
                integer(12_345),
                bulk("bytes"),
                integer(1_572_864),
                bulk("bytes-total"),
                integer(1_572_864),
                bulk("elapsed-ms"),
                integer(65_000),
                bulk("seconds-left"),
                integer(-1),
                bulk("problem"),
                bulk(problem));
    }

    @Test
    void backup_begins_one_and_shows_how_it_ended() {
        server.answer("KV.BACKUP START /backups/1", "+OK\r\n");
        server.answer("KV.BACKUP STATUS", backup("done", ""));
        ToolRun run = ctl("backup", "--to", "/backups/1");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
            backup   done, /backups/1
            records  12,345 of 12,345
            bytes    1.5 MiB
            time     1 min 5 s
            """);
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void backup_that_failed_is_exit_code_1_with_the_reason() {
        server.answer("KV.BACKUP START /backups/1", "+OK\r\n");
        server.answer("KV.BACKUP STATUS", backup("failed", "No space left on device"));
        ToolRun run = ctl("backup", "--to", "/backups/1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("the backup to /backups/1 failed: No space left on device");
    }

    @Test
    void backup_status_and_cancel_ask_for_what_they_say() {
        server.answer("KV.BACKUP STATUS", backup("none", ""));
        assertThat(ctl("backup", "--status").out()).isEqualTo("no backup since the node has started\n");
        server.answer("KV.BACKUP CANCEL", "+OK\r\n");
        assertThat(ctl("backup", "--cancel").out()).isEqualTo("cancelled\n");
        assertThat(server.requests()).noneMatch(request -> request.contains("START"));
    }

    @Test
    void background_shows_every_job_and_why_it_waits() {
        server.answer("KV.BACKGROUND STATUS", background());
        ToolRun run = ctl("background");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
            budget       25% of a job's time: clients wait too long
            clients      99 of 100 waited at most 34.5 ms, of 12,345 in the last minute
            event loops  1.5 ms behind
            target       20.0 ms

            job         mode  budget           done   left  a second   time left  waits for
            checkpoint  auto     25%  1,000 records  9,000    100.00  1 min 30 s  clients wait too long
            """);
    }

    @Test
    void a_node_is_drained_and_waited_for_until_its_clients_or_its_time_are_gone() {
        server.answer("KV.DRAIN", map(bulk("clients"), integer(1_200), bulk("left-ms"), integer(10_000)));
        assertThat(ctl("node", "drain").out()).isEqualTo("draining: 1,200 clients are still connected\n");
        server.answer("KV.DRAIN", map(bulk("clients"), integer(1), bulk("left-ms"), integer(0)));
        assertThat(ctl("node", "drain", "--wait").out()).isEqualTo("the time is over: 1 client is still connected\n");
        server.answer("KV.DRAIN", map(bulk("clients"), integer(0), bulk("left-ms"), integer(9_000)));
        assertThat(ctl("node", "drain", "--wait").out()).isEqualTo("drained: no other client is connected\n");
        assertThat(ctl("node", "drain", "--json").out()).contains("\"clients\"", "\"left-ms\"");
    }

    @Test
    void background_job_is_paused_resumed_or_boosted() {
        server.answer("KV.BACKGROUND STATUS", background());
        server.answer("KV.BACKGROUND PAUSE checkpoint", "+OK\r\n");
        server.answer("KV.BACKGROUND RESUME checkpoint", "+OK\r\n");
        server.answer("KV.BACKGROUND BOOST dreams", "-ERR no job 'dreams'\r\n");
        assertThat(ctl("background", "--pause", "checkpoint").exitCode()).isZero();
        assertThat(ctl("background", "--resume", "checkpoint").exitCode()).isZero();
        ToolRun unknown = ctl("background", "--boost", "dreams");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("no job 'dreams'");
        assertThat(ctl("background", "--pause", "checkpoint", "--boost", "checkpoint")
                        .exitCode())
                .isEqualTo(2);
    }

    private static String background() {
        return "*14\r\n" + pair("share", "$4\r\n0.25\r\n") + pair("decision", "+clients wait too long\r\n")
                + pair("p99-us", ":34500\r\n") + pair("requests", ":12345\r\n")
                + pair("queue-wait-us", ":1500\r\n") + pair("target-us", ":20000\r\n")
                + pair(
                        "jobs",
                        "*1\r\n*20\r\n" + pair("job", "+checkpoint\r\n") + pair("mode", "+auto\r\n")
                                + pair("share", "$4\r\n0.25\r\n") + pair("unit", "+records\r\n")
                                + pair("done", ":1000\r\n") + pair("left", ":9000\r\n")
                                + pair("per-second", "+100.00\r\n") + pair("seconds-left", ":90\r\n")
                                + pair("worked-ms", ":5\r\n") + pair("waits-for", "+clients wait too long\r\n"));
    }

    private static String pair(String name, String value) {
        return "$" + name.length() + "\r\n" + name + "\r\n" + value;
    }

    @Test
    void backup_to_a_relative_directory_and_restore_without_a_directory_make_no_sense() {
        ToolRun relative = ctl("backup", "--to", "here");
        assertThat(relative.exitCode()).isEqualTo(2);
        assertThat(relative.err()).contains("absolute");
        ToolRun nowhere = ToolRun.of("ctl", "restore", "--from", "/backups/1");
        assertThat(nowhere.exitCode()).isEqualTo(2);
        assertThat(nowhere.err()).contains("--data-dir");
        assertThat(server.requests()).isEmpty();
    }
}
