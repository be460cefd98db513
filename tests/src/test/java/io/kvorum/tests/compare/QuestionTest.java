package io.kvorum.tests.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What contenders are asked, against a server that says one thing to each client and hangs up. */
final class QuestionTest {
    private static final class OneAnswer implements AutoCloseable {
        private final ServerSocket socket;
        private final CompletableFuture<String> asked;

        OneAnswer(String answer) throws IOException {
            socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            asked = CompletableFuture.supplyAsync(() -> {
                try (Socket client = socket.accept()) {
                    byte[] question = new byte[100];
                    int length = client.getInputStream().read(question);
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    return new String(question, 0, length, StandardCharsets.US_ASCII);
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            });
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void redis_tells_its_used_memory_among_other_things() throws IOException {
        try (OneAnswer redis = new OneAnswer("$60\r\n# Memory\r\nused_memory:123456\r\nused_memory_human:1M\r\n\r\n")) {
            assertThat(new RedisContender("redis", RedisContender.NO_FILE).liveBytes(0, redis.port()))
                    .isEqualTo(123_456);
            assertThat(redis.asked.join()).isEqualTo("INFO memory\r\n");
        }
    }

    @Test
    void an_answer_without_the_line_is_an_error_and_not_a_number() throws IOException {
        try (OneAnswer other = new OneAnswer("-NOAUTH Authentication required.\r\n")) {
            assertThatThrownBy(() -> Question.ask(other.port(), "PING", "+PONG"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("PING");
        }
    }

    @Test
    void a_server_that_loads_or_does_not_listen_is_not_ready() throws IOException {
        int port;
        try (OneAnswer loading = new OneAnswer("-LOADING\r\n")) {
            port = loading.port();
            assertThat(new RedisContender("redis", RedisContender.NO_FILE).isReady(port))
                    .isFalse();
        }
        assertThat(new RedisContender("redis", RedisContender.NO_FILE).isReady(port))
                .isFalse();
        try (OneAnswer memcached = new OneAnswer("VERSION 1.6.18\r\n")) {
            assertThat(new MemcachedContender().isReady(memcached.port())).isTrue();
        }
    }
}
