package io.kvorum.server.peer;

import io.kvorum.ring.NodeId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections with members whose handshake is over, in both directions, for people to look at. Any thread: who looks
 * is on one loop, and the connections are on all; what is read of a channel may be read by anybody.
 */
final class PeerLinks {
    private final Map<Channel, Open> open = new ConcurrentHashMap<>();

    private record Open(NodeId node, boolean incoming, long sinceMillis) {}

    private record Way(NodeId node, boolean incoming) implements Comparable<Way> {
        private static final Comparator<Way> ORDER =
                Comparator.comparing(Way::node).thenComparing(Way::incoming);

        @Override
        public int compareTo(Way other) {
            return ORDER.compare(this, other);
        }
    }

    void add(Channel channel, NodeId node, boolean incoming, long nowMillis) {
        open.put(channel, new Open(node, incoming, nowMillis));
    }

    void remove(Channel channel) {
        open.remove(channel);
    }

    /** One for each node and direction, ordered by node, those made by this node first. */
    List<PeerLinkStatus> status() {
        Map<Way, PeerLinkStatus> ways = new TreeMap<>();
        open.forEach((channel, link) -> ways.merge(
                new Way(link.node, link.incoming),
                new PeerLinkStatus(
                        link.node,
                        link.incoming,
                        1,
                        link.sinceMillis,
                        channel.config().isAutoRead(),
                        unsentBytes(channel)),
                PeerLinkStatus::and));
        return new ArrayList<>(ways.values());
    }

    private static long unsentBytes(Channel channel) {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.totalPendingWriteBytes();
    }
}
