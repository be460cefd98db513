package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespProtocolException;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestDecoder;
import io.kvorum.server.Node;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.storage.disk.Disk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.RedisMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole node at its door for clients. Whatever a connection sends, each request is answered once and in order, no
 * answer speaks of an internal error, bytes that are no request are answered by one error and the connection's end, and
 * the node goes on answering others.
 *
 * <pre>
 *   bytes of the connection
 * </pre>
 *
 * The node runs in this process, so that the leak detector follows its buffers too. It is started by the first input.
 */
final class CommandsTarget implements FuzzTarget {
    private static final int ANSWERED_WITHIN_MILLIS = 10_000;
    private static final byte[] LAST = "last of the replies".getBytes(US_ASCII);

    private @Nullable Running running;

    @Override
    public String name() {
        return "commands";
    }

    @Override
    public int runs() {
        return 150;
    }

    @Override
    public int bytesMax() {
        return 1024;
    }

    @Override
    public void run(byte[] input) throws Exception {
        if (running == null) {
            running = new Running();
        }
        Expected expected = Expected.of(input);
        List<RespReply> replies;
        try (Socket socket = running.connect()) {
            socket.getOutputStream().write(input);
            if (expected.goesOn()) {
                socket.getOutputStream().write(Requests.multibulk(List.of("ECHO".getBytes(US_ASCII), LAST)));
            }
            socket.getOutputStream().flush();
            replies = read(socket.getInputStream(), expected);
        }
        for (RespReply reply : replies) {
            Claims.holds(
                    !reply.isError()
                            || !reply.asString().toLowerCase(Locale.ROOT).contains("internal error"),
                    "a bug behind a request: " + reply);
        }
        if (expected.error != null) {
            RespReply last = replies.get(replies.size() - 1);
            Claims.equal(last.asString(), "ERR " + expected.error, "the answer to what is no request");
        } else if (expected.goesOn()) {
            Claims.sameBytes(replies.get(replies.size() - 1).asBytes(), LAST, "the last reply");
        }
        try (Socket other = running.connect()) {
            other.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
            Claims.equal(new String(other.getInputStream().readNBytes(7), US_ASCII), "+PONG\r\n", "another's PING");
        }
    }

    /** Reads as many replies as there should be, and to the end of the connection where that should come. */
    private static List<RespReply> read(InputStream in, Expected expected) throws IOException {
        EmbeddedChannel channel = new EmbeddedChannel();
        RespClientPipeline.addTo(channel.pipeline(), RespLimits.DEFAULTS);
        List<RespReply> replies = new ArrayList<>();
        byte[] buffer = new byte[1 << 16];
        boolean ended = false;
        while (!ended && (expected.ends || replies.size() < expected.replies())) {
            int length = in.read(buffer);
            ended = length < 0;
            if (!ended) {
                ByteBuf received = Unpooled.copiedBuffer(buffer, 0, length);
                channel.writeInbound(received);
            }
            for (RedisMessage message = channel.readInbound(); message != null; message = channel.readInbound()) {
                replies.add(RespReply.of(message));
            }
        }
        channel.finishAndReleaseAll();
        Claims.equal(replies.size(), expected.replies(), "replies");
        return replies;
    }

    /** What a node owes these bytes. */
    private record Expected(int requests, @Nullable String error, boolean ends, boolean unfinished) {
        static Expected of(byte[] bytes) {
            RespRequestDecoder decoder = new RespRequestDecoder(RespLimits.DEFAULTS, new Scratch());
            decoder.setAuthenticated(true);
            decoder.append(Unpooled.wrappedBuffer(bytes));
            RespRequest request = new RespRequest();
            int requests = 0;
            try {
                while (decoder.next(request)) {
                    requests++;
                    if (request.matches(0, "QUIT".getBytes(US_ASCII))) {
                        return new Expected(requests, null, true, false);
                    }
                }
                return new Expected(requests, null, false, decoder.leftOverBytes() > 0);
            } catch (RespProtocolException refused) {
                return new Expected(requests, refused.getMessage(), true, false);
            } finally {
                decoder.close();
            }
        }

        boolean goesOn() {
            return !ends && !unfinished;
        }

        int replies() {
            return requests + (error != null || goesOn() ? 1 : 0);
        }
    }

    /** A cluster of one node. */
    private static final class Running implements AutoCloseable {
        private final Path directory;
        private final int port;
        private final Node node;

        Running() throws Exception {
            directory = Files.createTempDirectory("kvorum-fuzz-");
            port = freePort();
            NodeConfig config = ConfigLoader.of(
                    "port=" + port,
                    "peer.port=0",
                    "http.port=0",
                    "io-threads=1",
                    "cluster.partitions=8",
                    "max-memory=16mb",
                    "data-dir=" + directory);
            node = new Node(config, false, Disk.system());
            node.start();
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWERED_WITHIN_MILLIS);
            return socket;
        }

        @Override
        public void close() {
            node.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int request = random.nextInt(1, 8); request > 0; request--) {
                out.writeBytes(
                        random.nextInt(5) == 0 ? Requests.inline(random) : Requests.multibulk(Requests.random(random)));
            }
            seeds.add(out.toByteArray());
        }
        return seeds;
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }
}
