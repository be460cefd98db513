package io.kvorum.server.sim;

import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Connections between lives of nodes: what is under way may be overtaken, a request may arrive twice, and a connection
 * that breaks loses what is under way on it and tells both ends.
 */
final class SimNetwork {
    private final SplittableRandom random;
    private final SimNode[] nodes;
    private final boolean[][] cut;
    private final List<Message> underWay = new ArrayList<>();
    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
    private long calls;

    private record Message(SimNode from, SimNode to, long call, PeerMessage content, long clock, boolean isReply) {}

    private record Waiting(SimNode from, SimNode to, ReplyHandler handler) {}

    SimNetwork(SplittableRandom random, SimNode[] nodes) {
        this.random = random;
        this.nodes = nodes;
        this.cut = new boolean[nodes.length][nodes.length];
    }

    boolean isConnected(int one, int other) {
        return isUp(one) && isUp(other) && !cut[one][other];
    }

    /** At the very beginning not all are there. */
    @SuppressWarnings("NullAway")
    private boolean isUp(int node) {
        return nodes[node] != null && nodes[node].up;
    }

    PeerTransport transportOf(SimNode from) {
        return new PeerTransport() {
            @Override
            public long call(int peer, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
                SimNode to = nodes[from.nodeOf(peer)];
                if (!isReachable(peer)) {
                    return NOT_SENT;
                }
                long call = ++calls;
                waiting.put(call, new Waiting(from, to, handler));
                underWay.add(new Message(from, to, call, request, from.stamps.current(), false));
                return call;
            }

            @Override
            public void tell(int peer, PeerMessage message) {
                if (isReachable(peer)) {
                    underWay.add(new Message(from, nodes[from.nodeOf(peer)], 0, message, from.stamps.current(), false));
                }
            }

            @Override
            public void forget(int peer, long call) {
                waiting.remove(call);
            }

            @Override
            public boolean isReachable(int peer) {
                return from.up && isConnected(from.id, from.nodeOf(peer));
            }
        };
    }

    boolean isQuiet() {
        return underWay.isEmpty();
    }

    /** Lets something arrive; mostly the oldest. */
    void deliverOne() {
        int at = random.nextInt(3) == 0 ? random.nextInt(underWay.size()) : 0;
        boolean twice = !underWay.get(at).isReply && random.nextInt(20) == 0;
        Message message = twice ? underWay.get(at) : underWay.remove(at);
        message.to.stamps.observe(message.clock);
        if (message.isReply) {
            Waiting call = waiting.remove(message.call);
            if (call != null) {
                call.handler.onReply(message.to.peerOf(message.from.id), message.content);
            }
            return;
        }
        PeerMessage answer = message.to.answer(message.to.peerOf(message.from.id), message.content, message.clock);
        if (message.call != 0 && !twice) {
            underWay.add(
                    new Message(message.to, message.from, message.call, answer, message.to.stamps.current(), true));
        }
    }

    /** Ends the connections between two nodes; they are made anew at once, unless they stay cut. */
    void breakConnection(int one, int other, boolean stayCut) {
        cut[one][other] = stayCut;
        cut[other][one] = stayCut;
        lose(nodes[one], nodes[other]);
    }

    /** A life ends, and with it all its connections. */
    void end(SimNode node) {
        lose(node, null);
    }

    void healAll() {
        for (boolean[] row : cut) {
            Arrays.fill(row, false);
        }
    }

    private void lose(SimNode one, @Nullable SimNode other) {
        underWay.removeIf(message -> isBetween(message.from, message.to, one, other));
        List<Waiting> lost = new ArrayList<>();
        waiting.values().removeIf(call -> isBetween(call.from, call.to, one, other) && lost.add(call));
        for (Waiting call : lost) {
            if (call.from.up) {
                call.handler.onLost(call.from.peerOf(call.to.id));
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // one life of a node, not the node
    private static boolean isBetween(SimNode from, SimNode to, SimNode one, @Nullable SimNode other) {
        return (from == one && (other == null || to == other)) || (to == one && (other == null || from == other));
    }
}
