package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.tools.FakeServer;
import io.kvorum.tools.ToolRun;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BenchCommandTest {
    @Test
    void commands_are_written_as_resp() {
        CommandWriter writer = new CommandWriter(Protocol.RESP, 5, new SplittableRandom(1));
        ByteBuf out = Unpooled.buffer();
        writer.write(Operation.GET, 42, out);
        writer.write(Operation.SET, 999_999_999_999L, out);
        assertThat(out.toString(StandardCharsets.US_ASCII).replace("\r\n", "|"))
                .matches("\\*2\\|\\$3\\|GET\\|\\$16\\|key:000000000042\\|"
                        + "\\*3\\|\\$3\\|SET\\|\\$16\\|key:999999999999\\|\\$5\\|[a-z]{5}\\|");
    }

    @Test
    void commands_are_written_as_memcached_reads_them() {
        CommandWriter writer = new CommandWriter(Protocol.MEMCACHED, 5, new SplittableRandom(1));
        ByteBuf out = Unpooled.buffer();
        writer.write(Operation.GET, 42, out);
        writer.write(Operation.SET, 999_999_999_999L, out);
        assertThat(out.toString(StandardCharsets.US_ASCII).replace("\r\n", "|"))
                .matches("get key:000000000042\\|set key:999999999999 0 0 5\\|[a-z]{5}\\|");
    }

    @Test
    void durations_are_read_with_their_unit() {
        assertThat(Durations.parseNanos("500ms")).isEqualTo(500_000_000L);
        assertThat(Durations.parseNanos("2m")).isEqualTo(120_000_000_000L);
        assertThat(Durations.parseNanos("3")).isEqualTo(3_000_000_000L);
        assertThatThrownBy(() -> Durations.parseNanos("1d")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void targets_need_a_host_and_a_port() {
        assertThat(Target.parse("[::1]:6379")).isEqualTo(new Target("[::1]", 6379));
        for (String wrong : new String[] {"host", ":6379", "host:", "host:0", "host:65536"}) {
            assertThatThrownBy(() -> Target.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_short_run_measures_a_server_that_speaks_resp() throws Exception {
        try (FakeServer server = FakeServer.start()) {
            server.answer("PING", "+PONG\r\n").answerAll("GET", "$-1\r\n").answerAll("SET", "+OK\r\n");
            String port = String.valueOf(server.port());
            ToolRun run = ToolRun.of(
                    "bench",
                    "--port",
                    port,
                    "--rate",
                    "1000",
                    "--duration",
                    "300ms",
                    "--warmup",
                    "0",
                    "--quiet",
                    "--json",
                    "--connections",
                    "2",
                    "--ratio",
                    "1:1",
                    "--seed",
                    "5",
                    "--fill",
                    "--keys",
                    "50");
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            assertThat(run.out())
                    .contains("\"count\": 300")
                    .contains("\"seed\": 5")
                    .contains("\"unanswered\": 0")
                    .contains("\"errors\": {}");
            assertThat(server.requests()).as("two PINGs, the fill, the load").hasSize(2 + 50 + 300);
        }
    }

    @Test
    void a_closed_loop_measures_a_server_that_speaks_memcached() throws Exception {
        try (FakeServer server = FakeServer.start()) {
            server.answer("version", "VERSION 1\r\n")
                    .answerAll("get", "END\r\n")
                    .answerAll("set", "STORED\r\n");
            ToolRun run = ToolRun.of(
                    "bench",
                    "--protocol",
                    "memcached",
                    "--port",
                    String.valueOf(server.port()),
                    "--rate",
                    "max",
                    "--batch",
                    "--pipeline",
                    "4",
                    "--connections",
                    "2",
                    "--duration",
                    "1s",
                    "--warmup",
                    "0",
                    "--quiet",
                    "--ratio",
                    "1:1",
                    "--fill",
                    "--keys",
                    "50");
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            assertThat(run.out())
                    .startsWith("memcached, closed loop, 2 connections, pipeline 4 in batches")
                    .contains("gets found no value")
                    .doesNotContain("errors", "never answered");
            assertThat(server.requests().subList(0, 2)).containsOnly("version");
            assertThat(server.requests().subList(2, 52))
                    .allMatch(request -> request.matches("set key:0000000000[0-4][0-9] 0 0 128"));
            assertThat(server.requests()).hasSizeGreaterThan(2 + 50 + 8);
        }
    }

    @Test
    void what_cannot_be_measured_is_said_with_an_exit_code_of_its_own() throws Exception {
        try (FakeServer server = FakeServer.start()) {
            server.answer("PING", "-NOAUTH Authentication required.\r\n");
            ToolRun locked = ToolRun.of("bench", "--port", String.valueOf(server.port()), "--quiet");
            assertThat(locked.exitCode()).isEqualTo(3);
            assertThat(locked.err()).contains("refuses us with NOAUTH").contains("KVORUM_PASSWORD");
            ToolRun other =
                    ToolRun.of("bench", "--protocol", "memcached", "--port", String.valueOf(server.port()), "--quiet");
            assertThat(other.exitCode()).isEqualTo(3);
            assertThat(other.err()).contains("does not speak memcached");
        }
        assertThat(ToolRun.of("bench", "--ratio", "0:0").exitCode()).isEqualTo(2);
        assertThat(ToolRun.of("bench", "--rate", "fast").exitCode()).isEqualTo(2);
        assertThat(ToolRun.of("bench", "--batch").err()).contains("--batch goes with --rate max");
        assertThat(ToolRun.of("bench", "--protocol", "http").err()).contains("--protocol is resp or memcached");
        assertThat(ToolRun.of("bench", "--protocol", "memcached", "--password=x")
                        .err())
                .contains("knows no --password");
        assertThat(ToolRun.of("bench", "--duration", "soon").err()).contains("say 500ms, 30s, 2m or 1h");
    }
}
