package io.kvorum.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.kvorum.server.config.HttpConfig;
import io.kvorum.server.runtime.ControlThread;
import io.kvorum.server.runtime.Threads;
import io.kvorum.server.runtime.TransportKind;
import io.kvorum.server.runtime.Transports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpDoorTest {
    private final Threads threads = new Threads();
    private final Transports transports = Transports.open(TransportKind.AUTO, 1, threads.eventLoops());
    private final ControlThread control = threads.control(100);
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Readiness readiness = Readiness.READY;
    private final HttpDoor door = new HttpDoor(new HttpConfig("127.0.0.1", 0), transports, control);
    private int port;

    @BeforeEach
    void start() throws IOException {
        door.serve(() -> readiness, () -> "kvorum_up 1\n");
        port = door.start();
    }

    @AfterEach
    void close() {
        door.close();
        control.close();
        transports.close();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (SocketException reset) {
            return "closed"; // with some of the request unread, so that the answer may be lost
        }
    }

    @Test
    void a_process_that_runs_is_alive() throws Exception {
        HttpResponse<String> response = send("GET", "/live");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("alive\n");
    }

    @Test
    void a_node_that_is_not_ready_says_why() throws Exception {
        assertThat(send("GET", "/ready").body()).isEqualTo("ready\n");
        readiness = new Readiness(List.of("loading: 3 of 256 partitions", "no quorum of members in sight"));
        HttpResponse<String> response = send("GET", "/ready?verbose");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body())
                .isEqualTo("not ready\nloading: 3 of 256 partitions\nno quorum of members in sight\n");
        assertThat(Readiness.notYet("x").isReady()).isFalse();
    }

    @Test
    void metrics_are_of_the_type_that_prometheus_expects() throws Exception {
        HttpResponse<String> response = send("GET", "/metrics");
        assertThat(response.body()).isEqualTo("kvorum_up 1\n");
        assertThat(response.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.headers().firstValue("cache-control")).hasValue("no-store");
    }

    @Test
    void head_answers_without_a_body() throws Exception {
        HttpResponse<String> response = send("HEAD", "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-length")).hasValue("12");
        assertThat(response.body()).isEmpty();
    }

    @Test
    void what_is_not_there_is_not_found_and_nothing_can_be_changed() throws Exception {
        assertThat(send("GET", "/").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/metrics/").body()).contains("/live, /ready and /metrics");
        HttpResponse<String> response = send("POST", "/ready");
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("allow")).hasValue("GET, HEAD");
    }

    @Test
    void requests_of_one_connection_are_answered_in_order() throws Exception {
        String requests = """
                GET /live HTTP/1.1
                Host: x

                GET /metrics HTTP/1.1
                Host: x

                GET /ready HTTP/1.1
                Host: x
                Connection: close

                """;
        String answers = raw(requests.replace("\n", "\r\n"));
        assertThat(answers).containsSubsequence("alive", "kvorum_up", "ready");
    }

    @Test
    void what_is_no_request_or_asks_for_too_much_is_refused_and_closed() throws Exception {
        assertThat(raw("hello\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET /" + "x".repeat(2000) + " HTTP/1.1\r\n\r\n")).containsPattern("^HTTP/1.1 400 |closed");
        assertThat(raw("GET /live HTTP/1.1\r\nX: " + "x".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(raw("POST /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n"
                        + "x".repeat(5000)))
                .containsPattern("^HTTP/1.1 413 |closed");
        assertThat(send("GET", "/live").statusCode()).as("others are served").isEqualTo(200);
    }

    @Test
    void of_more_connections_than_there_are_places_for_the_oldest_is_closed_and_nobody_is_kept_out() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 70; i++) sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
        assertThat(sockets.get(0).getInputStream().read()).isEqualTo(-1);
        assertThat(send("GET", "/live").statusCode()).isEqualTo(200);
        for (Socket socket : sockets) socket.close();
    }

    @Test
    void a_busy_node_says_so() throws Exception {
        control.close();
        HttpResponse<String> response = send("GET", "/metrics");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("too busy to answer\n");
    }

    @Test
    void a_port_in_use_is_named() {
        HttpDoor second = new HttpDoor(new HttpConfig("127.0.0.1", port), transports, control);
        assertThatIOException()
                .isThrownBy(second::start)
                .withMessageStartingWith("cannot listen for HTTP on 127.0.0.1:" + port + " (http.bind, http.port): ");
        second.close();
    }
}
