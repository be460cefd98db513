package io.kvorum.server.coordinator;

import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;

/**
 * What one write has asked of the owners, and has no answer to yet: by place in the preference list, one call at a time. Owned
 * by the loop of the write; places are less than 32.
 */
final class OwnerCalls {
    private final PeerTransport transport;
    private final int[] owners;
    private final long[] calls;

    /** A bit for each place that was sent the record a second time. */
    private int again;

    OwnerCalls(PeerTransport transport, int[] owners) {
        this.transport = transport;
        this.owners = owners;
        this.calls = new long[owners.length];
    }

    /** Asks the owner at a place; false if nothing can be sent. */
    boolean ask(int place, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        calls[place] = transport.call(owners[place], request, deadlineNanos, handler);
        return isWaiting(place);
    }

    /** Likewise, because what it was sent first was too old. */
    boolean askAgain(int place, PeerMessage request, long deadlineNanos, ReplyHandler handler) {
        again |= 1 << place;
        return ask(place, request, deadlineNanos, handler);
    }

    boolean wasAskedAgain(int place) {
        return (again & (1 << place)) != 0;
    }

    /** Whether the owner at a place was asked, and has not answered. */
    boolean isWaiting(int place) {
        return calls[place] != PeerTransport.NOT_SENT;
    }

    /** It has answered, or will not. */
    void ended(int place) {
        calls[place] = PeerTransport.NOT_SENT;
    }

    /** Waits for nobody any more; who is silent is named. */
    void forget(StandIns.MissedPeers silent) {
        again = 0;
        for (int place = 0; place < owners.length; place++) {
            if (isWaiting(place)) {
                transport.forget(owners[place], calls[place]);
                ended(place);
                silent.missed(owners[place]);
            }
        }
    }
}
