package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests that are none: each is answered in Redis' words and ends its connection, and nobody else's. */
class MalformedRequestsIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int MB = 1 << 20;

    private static TestCluster cluster;
    private static TestCluster guarded;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.prepare(1, Map.of()).withJvmFlags("-Dio.netty.leakDetection.level=paranoid");
        guarded = TestCluster.prepare(1, Map.of("requirepass", "secret"));
        cluster.startNode(0);
        guarded.startNode(0);
        cluster.awaitReady();
        guarded.awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
        guarded.close();
    }

    @Test
    void what_was_asked_before_quit_or_nonsense_is_answered_however_long_it_takes() throws IOException {
        String mget = "*5001\r\n$4\r\nMGET\r\n" + "$2\r\nno\r\n".repeat(5_000);
        String nothing = "*5000\r\n" + "$-1\r\n".repeat(5_000);
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send(mget + "QUIT\r\n");
            assertThat(client.readToEnd(Duration.ofSeconds(20))).isEqualTo(nothing + "+OK\r\n");
        }
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send(mget + "*1\r\n:1\r\n");
            assertThat(client.readToEnd(Duration.ofSeconds(20)))
                    .isEqualTo(nothing + "-ERR Protocol error: expected '$', got ':'\r\n");
        }
    }

    @Test
    void a_malformed_request_is_answered_in_the_words_of_redis_and_ends_its_connection()
            throws IOException, InterruptedException {
        Map<String, String> errors = new LinkedHashMap<>();
        errors.put("*1048577\r\n", "invalid multibulk length");
        errors.put("*4294967297\r\n", "invalid multibulk length");
        errors.put("*99999999999999999999\r\n", "invalid multibulk length");
        errors.put("*x\r\n", "invalid multibulk length");
        errors.put("*\r\n", "invalid multibulk length");
        errors.put("*1\r\n$-1\r\n", "invalid bulk length");
        errors.put("*1\r\n$-9223372036854775808\r\n", "invalid bulk length");
        errors.put("*1\r\n$2147483648\r\n", "invalid bulk length");
        errors.put("*1\r\n$18446744073709551616\r\n", "invalid bulk length");
        errors.put("*1\r\n$4x\r\nPING\r\n", "invalid bulk length");
        errors.put("*2\r\n$4\r\nECHO\r\n$536870913\r\n", "invalid bulk length");
        errors.put("*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'");
        errors.put("*1\r\n:1\r\n", "expected '$', got ':'");
        errors.put("*1\r\n+PING\r\n", "expected '$', got '+'");
        errors.put("*1\r\n\0\0\0\0", "expected '$', got '?'");
        errors.put("*1\r\n\r\n", "expected '$', got ' '");
        errors.put("*" + "1".repeat(70_000), "too big mbulk count string");
        errors.put("*1\r\n$" + "1".repeat(70_000), "too big bulk count string");
        errors.put("A".repeat(70_000), "too big inline request");
        errors.put("SET \"a\r\n", "unbalanced quotes in request");
        errors.put("SET 'a'b\r\n", "unbalanced quotes in request");
        try (Ordeal ordeal = Ordeal.begin("malformed requests", cluster)) {
            for (Map.Entry<String, String> error : errors.entrySet()) {
                try (RawClient client = RawClient.connect(cluster.port(0))) {
                    client.send(error.getKey());
                    assertThat(client.readToEnd(SOON))
                            .as(start(error.getKey()))
                            .isEqualTo("-ERR Protocol error: " + error.getValue() + "\r\n");
                }
            }
            ordeal.endWithin(450, 500, 2000);
        }
    }

    @Test
    void what_redis_lets_pass_as_nothing_is_nothing() throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send("*0\r\n*-1\r\n*-2147483648\r\n\r\n\n \r\n\0\0\0\r\n").send(RawClient.request("PING"));
            assertThat(client.readLine()).isEqualTo("+PONG");
        }
    }

    @Test
    void requests_before_a_malformed_one_are_answered_and_those_behind_it_are_not() throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send("PING\r\n*1\r\n$-1\r\nPING\r\n");
            assertThat(client.readToEnd(SOON)).isEqualTo("+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
        }
    }

    @Test
    void a_million_arguments_are_read_and_one_more_is_not() throws IOException, InterruptedException {
        ByteArrayOutputStream million = new ByteArrayOutputStream();
        million.writeBytes("*1048576\r\n$4\r\nECHO\r\n".getBytes(ISO_8859_1));
        byte[] argument = "$1\r\nx\r\n".getBytes(ISO_8859_1);
        for (int i = 1; i < 1_048_576; i++) {
            million.writeBytes(argument);
        }
        try (Ordeal ordeal = Ordeal.begin("a million arguments", cluster)) {
            try (RawClient client = RawClient.connect(cluster.port(0))) {
                for (int i = 0; i < 5; i++) {
                    client.send(million.toByteArray());
                    assertThat(client.readLine()).isEqualTo("-ERR wrong number of arguments for 'echo' command");
                }
                client.send("*1048577\r\n");
                assertThat(client.readToEnd(SOON)).contains("invalid multibulk length");
            }
            ordeal.endWithin(450, 500, 2000);
        }
    }

    @Test
    void a_stranger_may_not_send_what_redis_does_not_let_strangers_send() throws IOException {
        Map<String, String> errors = new LinkedHashMap<>();
        errors.put("*11\r\n", "unauthenticated multibulk length");
        errors.put("*2\r\n$4\r\nAUTH\r\n$16385\r\n", "unauthenticated bulk length");
        for (Map.Entry<String, String> error : errors.entrySet()) {
            try (RawClient client = RawClient.connect(guarded.port(0))) {
                client.send(error.getKey());
                assertThat(client.readToEnd(SOON)).isEqualTo("-ERR Protocol error: " + error.getValue() + "\r\n");
            }
        }
        try (RawClient client = RawClient.connect(guarded.port(0))) {
            assertThat(client.ask("GET", "x")).startsWith("-NOAUTH");
            assertThat(client.ask("AUTH", "x".repeat(16_384))).startsWith("-WRONGPASS");
            assertThat(client.ask("AUTH", "secret")).isEqualTo("+OK");
            assertThat(client.ask("SET", "x", "y".repeat(MB))).isEqualTo("+OK");
            assertThat(client.ask("RESET")).isEqualTo("+RESET");
            assertThat(client.send("*11\r\n").readToEnd(SOON)).contains("unauthenticated multibulk length");
        }
    }

    @Test
    void random_bytes_end_nothing_but_their_connection() throws IOException, InterruptedException {
        long seed = Long.getLong("kvorum.seed", System.nanoTime());
        System.out.println("[ordeal] random bytes: -Dkvorum.seed=" + seed);
        Random random = new Random(seed);
        try (Ordeal ordeal = Ordeal.begin("random bytes", cluster)) {
            for (int i = 0; i < (LONG ? 50_000 : 2000); i++) {
                byte[] bytes = new byte[1 + random.nextInt(2000)];
                random.nextBytes(bytes);
                byte[] starts = {'*', '$', '\r', '\n', '"', bytes[0]};
                bytes[0] = starts[random.nextInt(starts.length)];
                try (RawClient client = RawClient.connect(cluster.port(0))) {
                    client.send(bytes);
                }
            }
            ordeal.endWithin(450, 500, 2000);
        }
    }

    private static String start(String text) {
        return text.substring(0, Math.min(40, text.length()));
    }
}
