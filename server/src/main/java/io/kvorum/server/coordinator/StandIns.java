package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;

/**
 * The fallbacks that one request uses in the place of owners (Dynamo §4.6): each at most once, in the order of the preference
 * list, so that two copies that count are on two nodes. Owned by the loop of the request.
 */
final class StandIns {
    private final ClusterView view;
    private final PeerTransport transport;
    private final int partition;

    /** By place of the owner: who stands in for it, or 0: this node is an owner itself. */
    private final int[] peers;

    private final long[] calls;
    private int next;
    private int outstanding;

    StandIns(ClusterView view, PeerTransport transport, int partition) {
        this.view = view;
        this.transport = transport;
        this.partition = partition;
        int owners = view.owners(partition).length;
        this.peers = new int[owners];
        this.calls = new long[owners];
    }

    /** How many fallbacks could be asked now. */
    static int usable(ClusterView view, PeerTransport transport, int partition) {
        int usable = 0;
        for (int peer : view.fallbacks(partition)) {
            usable += isUsable(view, transport, peer) ? 1 : 0;
        }
        return usable;
    }

    /** The next fallback that can be asked and was not, or 0. */
    int next() {
        int[] fallbacks = view.fallbacks(partition);
        while (next < fallbacks.length) {
            int peer = fallbacks[next++];
            if (isUsable(view, transport, peer)) {
                return peer;
            }
        }
        return 0;
    }

    /** A fallback was asked in the place of an owner. */
    void asked(int place, int peer, long call) {
        peers[place] = peer;
        calls[place] = call;
        outstanding++;
    }

    /** The place of the owner that this peer stands in for, and has not answered for; -1 if there is none. */
    int waitingFor(int peer) {
        for (int place = 0; place < peers.length; place++) {
            if (peers[place] == peer && calls[place] != PeerTransport.NOT_SENT) {
                return place;
            }
        }
        return -1;
    }

    /** Whether the place has a stand-in that has not answered. */
    boolean isWaiting(int place) {
        return calls[place] != PeerTransport.NOT_SENT;
    }

    /** The stand-in of a place has answered, or will not. */
    void ended(int place) {
        calls[place] = PeerTransport.NOT_SENT;
        outstanding--;
    }

    /** How many have not answered. */
    int outstanding() {
        return outstanding;
    }

    /** Time is out: forgets who has not answered. */
    void forget(MissedPeers missed) {
        for (int place = 0; place < peers.length; place++) {
            if (isWaiting(place)) {
                transport.forget(peers[place], calls[place]);
                missed.missed(peers[place]);
                ended(place);
            }
        }
    }

    /** Told who let its time run out. */
    interface MissedPeers {
        void missed(int peer);
    }

    private static boolean isUsable(ClusterView view, PeerTransport transport, int peer) {
        return peer > 0 && view.isHealthy(peer) && transport.isReachable(peer);
    }
}
