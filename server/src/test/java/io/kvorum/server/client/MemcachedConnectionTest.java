package io.kvorum.server.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.SlowLog;
import io.kvorum.server.command.admin.NodeStatus;
import io.kvorum.server.command.memcached.Leases;
import io.kvorum.server.command.memcached.McCommands;
import io.kvorum.server.command.memcached.McStats;
import io.kvorum.server.config.Secret;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A memcached client's connection has what a Redis client's has: order, bounds, doors that are shut. */
class MemcachedConnectionTest {
    private static final String LOCAL = "127.0.0.1";

    private static final McStats STATS = stats();

    private static McStats stats() {
        NodeStatus nobody = (NodeStatus) Proxy.newProxyInstance(
                NodeStatus.class.getClassLoader(), new Class<?>[] {NodeStatus.class}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        return new McStats(nobody, new McStats.Settings(11211, LOCAL, 1 << 20, false), () -> 0);
    }

    private static List<Command> commands() {
        List<Command> commands = new ArrayList<>(McCommands.commands(new Leases()));
        commands.add(Command.named("flushall")
                .flags(CommandFlag.WRITE)
                .handledBy(call -> call.out().ok()));
        return commands;
    }

    private static ClientBench bench(Secret password, int connectionsMax, long outputMax) {
        return new ClientBench(password, true, connectionsMax, 1024, outputMax, 1 << 29, commands());
    }

    @Test
    void a_pipeline_in_one_packet_is_answered_in_one_and_in_order() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, STATS);
        ClientBench.send(channel, "set k 1 0 1\r\nv\r\nget k\r\nflush_all\r\nmg nosuch k\r\nnosuch\r\nmn\r\n");
        bench.turn();
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(bench.received(channel))
                .isEqualTo("STORED\r\nVALUE k 1 1\r\nv\r\nEND\r\nOK\r\nEN knosuch\r\nERROR\r\nMN\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void errors_are_counted_whether_they_are_told_or_not() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, STATS);
        for (String line : List.of(
                "nosuch",
                "set k 0 0 1 noreply\r\nxx",
                "set k 0 0 1\r\nx",
                "incr k 1 noreply",
                "stats nosuch",
                "shutdown",
                "get nosuch",
                "GET / HTTP/1.1")) {
            bench.exchange(channel, line + "\r\n");
        }
        assertThat(bench.commands.errors)
                .containsExactly("ERROR", "CLIENT_ERROR", "ERROR", "CLIENT_ERROR", "ERROR", "ERROR", "CLIENT_ERROR");
        channel.finishAndReleaseAll();
    }

