package io.kvorum.tests.sim.bug;

import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ReapHeldAnswer;
import io.kvorum.tests.sim.cluster.Sabotage;
import java.util.function.UnaryOperator;

/** Bugs in agreeing upon what goes for ever. */
final class Reaping {
    private Reaping() {}

    /** What is kept for others is not looked at. */
    static Sabotage withoutHints() {
        return answers(real -> real instanceof ReapHeldAnswer answer
                ? new ReapHeldAnswer(answer.acceptsFromMillis(), 0, false)
                : real);
    }

    private static Sabotage answers(UnaryOperator<PeerMessage> tampering) {
        return new Sabotage() {
            @Override
            public PeerMessage answer(PeerMessage real) {
                return tampering.apply(real);
            }
        };
    }
}
