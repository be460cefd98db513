package io.kvorum.server.command.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.JobProgress;
import io.kvorum.server.background.QueueWait;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandBench;
import io.kvorum.server.config.Secret;
import io.kvorum.server.handoff.HandoffWatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** INFO, CONFIG, KV.STATUS and KV.RING as tools read them. */
class AdminCommandsTest {
    private final AdminBench bench = new AdminBench(3, 8, 2);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis_version:7.2.4",
                "redis_mode:standalone",
                "os:Linux 6.1 amd64",
                "process_id:4711",
                "tcp_port:6379",
                "uptime_in_seconds:90000",
                "uptime_in_days:1",
                "server_time_usec:1700000000000000",
                "connected_clients:12",
                "maxclients:10000",
                "blocked_clients:0",
                "used_memory:1500000",
                "used_memory_human:1.43M",
                "used_memory_rss:6000000",
                "mem_clients_normal:65536",
                "used_memory_peak:2000000",
                "used_memory_dataset:1500000",
                "maxmemory:67108864",
                "maxmemory_policy:noeviction",
                "mem_fragmentation_ratio:1.67",
                "allocator_frag_ratio:1.28",
                "allocator_frag_bytes:1000000",
                "allocator_rss_ratio:1.30",
                "allocator_rss_bytes:1400000",
                "mem_clients_normal:65536",
                "total_system_memory:8589934592",
                "loading:0",
                "aof_enabled:0",
                "total_connections_received:100",
                "total_commands_processed:5000",
                "instantaneous_ops_per_sec:250",
                "total_net_input_bytes:70000",
                "total_net_output_bytes:90000",
                "instantaneous_input_kbps:1.50",
                "total_reads_processed:6000",
                "total_writes_processed:5500",
                "rejected_connections:3",
                "expired_keys:4",
                "evicted_keys:0",
                "keyspace_hits:800",
                "keyspace_misses:200",
                "role:master",
                "connected_slaves:0",
                "used_cpu_sys:0.250000",
                "used_cpu_user:1.500000",
                "cluster_enabled:1",
                "db0:keys=42,expires=7,avg_ttl=60500",
                "kvorum_version:1.0.0",
                "node_name:n0",
                "members:3",
                "members_up:3",
                "partitions:8",
                "reads_hedged:3",
            })
    void info_fills_the_fields_that_tools_read(String line) {
        assertThat(bench.raw("INFO")).contains("|" + line + "|");
    }

    @Test
    void background_jobs_are_shown_and_an_operator_decides_of_them() throws Exception {
        assertThat(bench.raw("KV.BACKGROUND", "PAUSE", "dreams"))
                .isEqualTo(
                        "-ERR no job 'dreams'; there are: checkpoint, anti-entropy, handoff, sweeping, reaping, transfer|");
        long[] done = {0};
        bench.admission.track(BackgroundJob.SWEEPING, new JobProgress("records", () -> done[0], () -> 500, () -> 0));
        bench.admission.tick(bounds -> new long[bounds.length], new QueueWait(List.of(), () -> 0));
        done[0] = 1_000;
        bench.admission.tick(bounds -> new long[bounds.length], new QueueWait(List.of(), () -> 0));
        assertThat(bench.raw("KV.BACKGROUND", "PAUSE", "Sweeping")).isEqualTo("+OK|");
        assertThat(bench.raw("KV.BACKGROUND", "STATUS"))
                .contains("sweeping", "paused", "an operator, who paused it", ":1000|", "100.00");
        assertThat(bench.admission.budget().isPaused(BackgroundJob.SWEEPING)).isTrue();
        assertThat(bench.raw("KV.BACKGROUND", "BOOST", "sweeping")).isEqualTo("+OK|");
        assertThat(bench.raw("KV.BACKGROUND", "STATUS")).contains("boosted");
        assertThat(bench.raw("KV.BACKGROUND", "RESUME", "sweeping")).isEqualTo("+OK|");
        assertThat(bench.raw("KV.BACKGROUND", "STATUS")).contains("auto");
    }

    @Test
    void drain_begins_and_tells_how_many_other_clients_are_left_to_who_may_look_on() {
        assertThat(bench.watchesDrain()).isFalse();
        assertThat(bench.raw("KV.DRAIN")).isEqualTo("*4|$7|clients|:11|$7|left-ms|:9000|");
        assertThat(bench.drains).isEqualTo(1);
        assertThat(bench.watchesDrain()).isTrue();
    }

    @Test
    void info_shows_the_sections_asked_for_and_no_others() {
        assertThat(bench.raw("INFO"))
                .contains("# Server|")
                .doesNotContain("cmdstat_")
                .endsWith("||");
        assertThat(bench.raw("INFO", "all"))
                .contains(
                        "|# Commandstats|cmdstat_get:calls=4,usec=10,usec_per_call=2.50,rejected_calls=1,failed_calls=2|",
                        "|# Errorstats|errorstat_ERR:count=5|errorstat_INDOUBT:count=1|",
                        "|# Latencystats|latency_percentiles_usec_get:p50=2.000,p99=4.000,p99.9=4.000|");
        assertThat(bench.raw("INFO", "everything")).contains("|# Modules|");
        assertThat(bench.raw("INFO", "ALL")).doesNotContain("# Modules");
        assertThat(bench.raw("INFO", "default")).isEqualTo(bench.raw("INFO"));
        assertThat(bench.raw("INFO", "Cluster", "keyspace"))
                .isEqualTo("$81|# Cluster|cluster_enabled:1||# Keyspace|db0:keys=42,expires=7,avg_ttl=60500||");
        assertThat(bench.raw("INFO", "nothing")).isEqualTo("$0||");
        bench.raw("HELLO", "3");
        assertThat(bench.raw("INFO", "cluster")).isEqualTo("=34|txt:# Cluster|cluster_enabled:1||");
    }

    @Test
    void config_get_answers_own_names_and_those_of_redis_by_patterns() {
        assertThat(bench.raw("CONFIG", "GET", "maxmemory")).isEqualTo("*2|$9|maxmemory|$8|67108864|");
        assertThat(bench.raw("CONFIG", "GET", "SAVE")).isEqualTo("*2|$4|save|$0||");
        assertThat(config("replication.?")).containsOnlyKeys("replication.n", "replication.r", "replication.w");
        assertThat(config("data*", "appendonly"))
                .containsEntry("databases", "1")
                .containsEntry("appendonly", "yes")
                .containsKey("data-dir");
        for (String name : List.of(
                "timeout",
                "maxclients",
                "proto-max-bulk-len",
                "tcp-keepalive",
                "notify-keyspace-events",
                "maxmemory-policy",
                "appendfsync")) {
            assertThat(config(name)).containsOnlyKeys(name);
        }
        assertThat(bench.raw("CONFIG", "GET", "no-such-thing")).isEqualTo("*0|");
        bench.raw("HELLO", "3");
        assertThat(bench.raw("CONFIG", "GET", "maxmemory")).startsWith("%1|");
    }

    @Test
    void config_takes_what_means_nothing_here_as_redis_does_and_shows_it() {
        assertThat(bench.raw("CONFIG", "SET", "hz", "50", "slave-priority", "7", "repl-backlog-size", "2MB"))
                .isEqualTo("+OK|");
        assertThat(config("hz", "*-priority", "repl-backlog-size"))
                .containsEntry("hz", "50")
                .containsEntry("replica-priority", "7")
                .containsEntry("slave-priority", "7")
                .containsEntry("repl-backlog-size", "2097152");
        String failed = "-ERR CONFIG SET failed (possibly related to argument '";
        assertThat(bench.raw("CONFIG", "SET", "dbfilename", "x".repeat(4097)))
                .isEqualTo(failed + "dbfilename') - argument is longer than 4096 characters|");
        assertThat(bench.raw("CONFIG", "SET", "hz", "x"))
                .isEqualTo(failed + "hz') - argument couldn't be parsed into an integer|");
        assertThat(bench.raw("CONFIG", "SET", "hz", "9", "maxmemory-samples", "0"))
                .isEqualTo(failed + "maxmemory-samples') - argument must be between 1 and 2147483647 inclusive|");
        assertThat(bench.raw("CONFIG", "SET", "activedefrag", "maybe"))
                .isEqualTo(failed + "activedefrag') - argument must be 'yes' or 'no'|");
        assertThat(bench.raw("CONFIG", "SET", "hz", "1", "HZ", "2")).isEqualTo(failed + "hz') - duplicate parameter|");
        assertThat(bench.raw("CONFIG", "SET", "supervised", "auto"))
                .isEqualTo(failed + "supervised') - can't set immutable config|");
        assertThat(config("hz")).containsEntry("hz", "50");
    }

    @Test
    void every_parameter_of_redis_has_a_value_that_it_takes_itself() {
        RedisParameter.all().forEach((name, parameter) -> {
            if (parameter.kind() != RedisParameter.Kind.ALIAS && parameter.kind() != RedisParameter.Kind.FIXED) {
                assertThat(parameter.problemOf(parameter.initial())).as(name).isNull();
            }
            assertThat(config(name)).as(name).containsOnlyKeys(name);
        });
    }

    @Test
    void the_slow_log_keeps_what_takes_as_long_as_config_says() {
        assertThat(bench.raw("SLOWLOG", "LEN")).isEqualTo(":0|");
        assertThat(bench.raw("CONFIG", "SET", "slowlog-log-slower-than", "0")).isEqualTo("+OK|");
        bench.raw("CONFIG", "SET", "masterauth", "hidden-word");
        bench.raw("ECHO", "x".repeat(200));
        assertThat(bench.raw("SLOWLOG", "GET", "2"))
                .startsWith("*2|*6|:2|:1700000000|:0|*2|$4|ECHO|$147|" + "x".repeat(128) + "... (72 more bytes)|")
                .contains("*4|$6|CONFIG|$3|SET|$10|masterauth|$10|(redacted)|$11|127.0.0.1:5|$0||")
                .doesNotContain("hidden-word");
        assertThat(bench.raw("CONFIG", "SET", "slowlog-max-len", "1", "slowlog-log-slower-than", "-1"))
                .isEqualTo("+OK|");
        assertThat(bench.raw("SLOWLOG", "RESET")).isEqualTo("+OK|");
        assertThat(bench.raw("PING")).isEqualTo("+PONG|");
        assertThat(bench.raw("SLOWLOG", "GET", "-1")).isEqualTo("*0|");
        assertThat(bench.raw("SLOWLOG", "GET", "-2")).startsWith("-ERR count should be");
    }

    @Test
    void latency_shows_the_nodes_own_histograms_and_no_events() {
        assertThat(bench.raw("LATENCY", "HISTOGRAM", "get", "nothing"))
                .isEqualTo("*2|$3|get|*4|$5|calls|:4|$14|histogram_usec|*6|:1|:1|:2|:3|:8|:4|");
        assertThat(bench.raw("LATENCY", "LATEST")).isEqualTo("*0|");
        assertThat(bench.raw("LATENCY", "RESET", "command")).isEqualTo(":0|");
        assertThat(bench.raw("LATENCY", "DOCTOR")).contains("SLOWLOG GET");
    }

    @Test
    void words_of_the_client_are_no_longer_in_errors_than_tells_which_they_were() {
        String start = "x".repeat(1024);
        String word = start + "y".repeat(100_000);
        assertThat(bench.raw("LATENCY", "GRAPH", word))
                .isEqualTo("-ERR No samples available for event '" + start + "'|");
        assertThat(bench.raw("CONFIG", "SET", word, "1"))
                .isEqualTo("-ERR Unknown option or number of arguments for CONFIG SET - '" + start + "'|");
        assertThat(bench.raw("LATENCY", "HISTOGRAM", word)).isEqualTo("*0|");
    }

    @Test
    void a_sleeper_is_answered_in_time_and_none_is_left_of_a_connection_that_is_gone() {
        CommandBench sleeping = new CommandBench(1, 1, Secret.NONE, List.of(DebugCommands.command()), Runnable::run);
        CommandBench.Client client = sleeping.client();
        assertThat(client.run("DEBUG", "SLEEP", "2.5")).isEmpty();
        sleeping.pass(1_000);
        sleeping.pass(1_000);
        assertThat(client.takeReplies()).isEmpty();
        sleeping.pass(500);
        assertThat(client.takeReplies()).isEqualTo("+OK\r\n");
        for (int i = 0; i < 100; i++) {
            client.run("DEBUG", "SLEEP", "86400");
        }
        client.replies.close();
        sleeping.pass(1_001);
        assertThat(sleeping.wheel.size()).isZero();
    }

    @Test
    void nobody_asks_for_a_million_names_at_once() {
        List<String> words = new ArrayList<>(List.of("CONFIG", "GET"));
        words.addAll(Collections.nCopies(1024, "maxmemory"));
        assertThat(bench.raw(words.toArray(new String[0]))).startsWith("*2|$9|maxmemory|");
        words.add("port");
        assertThat(bench.raw(words.toArray(new String[0]))).startsWith("-ERR more than 1024 names in one request");
        words.set(0, "LATENCY");
        words.set(1, "HISTOGRAM");
        assertThat(bench.raw(words.toArray(new String[0]))).startsWith("-ERR more than 1024 names in one request");
        words.set(0, "INFO");
        assertThat(bench.raw(words.toArray(new String[0]))).startsWith("-ERR more than 1024 names in one request");
        CommandBench table = CommandBench.alone();
        for (String question : List.of("INFO", "DOCS")) {
            words.set(0, "COMMAND");
            words.set(1, question);
            assertThat(table.run(words.toArray(new String[0]))).startsWith("-ERR more than 1024 names in one request");
        }
    }

    @Test
    void shutdown_stops_the_node_once_its_options_are_understood() {
        assertThat(bench.raw("SHUTDOWN", "SAVE", "NOSAVE")).isEqualTo("-ERR syntax error|");
        assertThat(bench.raw("SHUTDOWN", "ABORT")).isEqualTo("-ERR No shutdown in progress.|");
        assertThat(bench.stops).isZero();
        assertThat(bench.raw("ECHO", "a")).isEqualTo("$1|a|");
        bench.shutDown("NOW", "FORCE");
        assertThat(bench.stops).isEqualTo(1);
    }

    @Test
    void lastsave_is_the_start_or_the_last_checkpoint() {
        long start = AdminBench.WALL_MILLIS / 1000 - bench.uptimeSeconds();
        assertThat(bench.raw("LASTSAVE")).isEqualTo(":" + start + "|");
        bench.storage = new NodeStatus.Storage(true, 1, 2, 3, 4, start + 60, "", "");
        assertThat(bench.raw("LASTSAVE")).isEqualTo(":" + (start + 60) + "|");
    }

    @Test
    void config_never_shows_a_secret() {
        assertThat(bench.raw("CONFIG", "GET", "*")).doesNotContain("hidden").contains("requirepass");
        assertThat(bench.raw("INFO", "everything")).doesNotContain("hidden");
    }

    @Test
    void config_set_takes_what_is_so_and_says_what_to_do_about_the_rest() {
        assertThat(bench.raw("CONFIG", "SET", "appendonly", "YES", "save", "")).isEqualTo("+OK|");
        assertThat(bench.raw("CONFIG", "SET", "notify-keyspace-events", "Egx")).isEqualTo("+OK|");
        assertThat(bench.raw("CONFIG", "SET", "maxmemory", "1"))
                .startsWith("-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - can't set immutable"
                        + " config; set it in the node's configuration file");
        assertThat(bench.raw("CONFIG", "SET", "Foo", "1"))
                .isEqualTo("-ERR Unknown option or number of arguments for CONFIG SET - 'Foo'|");
        assertThat(bench.raw("CONFIG", "SET", "save", "", "timeout")).isEqualTo("-ERR syntax error|");
        assertThat(bench.raw("CONFIG", "REWRITE")).startsWith("-ERR CONFIG REWRITE writes nothing");
        assertThat(bench.raw("CONFIG", "RESETSTAT")).isEqualTo("+OK|");
        assertThat(bench.resets).isEqualTo(1);
    }

    @Test
    void failed_checkpoint_is_shown_with_its_reason_until_one_is_complete() {
        assertThat(bench.ask("INFO", "persistence").asString())
                .contains("rdb_last_bgsave_status:ok", "checkpoint_problem:\r\n");
        assertThat(field(fields(bench.ask("KV.STATUS")), "checkpoint-problem").asString())
                .isEmpty();
        bench.storage = new NodeStatus.Storage(true, 1, 2, 3, 4, 5, "", "no space left (since then)");
        assertThat(bench.ask("INFO", "persistence").asString())
                .contains("rdb_last_bgsave_status:err", "checkpoint_problem:no space left (since then)\r\n");
        assertThat(field(fields(bench.ask("KV.STATUS")), "checkpoint-problem").asString())
                .isEqualTo("no space left (since then)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void status_has_the_fields_that_ctl_reads(String protocol) {
        bench.raw("HELLO", protocol);
        bench.healthy[2] = false;
        bench.unsettled.get(0).set(3);
        Map<String, RespReply> status = fields(bench.ask("KV.STATUS"));
        assertThat(status)
                .containsKeys(
                        "cluster",
                        "cluster-id",
                        "partitions",
                        "partitioner",
                        "history",
                        "n",
                        "r",
                        "w",
                        "node",
                        "engine");
        assertThat(field(status, "uptime-s").asLong()).isEqualTo(90_000);
        assertThat(field(status, "keys").asLong()).isEqualTo(42);
        assertThat(field(status, "memory-bytes").asLong()).isEqualTo(1_500_000);
        assertThat(field(status, "unsettled").asLong()).isEqualTo(1);
        assertThat(field(status, "not-ready").items()).hasSize(1);
        List<RespReply> members = field(status, "members").items();
        assertThat(members).hasSize(3);
        Map<String, RespReply> last = fields(members.get(2));
        assertThat(last).containsKeys("name", "zone", "host", "port", "peer-port", "http-port", "owned", "weight");
        assertThat(field(last, "status").asString()).isEqualTo("down");
    }

    @Test
    void status_shows_what_is_kept_for_each_node_and_how_fast_it_goes() {
        assertThat(field(fields(bench.ask("KV.STATUS")), "kept").items()).isEmpty();
        bench.kept = List.of(new HandoffWatch.Kept("n1", 5, 4_000, 61, 7, 2.5, 3));
        List<RespReply> kept = field(fields(bench.ask("KV.STATUS")), "kept").items();
        assertThat(kept).hasSize(1);
        Map<String, RespReply> one = fields(kept.get(0));
        assertThat(one.keySet())
                .containsExactlyInAnyOrder("for", "hints", "bytes", "oldest-s", "bare", "per-second", "seconds-left");
        assertThat(field(one, "for").asString()).isEqualTo("n1");
        assertThat(field(one, "hints").asLong()).isEqualTo(5);
        assertThat(field(one, "bytes").asLong()).isEqualTo(4_000);
        assertThat(field(one, "oldest-s").asLong()).isEqualTo(61);
        assertThat(field(one, "bare").asLong()).isEqualTo(7);
        assertThat(field(one, "per-second").asString()).isEqualTo("2.50");
        assertThat(field(one, "seconds-left").asLong()).isEqualTo(3);
    }

    @Test
    void ring_is_read_in_pages() {
        assertThat(bench.ask("KV.RING").items()).hasSize(8);
        List<RespReply> page = bench.ask("KV.RING", "count", "3", "START", "6").items();
        assertThat(page).hasSize(2);
        assertThat(page.get(0).item(0).asLong()).isEqualTo(6);
        assertThat(page.get(0).item(1).asString()).isEqualTo("c000000000000000" + "0".repeat(16));
        assertThat(page.get(0).item(2).items().stream().map(RespReply::asString))
                .containsExactly("n0", "n1");
        assertThat(page.get(0).item(3).items().stream().map(RespReply::asString))
                .containsExactly("n2");
        assertThat(bench.ask("KV.RING", "START", "99").items()).isEmpty();
        assertThat(bench.raw("KV.RING", "START")).startsWith("-ERR syntax error: KV.RING");
        assertThat(bench.raw("KV.RING", "COUNT", "-1")).startsWith("-ERR value is not an integer");
    }

    @Test
    void every_row_says_what_it_does_since_when_and_what_it_promises() {
        List<Command> rows = new ArrayList<>(bench.table.rows());
        assertThat(rows).hasSizeGreaterThan(20).allSatisfy(row -> {
            assertThat(row.summary()).isNotEmpty();
            assertThat(row.since()).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
            assertThat(row.guarantee()).isNotEmpty();
        });
    }

    private Map<String, String> config(String... patterns) {
        List<String> words = new ArrayList<>(List.of("CONFIG", "GET"));
        words.addAll(List.of(patterns));
        Map<String, String> found = new LinkedHashMap<>();
        fields(bench.ask(words.toArray(String[]::new))).forEach((name, value) -> found.put(name, value.asString()));
        return found;
    }

    private static RespReply field(Map<String, RespReply> fields, String name) {
        return Objects.requireNonNull(fields.get(name), name);
    }

    private static Map<String, RespReply> fields(RespReply reply) {
        Map<String, RespReply> fields = new LinkedHashMap<>();
        for (int i = 0; i < reply.items().size(); i += 2) {
            fields.put(reply.item(i).asString(), reply.item(i + 1));
        }
        return fields;
    }

    @Test
    void change_of_the_members_is_planned_looked_at_and_committed_once() {
        Map<String, RespReply> plan = fields(bench.ask("KV.CLUSTER", "PLAN", "join", "n4"));
        assertThat(plan.keySet())
                .containsExactly(
                        "id",
                        "base",
                        "kind",
                        "change",
                        "moves",
                        "transfers",
                        "owned",
                        "zone-clashes-before",
                        "zone-clashes-during",
                        "zone-clashes-after",
                        "warnings");
        assertThat(field(plan, "change").asString()).isEqualTo("n4 joins");
        assertThat(field(plan, "moves").asLong()).isEqualTo(48);
        Map<String, RespReply> transfer = fields(field(plan, "transfers").item(0));
        assertThat(field(transfer, "to").asString()).isEqualTo("n4");
        assertThat(field(transfer, "partitions").asLong()).isEqualTo(48);
        assertThat(field(transfer, "bytes").asLong()).isEqualTo(48 * (1_500_000 / 5));
        assertThat(field(plan, "owned").items().stream()
                        .map(node -> field(fields(node), "node").asString()))
                .containsExactly("n1", "n2", "n3", "n4");
        Map<String, RespReply> owned = fields(field(plan, "owned").item(3));
        assertThat(field(owned, "node").asString()).isEqualTo("n4");
        assertThat(field(owned, "before").asLong()).isZero();
        assertThat(field(owned, "after").asLong()).isEqualTo(48);
        assertThat(fields(bench.ask("KV.CLUSTER", "PLAN", "LEAVE", "n2"))).containsKey("id");
        String id = field(plan, "id").asString();
        assertThat(bench.raw("KV.CLUSTER", "COMMIT", id)).isEqualTo("+OK 48 moves begin|");
        assertThat(bench.keeper.ring().moves()).hasSize(48);
        assertThat(bench.raw("KV.CLUSTER", "COMMIT", id))
                .startsWith("-STALEPLAN nothing was committed: the history has changed since plan " + id);
        assertThat(bench.raw("KV.CLUSTER", "COMMIT", "12345678")).startsWith("-ERR there is no plan 12345678 here");
    }

    @Test
    void plan_that_makes_no_sense_is_refused_with_what_would() {
        assertThat(bench.raw("KV.CLUSTER", "PLAN", "DANCE"))
                .isEqualTo("-ERR no plan is called 'DANCE'; there are: join, leave, remove, replace, rebalance|");
        assertThat(bench.raw("KV.CLUSTER", "PLAN", "REMOVE", "n2")).startsWith("-ERR n2 is up");
        assertThat(bench.ask("KV.CLUSTER", "PLAN", "REMOVE", "n2", "force").isError())
                .isFalse();
        assertThat(bench.raw("KV.CLUSTER", "PLAN", "REMOVE", "force")).startsWith("-ERR wrong number of names");
        bench.keeper.breakDisk("no space left");
        String id = field(fields(bench.ask("KV.CLUSTER", "PLAN", "JOIN")), "id").asString();
        assertThat(bench.raw("KV.CLUSTER", "COMMIT", id)).isEqualTo("-ERR nothing was committed: no space left|");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void history_is_told_the_newest_last_and_no_more_of_it_than_asked_for(String protocol) {
        bench.raw("HELLO", protocol);
        bench.keeper.configure("color", "blue");
        List<RespReply> all = bench.ask("KV.CLUSTER", "HISTORY").items();
        assertThat(all).hasSize(7);
        List<RespReply> newest =
                bench.ask("KV.CLUSTER", "HISTORY", "COUNT", "2").items();
        assertThat(newest).hasSize(2);
        Map<String, RespReply> last = fields(newest.get(1));
        assertThat(last.keySet()).containsExactly("stamp", "by", "kind", "event");
        assertThat(field(last, "by").asString()).isEqualTo("n2");
        assertThat(field(last, "kind").asString()).isEqualTo("configured");
        assertThat(field(last, "event").asString()).isEqualTo("color is \"blue\" for the whole cluster");
        assertThat(bench.raw("KV.CLUSTER", "HISTORY", "COUNT", "-1")).startsWith("-ERR value is not an integer");
        assertThat(bench.raw("KV.CLUSTER", "HISTORY", "ALL", "2")).startsWith("-ERR syntax error: KV.CLUSTER HISTORY");
    }

    @Test
    void moves_are_shown_by_who_gives_to_whom_and_are_none_when_all_is_done() {
        assertThat(bench.raw("KV.CLUSTER", "MOVES")).isEqualTo("*6|$5|total|:0|$9|consented|:0|$5|moves|*0|");
        bench.ring = bench.leavingLast(List.of(1, 2));
        Map<String, RespReply> moves = fields(bench.ask("KV.CLUSTER", "MOVES"));
        List<RespReply> pairs = field(moves, "moves").items();
        long total = field(moves, "total").asLong();
        assertThat(total).isPositive();
        assertThat(field(moves, "consented").asLong()).isBetween(1L, total - 1);
        assertThat(pairs.stream()
                        .map(AdminCommandsTest::fields)
                        .mapToLong(pair -> field(pair, "partitions").asLong())
                        .sum())
                .isEqualTo(total);
        assertThat(pairs.stream()
                        .map(AdminCommandsTest::fields)
                        .map(pair -> field(pair, "from").asString()))
                .containsOnly("n2");
    }

    @Test
    void backup_begins_shows_and_ends_and_says_why_not() {
        assertThat(bench.raw("KV.BACKUP", "START", "/backups/1")).isEqualTo("+OK|");
        assertThat(bench.backups.started).containsExactly("/backups/1");
        bench.backups.problem = "the directory must be absolute";
        assertThat(bench.raw("KV.BACKUP", "START", "b")).isEqualTo("-ERR the directory must be absolute|");
        assertThat(bench.raw("KV.BACKUP", "CANCEL")).isEqualTo("-ERR no backup runs|");
        bench.backups.status = new BackupStatus(BackupStatus.State.WRITING, "/backups/1", 1, 2, 3, 4, 5, 6, "");
        assertThat(bench.raw("KV.BACKUP", "CANCEL")).isEqualTo("+OK|");
        RespReply status = bench.ask("KV.BACKUP", "STATUS");
        assertThat(status.items().stream()
                        .map(item -> item.kind() == RespReply.Kind.INTEGER ? item.asLong() : item.asString()))
                .containsExactly(
                        "state",
                        "writing",
                        "directory",
                        "/backups/1",
                        "records",
                        1L,
                        "records-total",
                        2L,
                        "bytes",
                        3L,
                        "bytes-total",
                        4L,
                        "elapsed-ms",
                        5L,
                        "seconds-left",
                        6L,
                        "problem",
                        "");
    }
}