    @Test
    void a_flush_takes_the_place_of_one_that_waits_at_its_node() {
        int[] flushes = new int[1];
        List<Command> commands = new ArrayList<>(McCommands.commands(new Leases()));
        commands.add(Command.named("flushall").flags(CommandFlag.WRITE).handledBy(call -> {
            flushes[0]++;
            call.out().ok();
        }));
        ClientBench bench = new ClientBench(Secret.NONE, true, 100, 1024, 1 << 28, 1 << 29, commands);
        McStats ofNode = stats();
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, ofNode);
        EmbeddedChannel ofAnotherLoop = bench.connectMemcached(LOCAL, ofNode);
        bench.exchange(channel, "flush_all 2\r\n");
        assertThat(flushes[0]).isZero();
        bench.commands.pass(2_100);
        assertThat(flushes[0]).as("when its time has come").isOne();
        bench.exchange(channel, "flush_all 2\r\n");
        bench.exchange(ofAnotherLoop, "flush_all\r\n");
        assertThat(flushes[0]).as("at once").isEqualTo(2);
        bench.commands.pass(2_100);
        assertThat(flushes[0]).as("what came behind it stays").isEqualTo(2);
        bench.exchange(channel, "flush_all 2\r\n");
        bench.exchange(ofAnotherLoop, "flush_all 10\r\n");
        bench.commands.pass(5_000);
        assertThat(flushes[0]).as("the later one alone").isEqualTo(2);
        bench.commands.pass(5_100);
        assertThat(flushes[0]).isEqualTo(3);
        channel.finishAndReleaseAll();
        ofAnotherLoop.finishAndReleaseAll();
    }

    @Test
    void both_protocols_at_one_node_see_one_key() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        EmbeddedChannel memcached = bench.connectMemcached(LOCAL, STATS);
        EmbeddedChannel redis = bench.connect();
        assertThat(bench.exchange(redis, "set k v\r\n")).isEqualTo("+OK\r\n");
        assertThat(bench.exchange(memcached, "get k\r\n")).isEqualTo("VALUE k 0 1\r\nv\r\nEND\r\n");
        memcached.finishAndReleaseAll();
        redis.finishAndReleaseAll();
    }

    @Test
    void what_may_write_waits_while_writes_are_paused() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        EmbeddedChannel redis = bench.connect();
        assertThat(bench.exchange(redis, "client pause 100000 write\r\n")).isEqualTo("+OK\r\n");
        EmbeddedChannel memcached = bench.connectMemcached(LOCAL, STATS);
        assertThat(bench.exchange(memcached, "mg k v\r\n")).isEqualTo("EN\r\n");
        assertThat(bench.exchange(memcached, "mg k N30 v\r\nmn\r\n")).isEmpty();
        assertThat(bench.exchange(redis, "client unpause\r\n")).isEqualTo("+OK\r\n");
        assertThat(bench.received(memcached)).isEqualTo("VA 0 W\r\n\r\nMN\r\n");
        memcached.finishAndReleaseAll();
        redis.finishAndReleaseAll();
    }

    @Test
    void what_took_long_is_in_the_slow_log() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        SlowLog slowLog = bench.commands.loop.slowLog();
        slowLog.setThresholdNanos(0);
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, STATS);
        bench.exchange(channel, "get some\r\n");
        assertThat(slowLog.newest(1)).singleElement().satisfies(entry -> {
            assertThat(entry.arguments()).containsExactly("mc.getvalue".getBytes(US_ASCII), "some".getBytes(US_ASCII));
            assertThat(entry.address()).startsWith(LOCAL);
        });
        channel.finishAndReleaseAll();
    }

    @Test
    void protected_mode_and_the_number_of_clients_hold_here_too() {
        ClientBench open = bench(Secret.NONE, 1, 1 << 28);
        EmbeddedChannel stranger = open.connectMemcached("10.0.0.9", STATS);
        assertThat(open.received(stranger)).startsWith("SERVER_ERROR DENIED ");
        assertThat(stranger.isActive()).isFalse();
        EmbeddedChannel first = open.connect();
        EmbeddedChannel second = open.connectMemcached(LOCAL, STATS);
        assertThat(open.received(second)).isEqualTo("SERVER_ERROR ERR max number of clients reached\r\n");
        assertThat(second.isActive()).isFalse();
        first.finishAndReleaseAll();
    }

    @Test
    void with_a_password_a_client_begins_by_storing_it() {
        ClientBench locked = bench(Secret.of("s3cret"), 100, 1 << 28);
        EmbeddedChannel channel = locked.connectMemcached("10.0.0.9", STATS);
        assertThat(locked.exchange(channel, "get k\r\nset a 0 0 1\r\nx\r\n"))
                .isEqualTo("CLIENT_ERROR unauthenticated\r\nCLIENT_ERROR bad authentication token format\r\n");
        assertThat(locked.exchange(channel, "set a 0 0 13\r\ndefault wrong\r\n"))
                .isEqualTo("CLIENT_ERROR authentication failure\r\n");
        assertThat(locked.exchange(channel, "set a 0 0 14\r\nnobody1 s3cret\r\nget k\r\n"))
                .isEqualTo("CLIENT_ERROR authentication failure\r\nCLIENT_ERROR unauthenticated\r\n");
        assertThat(locked.exchange(channel, "set a 0 0 14\r\ndefault s3cret\r\nget a\r\n"))
                .as("let in, and nothing stored")
                .isEqualTo("STORED\r\nEND\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void quit_answers_what_came_before_it_and_runs_nothing_after_it() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, STATS);
        assertThat(bench.exchange(channel, "mn\r\nquit\r\nmn\r\n")).isEqualTo("MN\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void what_is_no_text_protocol_is_answered_in_its_turn_and_ends_the_connection() {
        ClientBench bench = bench(Secret.NONE, 100, 1 << 28);
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, STATS);
        assertThat(bench.exchange(channel, "mn\r\n\u0080\u0001"))
                .startsWith("MN\r\nCLIENT_ERROR the binary protocol is not spoken here");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void who_holds_more_replies_than_one_may_is_closed() {
        ClientBench bench = bench(Secret.NONE, 100, 100_000);
        EmbeddedChannel channel = bench.connectMemcached(LOCAL, STATS);
        String value = "x".repeat(200_000);
        assertThat(bench.exchange(channel, "set k 0 0 200000\r\n" + value + "\r\n"))
                .isEqualTo("STORED\r\n");
        ClientBench.send(channel, "get k k\r\n");
        assertThat(channel.isActive()).isFalse();
        channel.finishAndReleaseAll();
    }
}
