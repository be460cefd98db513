package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients of other protocols at the Redis and HTTP ports are told so and let go; those of HTTP have bounds of their own. */
class WrongProtocolIT {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int HTTP_CONNECTIONS_MAX = 64;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(1, Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    /** What a TLS client sends first (RFC 8446 §4.1.2), cut down to what tells it from anything else. */
    static byte[] clientHello() {
        return HexFormat.of().parseHex("16030100850100008103030000" + "11".repeat(122));
    }

    @Test
    void a_web_page_cannot_have_its_readers_browser_run_commands() throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20\r\n\r\nSET pwned yes\r\n");
            assertThat(client.readToEnd(SOON)).startsWith("-ERR").contains("HTTP");
        }
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET pwned yes\r\n");
            assertThat(client.readToEnd(SOON)).contains("does not speak HTTP");
        }
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            assertThat(client.ask("GET", "pwned")).isEqualTo("$-1");
        }
    }

    @Test
    void a_tls_client_is_told_that_there_is_none() throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send(clientHello());
            assertThat(client.readToEnd(SOON)).isEqualTo("-ERR Protocol error: this port does not speak TLS\r\n");
        }
        try (RawClient client = RawClient.connect(cluster.httpPort(0))) {
            client.send(clientHello()).send("\r\n\r\n");
            assertThat(client.readToEnd(SOON)).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void memcached_commands_are_answered_with_errors() throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            client.send("set mem 0 0 5\r\nworld\r\nstats\r\nversion\r\n");
            assertThat(client.readLine()).startsWith("-ERR syntax error");
            assertThat(client.readLine())
                    .startsWith("-ERR unknown command 'world'")
                    .doesNotContain("\0");
            assertThat(client.readLine()).startsWith("-ERR unknown command 'stats'");
            assertThat(client.readLine()).startsWith("-ERR unknown command 'version'");
        }
    }

    @Test
    void what_is_no_http_request_or_too_long_a_one_is_refused_and_its_connection_closed() throws IOException {
        String[] requests = {
            "*1\r\n$4\r\nPING\r\n\r\n",
            "GET /" + "x".repeat(3000) + " HTTP/1.1\r\n\r\n",
            "GET /live HTTP/1.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n",
            "GET /live HTTP/1.1\r\n" + "X: y\r\n".repeat(5000) + "\r\n",
            "POST /live HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n",
            "POST /live HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
            "POST /live HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "\0\0\0\0\r\n\r\n\r\n\r\n",
        };
        for (String request : requests) {
            try (RawClient client = RawClient.connect(cluster.httpPort(0))) {
                client.send(request);
                assertThat(client.readToEnd(SOON))
                        .as(request.substring(0, Math.min(60, request.length())))
                        .startsWith("HTTP/1.1 4");
            }
        }
        assertThat(cluster.logText(0)).doesNotContain("ERROR").doesNotContain("\tat ");
    }

    @Test
    void some_http_requests_at_once_are_answered_one_after_the_other_and_too_many_are_not() throws IOException {
        try (RawClient client = RawClient.connect(cluster.httpPort(0))) {
            client.send("GET /live HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100));
            client.send("GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            String all = client.readToEnd(Duration.ofSeconds(20));
            assertThat(all.split("HTTP/1.1 200 ", -1).length - 1)
                    .as("answers; %s", cluster.logText(0))
                    .isEqualTo(100);
            assertThat(all.substring(all.lastIndexOf("HTTP/1.1"))).startsWith("HTTP/1.1 404");
        }
        long linesBefore = cluster.logText(0).lines().count();
        for (int i = 0; i < 20; i++) {
            try (RawClient client = RawClient.connect(cluster.httpPort(0))) {
                client.send("GET /live HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2000));
                assertThat(client.isClosedWithin(SOON)).isTrue();
            }
        }
        assertThat(cluster.logText(0).lines().count() - linesBefore).isLessThanOrEqualTo(1);
    }

    @Test
    void connections_that_send_a_byte_now_and_then_do_not_keep_a_health_check_out()
            throws IOException, InterruptedException {
        byte[] request = "GET /live HTTP/1.1\r\nHost: x\r\n".getBytes(ISO_8859_1);
        try (Ordeal ordeal = Ordeal.begin("slow HTTP", cluster)) {
            int filesBefore = ordeal.meter(0).openFiles();
            try (Crowd crowd = Crowd.connect(cluster.httpPort(0), 4 * HTTP_CONNECTIONS_MAX)) {
                for (byte part : request) {
                    crowd.trickle(part);
                    assertThat(freshStatus()).startsWith("HTTP/1.1 200");
                }
                assertThat(ordeal.meter(0).openFiles() - filesBefore).isLessThanOrEqualTo(HTTP_CONNECTIONS_MAX + 8);
            }
            ordeal.endWithin(450, 500, 2000);
        }
    }

    private static String freshStatus() throws IOException {
        try (RawClient probe = RawClient.connect(cluster.httpPort(0))) {
            return probe.send("GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .readToEnd(SOON);
        }
    }
}
