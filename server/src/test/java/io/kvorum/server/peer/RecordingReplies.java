package io.kvorum.server.peer;

import io.kvorum.server.peer.message.PeerMessage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a call came to: the answer, or LOST. */
final class RecordingReplies implements ReplyHandler {
    static final String LOST = "lost";

    final LinkedBlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();

    @Override
    public void onReply(int peer, PeerMessage reply) {
        outcomes.add(reply);
    }

    @Override
    public void onLost(int peer) {
        outcomes.add(LOST);
    }

    Object awaitOne() throws InterruptedException {
        Object outcome = outcomes.poll(20, TimeUnit.SECONDS);
        if (outcome == null) {
            throw new AssertionError("no answer within 20 s");
        }
        return outcome;
    }
}
