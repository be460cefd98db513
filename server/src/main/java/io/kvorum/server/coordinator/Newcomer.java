package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;

/**
 * Who is about to join the owners of a partition, as one request sees it that has to count it besides them: coordinators that
 * know already that it has joined may read, or write, so few of them that they would miss this request, or it them, otherwise.
 * Owned by the loop of the request.
 */
final class Newcomer {
    private final ClusterView view;
    private final PeerTransport transport;
    private final int peer;
    private final int together;
    private long call = PeerTransport.NOT_SENT;
    private boolean counts;

    /**
     * Has not been asked.
     *
     * @param peer its number
     * @param together how many of the owners and this one are needed, besides what is needed of the owners alone
     */
    Newcomer(ClusterView view, PeerTransport transport, int peer, int together) {
        this.view = view;
        this.transport = transport;
        this.peer = peer;
        this.together = together;
    }

    int together() {
        return together;
    }

    boolean is(int other) {
        return other == peer;
    }

    /** Whether so many of the owners would be enough, with this one if it may answer yet, or has. */
    boolean couldComplete(int owners) {
        return owners + (counts || isWaiting() ? 1 : 0) >= together;
    }

    /** Whether so many of the owners would be enough if it can be asked now. */
    boolean isReachableFor(int owners) {
        return owners + (view.isHealthy(peer) && transport.isReachable(peer) ? 1 : 0) >= together;
    }

    /** Whether so many of the owners are enough, with this one if it has answered. */
    boolean completes(int owners) {
        return owners + (counts ? 1 : 0) >= together;
    }

    /** Asks it; false if nothing can be sent. */
    boolean ask(PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        call = transport.call(peer, request, deadlineNanos, handler);
        return isWaiting();
    }

    /** Whether it was asked, and has not answered. */
    boolean isWaiting() {
        return call != PeerTransport.NOT_SENT;
    }

    /** It has answered, or will not. */
    void answered(boolean nowCounts) {
        call = PeerTransport.NOT_SENT;
        counts |= nowCounts;
    }

    /** Waits no more; a silent one is named. */
    void forget(StandIns.MissedPeers missed) {
        if (isWaiting()) {
            transport.forget(peer, call);
            missed.missed(peer);
            answered(false);
        }
    }

    /** What it has answered is over. */
    void reset() {
        counts = false;
    }
}
