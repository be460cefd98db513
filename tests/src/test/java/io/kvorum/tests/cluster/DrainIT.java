package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** A node lets its clients go, and stops: whoever sent a request has its answer, and finds another node. */
@Timeout(120)
class DrainIT {
    private static final int CLIENTS = 8;
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(25);
    private static final Duration WITHIN = Duration.ofSeconds(20);

    /** What a client does between two uses of a connection of its pool: longer than a node waits for silence. */
    private static final long IDLE_MILLIS = 300;

    @Test
    void nobody_who_sent_a_request_is_left_without_its_answer_when_a_node_is_drained_and_stopped() throws Exception {
        long seed = 7;
        try (TestCluster cluster = TestCluster.start(
                2,
                Map.of("replication.r", "1", "replication.w", "1", "drain-timeout", DRAIN_TIMEOUT.toSeconds() + "s"))) {
            List<PooledClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new PooledClient(cluster, i, new SplittableRandom(seed + i)).begin());
            }
            try {
                cluster.await(
                        "clients to be served", WITHIN, () -> clients.stream().allMatch(each -> each.done() > 5));
                clients.forEach(each -> each.mayBeLetGo = true);
                try (Jedis operator = cluster.connect(0)) {
                    operator.sendCommand(() -> "KV.DRAIN".getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(cluster.httpStatus(0, "/ready")).isEqualTo(503);
                assertThat(cluster.httpBody(0, "/ready")).contains("draining");
                assertThat(cluster.httpStatus(0, "/live")).isEqualTo(200);
                cluster.process(0).destroy();
                cluster.await(
                        "all clients to be at the other node",
                        WITHIN,
                        () -> clients.stream().allMatch(each -> each.node == 1));
                int before = clients.stream().mapToInt(PooledClient::done).sum();
                assertThat(cluster.awaitExit(0)).isZero();
                cluster.await(
                        "clients to be served by the other node",
                        WITHIN,
                        () -> clients.stream().mapToInt(PooledClient::done).sum() > before + CLIENTS);
            } finally {
                clients.forEach(PooledClient::end);
            }
            assertThat(clients)
                    .as("seed %d", seed)
                    .allSatisfy(each -> assertThat(each.failures).isEmpty());
            try (Jedis idle = cluster.connect(1)) {
                idle.ping();
                long begin = System.nanoTime();
                assertThat(cluster.stop(1)).isZero();
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .as("an idle client is not waited for")
                        .isLessThan(DRAIN_TIMEOUT);
            }
        }
    }

    /**
     * One connection of a pool: a burst of requests, then a rest; a connection that has ended is seen before it is used. Where it
     * ends just then, and the first request after a rest is met by its end alone, that is sent once more to the other node, as
     * pools do. No other request may be left without its answer.
     */
    private static final class PooledClient {
        private static final int READ_MILLIS = 10_000;

        /** A client that asked nothing for longer may have been taken for silent: half of what a node waits for. */
        private static final long SILENT_NANOS = 50_000_000;

        /** A client that goes on for longer may be let go between two requests: half of what a node waits for. */
        private static final long BURST_NANOS_MAX = 500_000_000;

        final Queue<String> failures = new ConcurrentLinkedQueue<>();
        volatile int node;
        volatile boolean mayBeLetGo;
        private final TestCluster cluster;
        private final int number;
        private final SplittableRandom random;
        private final AtomicInteger done = new AtomicInteger();
        private final Thread thread = new Thread(this::run, "client");
        private volatile boolean ended;

        PooledClient(TestCluster cluster, int number, SplittableRandom random) {
            this.cluster = cluster;
            this.number = number;
            this.random = random;
        }

        PooledClient begin() {
            thread.setDaemon(true);
            thread.start();
            return this;
        }

        int done() {
            return done.get();
        }

        private void run() {
            while (!ended && failures.isEmpty()) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cluster.port(node))) {
                    socket.setTcpNoDelay(true);
                    use(socket);
                } catch (IOException refused) {
                    // Not even connected: there is another node.
                }
                node = 1;
            }
        }

        private void use(Socket socket) throws IOException {
            while (!ended && failures.isEmpty() && !hasEnded(socket)) {
                if (!burst(socket)) {
                    return;
                }
                LockSupport.parkNanos(1_000_000 * (IDLE_MILLIS + random.nextLong(IDLE_MILLIS)));
            }
        }

        /** Whether the connection is still there. */
        private boolean burst(Socket socket) {
            int left = 1 + random.nextInt(20);
            long begin = System.nanoTime();
            long sent = begin;
            for (int i = 0; i < left; i++) {
                long now = System.nanoTime();
                if (i > 0 && (now - sent > SILENT_NANOS || now - begin > BURST_NANOS_MAX)) {
                    return true;
                }
                sent = now;
                try {
                    if (!ask(socket, "SET key" + number + " " + number + ":" + done + "\r\n", "+OK\r\n")) {
                        if (i > 0 || node == 1 || !mayBeLetGo) {
                            failures.add("after " + done + " requests n" + node + " answered nothing");
                        }
                        return false;
                    }
                } catch (IOException cut) {
                    failures.add("after " + done + " requests at n" + node + ": " + cut);
                    return false;
                }
                done.incrementAndGet();
            }
            return true;
        }

        /** As a pool looks at a connection that it is about to hand out. */
        private static boolean hasEnded(Socket socket) throws IOException {
            socket.setSoTimeout(1);
            try {
                return socket.getInputStream().read() < 0;
            } catch (SocketTimeoutException open) {
                return false;
            } finally {
                socket.setSoTimeout(READ_MILLIS);
            }
        }

        /**
         * Whether there was an answer.
         *
         * @return false if the connection ended before any byte of it
         * @throws IOException if it is another one, or there is neither an answer nor an end
         */
        private static boolean ask(Socket socket, String request, String expected) throws IOException {
            InputStream in = socket.getInputStream();
            int first;
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                first = in.read();
            } catch (SocketException ended) {
                return false;
            }
            if (first < 0) {
                return false;
            }
            byte[] rest = in.readNBytes(expected.length() - 1);
            String reply = (char) first + new String(rest, StandardCharsets.US_ASCII);
            if (!reply.equals(expected)) {
                throw new IOException("the answer is '" + reply + "'");
            }
            return true;
        }

        void end() {
            ended = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
