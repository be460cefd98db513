package io.kvorum.server.command.memcached;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.memcached.McLimits;
import io.kvorum.codec.memcached.McProtocolException;
import io.kvorum.codec.memcached.McRequestDecoder;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.kvorum.server.command.TestCluster;
import io.kvorum.server.command.admin.NodeStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** memcached's clients at the nodes of a {@link TestCluster}. */
final class McBench {
    final TestCluster cluster;
    final List<McDispatcher> dispatchers = new ArrayList<>();

    McBench(int nodes, int n) {
        cluster = new TestCluster(nodes, n);
        for (int node = 0; node < nodes; node++) {
            McStats stats =
                    new McStats(nobody(), new McStats.Settings(11211, "127.0.0.1", 1 << 20, false), cluster::nowMillis);
            dispatchers.add(new McDispatcher(cluster.loop(node), stats));
        }
    }

    private static NodeStatus nobody() {
        return (NodeStatus) Proxy.newProxyInstance(
                NodeStatus.class.getClassLoader(), new Class<?>[] {NodeStatus.class}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    Client client(int node) {
        return new Client(node);
    }

    /** One connection. */
    final class Client {
        final Session session = new Session(1, "127.0.0.1:5", "127.0.0.1:11211", true, 0);
        private final McDispatcher dispatcher;
        private final McRequestDecoder decoder =
                new McRequestDecoder(new McLimits(250, 1 << 20, 1 << 16, 1000), new Scratch());
        private final ReplyQueue replies = new ReplyQueue(UnpooledByteBufAllocator.DEFAULT, () -> {});

        private Client(int node) {
            dispatcher = dispatchers.get(node);
            decoder.setAuthenticated(true);
        }

        /** Sends bytes, and returns what is answered before time passes. */
        String send(String bytes) {
            ByteBuf packet = Unpooled.copiedBuffer(bytes, ISO_8859_1);
            decoder.append(packet);
            packet.release();
            try {
                dispatcher.beginBatch();
                while (decoder.next(dispatcher.request())) {
                    dispatcher.run(dispatcher.request(), session, replies);
                    cluster.settle();
                }
            } catch (McProtocolException refused) {
                return refused.line();
            }
            decoder.retain();
            return received();
        }

        /** Sends a line, without its end, and returns the reply with line ends as bars. */
        String line(String line) {
            return send(line + "\r\n").replace("\r\n", "|");
        }

        /** Sends a line and a value. */
        String store(String line, String value) {
            return send(line + "\r\n" + value + "\r\n").replace("\r\n", "|");
        }

        String received() {
            ByteBuf output = replies.takeOutput();
            if (output == null) {
                return "";
            }
            String text = output.toString(ISO_8859_1);
            output.release();
            return text;
        }
    }
}
