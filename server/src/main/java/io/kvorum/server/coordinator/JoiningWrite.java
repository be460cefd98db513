package io.kvorum.server.coordinator;

import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;

/**
 * A write on its way to who joins the owners, and need not be waited for. The owners may have been compared with it already,
 * or be so for the last time: what it does not take now is noted as missed, as of an owner, since it soon is one.
 *
 * @param missedWrites where that is noted
 * @param key what is written
 */
record JoiningWrite(MissedWrites missedWrites, KeyRef key) implements ReplyHandler {
    /** Sends it. */
    void send(PeerTransport transport, int peer, PeerMessage request, long deadlineNanos) {
        if (transport.call(peer, request, deadlineNanos, this) == PeerTransport.NOT_SENT) {
            missedWrites.missed(peer, key);
        }
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        if (!(reply instanceof WriteAnswer answer) || !isKnownTo(answer.status())) {
            missedWrites.missed(peer, key);
        }
    }

    @Override
    public void onLost(int peer) {
        missedWrites.missed(peer, key);
    }

    /** Whether a newcomer has the write, or will fetch it: who does not see itself as one yet has yet to compare its copy. */
    static boolean isKnownTo(WriteAnswer.Status status) {
        return status.merged() || status == WriteAnswer.Status.ARRIVING || status == WriteAnswer.Status.NOT_OWNER;
    }
}
