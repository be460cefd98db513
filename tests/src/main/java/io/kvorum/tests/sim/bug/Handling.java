package io.kvorum.tests.sim.bug;

import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimLife;
import java.util.EnumMap;
import java.util.Map;

/** Does something else with one type of message of peers. */
final class Handling implements Sabotage {
    private final MessageType type;
    private final Wrong wrong;

    /** What is done with such a message. */
    @FunctionalInterface
    interface Wrong {
        /** Takes a message; {@code real} would do it right. */
        void handle(SimLife life, PeerMessage request, Answer answer, Right real);
    }

    /** Does what is right with the message, but gives the answer to whom it is told. */
    @FunctionalInterface
    interface Right {
        void handle(Answer answer);
    }

    Handling(MessageType type, Wrong wrong) {
        this.type = type;
        this.wrong = wrong;
    }

    @Override
    public Map<MessageType, PeerRequestHandler> handlers(SimLife life, Map<MessageType, PeerRequestHandler> real) {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(real);
        handlers.computeIfPresent(
                type,
                (any, right) -> (peer, request, info, answer) -> wrong.handle(
                        life,
                        request,
                        answer,
                        to -> right.handle(
                                peer, request, new FrameInfo(info.deadlineNanos(), info.senderClock()), to)));
        return handlers;
    }
}
