package io.kvorum.server.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.codec.resp.RespLimits;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandBench;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.config.ClientConfig;
import io.kvorum.server.config.Secret;
import io.kvorum.server.runtime.Threads;
import io.kvorum.server.runtime.TransportKind;
import io.kvorum.server.runtime.Transports;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The door with real sockets on it, on one event loop. */
class ClientServerTest {
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long QUIET_MILLIS = TimeUnit.NANOSECONDS.toMillis(DrainPace.QUIET_NANOS);
    private static final long HURRY_MILLIS = TimeUnit.NANOSECONDS.toMillis(DrainPace.HURRY_NANOS);
    private static final ClientConfig CONFIG = new ClientConfig(
            "",
            0,
            Secret.NONE,
            true,
            100,
            300,
            DRAIN_NANOS,
            RespLimits.DEFAULTS,
            65536,
            1024,
            1 << 28,
            1 << 29,
            false,
            1000,
            128 << 10,
            null);

    private final BlockingQueue<PendingReply> waiting = new ArrayBlockingQueue<>(10);
    private final Command later = Command.named("later").handledBy(call -> waiting.add(call.defer()));
    private final Transports transports = Transports.open(TransportKind.NIO, 1, new Threads().eventLoops());
    private final EventLoop eventLoop = loopOf(transports);
    private final CommandBench bench = new CommandBench(1, 1, Secret.NONE, List.of(later), eventLoop);
    private final ClientLoop loop = new ClientLoop(bench.loop, new FlushQueue(eventLoop));
    private final ClientServer server =
            new ClientServer(transports.group(), transports.serverChannelClass(), CONFIG, any -> loop, () -> {});

    private static EventLoop loopOf(Transports transports) {
        for (EventExecutor executor : transports.group()) {
            return (EventLoop) executor;
        }
        throw new IllegalStateException("no event loop");
    }

    @AfterEach
    void close() {
        server.close();
        transports.close();
    }

    private InetSocketAddress start() {
        return server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static String exchange(Socket socket, String request, int replyBytes) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(replyBytes), StandardCharsets.US_ASCII);
    }

    @Test
    void a_client_is_answered_and_listed() throws IOException {
        InetSocketAddress address = start();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertThat(exchange(socket, "set k v\r\nget k\r\n", 12)).isEqualTo("+OK\r\n$1\r\nv\r\n");
            assertThat(exchange(socket, "client list\r\n", 40))
                    .contains("id=1 addr=127.0.0.1:" + socket.getLocalPort());
        }
    }

    @Test
    void a_paused_client_that_goes_is_noticed_at_once() throws IOException {
        InetSocketAddress address = start();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertThat(exchange(socket, "client pause 100000000\r\nping\r\n", 5))
                    .isEqualTo("+OK\r\n");
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (bench.loop.sessions().directory().count() > 0) {
            assertThat(System.nanoTime()).as("still there").isLessThan(deadline);
        }
        assertThat(bench.loop.sessions().directory().pause().heldBack()).isZero();
    }

    @Test
    void a_client_that_ends_its_side_behind_its_last_request_is_answered() throws Exception {
        InetSocketAddress address = start();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write("later\r\nset k v\r\nget k\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            PendingReply reply = waiting.poll(10, TimeUnit.SECONDS);
            assertThat(reply).isNotNull();
            // The end has come by then: the loop has looked at its sockets since.
            for (int turn = 0; turn < 10; turn++) {
                eventLoop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get();
            }
            eventLoop.submit(() -> reply.error("ERR done")).get();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("-ERR done\r\n+OK\r\n$1\r\nv\r\n");
        }
    }

    @Test
    void a_reply_may_be_larger_than_any_buffer() throws IOException {
        InetSocketAddress address = start();
        String value = "x".repeat(20_000_000);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertThat(exchange(socket, "*3\r\n$3\r\nset\r\n$1\r\nk\r\n$20000000\r\n" + value + "\r\n", 5))
                    .isEqualTo("+OK\r\n");
            assertThat(exchange(socket, "get k\r\nget k\r\nping\r\n", 2 * (11 + 20_000_000 + 2) + 7))
                    .isEqualTo(("$20000000\r\n" + value + "\r\n").repeat(2) + "+PONG\r\n");
        }
    }

    @Test
    void closing_answers_what_was_taken_and_then_closes() throws IOException, InterruptedException {
        InetSocketAddress address = start();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write("later\r\n".getBytes(StandardCharsets.US_ASCII));
            PendingReply reply = waiting.poll(10, TimeUnit.SECONDS);
            assertThat(reply).isNotNull();
            eventLoop.execute(() -> eventLoop.execute(() -> {
                bench.pass(HURRY_MILLIS);
                reply.error("ERR done");
            }));
            server.close();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("-ERR done\r\n");
        }
        awaitRefusal(address);
    }

    private static void awaitRefusal(InetSocketAddress address) {
        // The JDK's selector lets go of a closed listener only when it next selects: a moment later than close returns.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (accepts(address)) {
            assertThat(System.nanoTime()).as("still listening").isLessThan(deadline);
        }
    }

    @Test
    void draining_takes_nobody_new_and_closes_who_is_silent_without_a_word() throws Exception {
        InetSocketAddress address = start();
        assertThat(server.isDraining()).isFalse();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertThat(exchange(socket, "ping\r\n", 7)).isEqualTo("+PONG\r\n");
            eventLoop.submit(() -> bench.pass(QUIET_MILLIS)).get();
            server.drain();
            assertThat(server.isDraining()).isTrue();
            assertThat(server.drainStatus().leftMillis()).isPositive();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        awaitRefusal(address);
    }

    @Test
    void draining_answers_what_was_sent_before_it_and_during_it() throws Exception {
        InetSocketAddress address = start();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write("later\r\n".getBytes(StandardCharsets.US_ASCII));
            PendingReply reply = waiting.poll(10, TimeUnit.SECONDS);
            assertThat(reply).isNotNull();
            eventLoop.submit(() -> bench.pass(HURRY_MILLIS / 2)).get();
            server.drain();
            eventLoop
                    .submit(() -> {
                        bench.pass(HURRY_MILLIS - 1);
                        reply.error("ERR done");
                    })
                    .get();
            assertThat(new String(socket.getInputStream().readNBytes(11), StandardCharsets.US_ASCII))
                    .isEqualTo("-ERR done\r\n");
            assertThat(exchange(socket, "ping\r\n", 7))
                    .as("not closed in a hurry")
                    .isEqualTo("+PONG\r\n");
            socket.getOutputStream().write("later\r\n".getBytes(StandardCharsets.US_ASCII));
            PendingReply last = waiting.poll(10, TimeUnit.SECONDS);
            assertThat(last).isNotNull();
            eventLoop
                    .submit(() -> {
                        bench.pass(1);
                        last.error("ERR last");
                    })
                    .get();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .as("its answer, and the end")
                    .isEqualTo("-ERR last\r\n");
        }
    }

    private static boolean accepts(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void an_address_that_is_taken_is_named() {
        InetSocketAddress taken = start();
        ClientServer second =
                new ClientServer(transports.group(), transports.serverChannelClass(), CONFIG, any -> loop, () -> {});
        assertThatThrownBy(() -> second.start(taken))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(String.valueOf(taken.getPort()));
        second.close();
    }
}
