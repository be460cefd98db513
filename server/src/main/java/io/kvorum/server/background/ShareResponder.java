package io.kvorum.server.background;

import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.ShareAnswer;

/** Tells others what the clients of this node leave for their work. Safe from every thread. */
public final class ShareResponder implements PeerRequestHandler {
    private final Budget budget;

    /** Answers from this. */
    public ShareResponder(Budget budget) {
        this.budget = budget;
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        Share share = (Share) request;
        BackgroundJob job = switch (share.work()) {
            case HANDOFF -> BackgroundJob.HANDOFF;
            case ANTI_ENTROPY -> BackgroundJob.ANTI_ENTROPY;
        };
        answer.answer(new ShareAnswer(budget.percentForOthers(job, share.usedPercent())));
    }
}
