package io.kvorum.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.tests.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the proxy does to bytes between servers that send back what they are sent. */
class FaultProxyTest {
    private static final long SEED = Long.getLong("kvorum.seed", System.nanoTime());
    private static final int SOON_MILLIS = 150;
    private static final int LONG_MILLIS = 10_000;

    private final List<Echo> echoes = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        System.out.println("kvorum.seed=" + SEED);
        int[] ports = FreePorts.find(3, 0).stream().mapToInt(Integer::intValue).toArray();
        for (int port : ports) {
            echoes.add(new Echo(port));
        }
        proxy = FaultProxy.start(SEED, ports);
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        proxy.close();
        for (Echo echo : echoes) {
            echo.close();
        }
    }

    @Test
    void bytes_pass_whole_and_in_order_both_ways() throws IOException {
        byte[] sent = new byte[3_000_000];
        new Random(SEED).nextBytes(sent);
        assertThat(echoed(dial(0, 1), sent)).isEqualTo(sent);
    }

    @Test
    void held_bytes_wait_and_arrive_when_healed() throws IOException {
        Socket socket = dial(0, 1);
        assertThat(echoed(socket, bytes("a"))).isEqualTo(bytes("a"));
        proxy.rule(0, 1, Rule.HOLD);
        socket.getOutputStream().write(bytes("bcd"));
        assertSilent(socket);
        proxy.heal();
        assertThat(read(socket, 3)).isEqualTo(bytes("bcd"));
    }

    @Test
    void cut_in_one_direction_takes_requests_of_the_one_and_answers_to_the_other() throws IOException {
        Socket there = dial(0, 1);
        Socket back = dial(1, 0);
        proxy.rule(0, 1, Rule.HOLD);
        there.getOutputStream().write(bytes("request"));
        back.getOutputStream().write(bytes("asked"));
        echoes.get(0).awaitReceived(5);
        assertSilent(back);
        assertThat(echoes.get(1).received()).isZero();
        assertThat(echoed(dial(2, 1), bytes("x"))).isEqualTo(bytes("x"));
    }

    @Test
    void sender_finds_its_buffers_full_while_nothing_passes() throws Exception {
        Socket socket = dial(0, 1);
        proxy.rule(0, 1, Rule.HOLD);
        byte[] much = new byte[64 << 20];
        new Random(SEED).nextBytes(much);
        Thread writer = new Thread(() -> {
            try {
                socket.getOutputStream().write(much);
            } catch (IOException closed) {
                throw new IllegalStateException(closed);
            }
        });
        writer.start();
        writer.join(1_000);
        assertThat(writer.isAlive()).as("still writing").isTrue();
        proxy.heal();
        assertThat(read(socket, much.length)).isEqualTo(much);
        writer.join();
    }

    @Test
    void connection_that_was_swallowed_stays_dead_and_a_new_one_works() throws IOException {
        Socket socket = dial(0, 1);
        assertThat(echoed(socket, bytes("a"))).isEqualTo(bytes("a"));
        proxy.rule(0, 1, Rule.SWALLOW);
        socket.getOutputStream().write(bytes("b"));
        assertSilent(socket);
        Socket duringFault = dial(0, 1);
        duringFault.getOutputStream().write(bytes("c"));
        assertSilent(duringFault);
        proxy.heal();
        socket.getOutputStream().write(bytes("d"));
        duringFault.getOutputStream().write(bytes("e"));
        assertSilent(socket);
        assertSilent(duringFault);
        assertThat(echoed(dial(0, 1), bytes("f"))).isEqualTo(bytes("f"));
        assertThat(echoes.get(1).received()).isEqualTo(2);
    }

    @Test
    void delay_counts_for_each_way_and_keeps_the_order() throws IOException {
        proxy.rule(0, 1, Rule.delay(60, 120));
        proxy.rule(1, 0, Rule.delay(40, 40));
        Socket socket = dial(0, 1);
        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            socket.getOutputStream().write(bytes(String.valueOf((char) ('a' + i))));
        }
        assertThat(read(socket, 20)).isEqualTo(bytes("abcdefghijklmnopqrst"));
        assertThat(millisSince(begin)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void throttled_connection_takes_as_long_as_its_bytes_need() throws IOException {
        proxy.rule(0, 1, Rule.throttle(1_000_000));
        long begin = System.nanoTime();
        byte[] sent = new byte[300_000];
        assertThat(echoed(dial(0, 1), sent)).isEqualTo(sent);
        assertThat(millisSince(begin)).isGreaterThanOrEqualTo(295);
    }

    @Test
    void bytes_that_were_late_or_slow_come_at_once_when_healed() throws IOException {
        for (Rule rule : List.of(Rule.throttle(1_000), Rule.delay(60_000, 60_000))) {
            proxy.rule(0, 1, rule);
            Socket socket = dial(0, 1);
            byte[] sent = new byte[100_000];
            socket.getOutputStream().write(sent);
            assertSilent(socket);
            proxy.heal();
            assertThat(read(socket, sent.length)).isEqualTo(sent);
        }
    }

    @Test
    void refused_connections_end_and_so_do_new_ones() throws IOException {
        Socket there = dial(0, 1);
        Socket back = dial(1, 0);
        Socket other = dial(0, 2);
        assertThat(echoed(there, bytes("a"))).isEqualTo(bytes("a"));
        assertThat(echoed(back, bytes("b"))).isEqualTo(bytes("b"));
        proxy.rule(0, 1, Rule.REFUSE);
        assertEnds(there);
        assertEnds(back);
        assertThatThrownBy(() -> read(dial(0, 1), 1))
                .as("it ends while it is made, or then")
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
        assertThat(echoed(other, bytes("c"))).isEqualTo(bytes("c"));
        proxy.heal();
        assertThat(echoed(dial(0, 1), bytes("d"))).isEqualTo(bytes("d"));
    }

    @Test
    void node_is_ruled_with_all_its_others() throws IOException {
        Socket away = dial(1, 0);
        Socket between = dial(0, 2);
        proxy.ruleAround(1, Rule.HOLD, Rule.HOLD);
        away.getOutputStream().write(bytes("a"));
        assertSilent(away);
        assertThat(echoed(between, bytes("b"))).isEqualTo(bytes("b"));
        proxy.heal();
        assertThat(read(away, 1)).isEqualTo(bytes("a"));
        proxy.resetAround(1);
        assertEnds(away);
        assertThat(echoed(dial(1, 0), bytes("c"))).isEqualTo(bytes("c"));
        assertThat(echoed(between, bytes("d"))).isEqualTo(bytes("d"));
    }

    @Test
    void connections_end_by_chance_where_they_are_told_to() throws IOException {
        proxy.rule(0, 1, Rule.resets(0.2));
        Socket socket = dial(0, 1);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        echoed(socket, bytes("x"));
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void end_of_one_side_reaches_the_other_once_it_can() throws IOException {
        Socket socket = dial(0, 1);
        assertThat(echoed(socket, bytes("a"))).isEqualTo(bytes("a"));
        assertThat(echoes.get(1).open()).isEqualTo(1);
        proxy.rule(0, 1, Rule.HOLD);
        socket.close();
        awaitHeldEnd(0, 1);
        assertThat(echoes.get(1).open()).isEqualTo(1);
        proxy.heal();
        echoes.get(1).awaitOpen(0);
        assertThat(proxy.heldEnds(0, 1)).isZero();
    }

    private void awaitHeldEnd(int from, int to) {
        long deadlineNanos = System.nanoTime() + LONG_MILLIS * 1_000_000L;
        while (proxy.heldEnds(from, to) == 0) {
            assertThat(System.nanoTime()).as("end held in time").isLessThan(deadlineNanos);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Socket dial(int from, int to) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(LONG_MILLIS);
        socket.connect(proxy.address(from, to), LONG_MILLIS);
        return socket;
    }

    private static byte[] echoed(Socket socket, byte[] sent) throws IOException {
        Thread writer = new Thread(() -> {
            try {
                socket.getOutputStream().write(sent);
            } catch (IOException closed) {
                // The reader finds it closed too.
                return;
            }
        });
        writer.start();
        return read(socket, sent.length);
    }

    private static byte[] read(Socket socket, int bytes) throws IOException {
        byte[] read = socket.getInputStream().readNBytes(bytes);
        if (read.length < bytes) {
            throw new IOException("ended after " + read.length + " bytes");
        }
        return read;
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(SOON_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(LONG_MILLIS);
    }

    private static void assertEnds(Socket socket) {
        assertThatThrownBy(() -> read(socket, 1))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** Sends back what it is sent. */
    private static final class Echo implements AutoCloseable {
        private final ServerSocket listener;
        private long received;
        private int open;

        Echo(int port) throws IOException {
            listener = new ServerSocket(port, 64, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(this::accept, "echo-" + port);
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    socket.setTcpNoDelay(true);
                    Thread thread = new Thread(() -> serve(socket), "echo");
                    thread.setDaemon(true);
                    thread.start();
                }
            } catch (IOException closed) {
                // The test is over.
                return;
            }
        }

        private void serve(Socket socket) {
            count(0, 1);
            byte[] buffer = new byte[1 << 16];
            try (socket) {
                InputStream in = socket.getInputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    count(read, 0);
                    socket.getOutputStream().write(buffer, 0, read);
                }
            } catch (IOException reset) {
                // As good as an end.
                return;
            } finally {
                count(0, -1);
            }
        }

        private synchronized void count(int bytes, int connections) {
            received += bytes;
            open += connections;
            notifyAll();
        }

        synchronized long received() {
            return received;
        }

        synchronized int open() {
            return open;
        }

        synchronized void awaitReceived(long bytes) {
            await(() -> received >= bytes);
        }

        synchronized void awaitOpen(int connections) {
            await(() -> open == connections);
        }

        private void await(BooleanSupplier condition) {
            long deadlineNanos = System.nanoTime() + LONG_MILLIS * 1_000_000L;
            try {
                while (!condition.getAsBoolean()) {
                    assertThat(System.nanoTime()).isLessThan(deadlineNanos);
                    wait(SOON_MILLIS);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
