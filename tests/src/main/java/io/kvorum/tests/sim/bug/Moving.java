package io.kvorum.tests.sim.bug;

import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.Consent;
import io.kvorum.server.peer.message.ConsentAnswer;
import io.kvorum.server.peer.message.EventsAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimLife;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Bugs of those whose partitions change hands. */
final class Moving {
    /** Some seconds of gossip. */
    private static final int MESSAGES_UNHEARD = 60;

    private Moving() {}

    /** Says that it gives a partition up, goes on as before, and hears late that another has it. */
    static Sabotage withoutGivingUp() {
        return new Sabotage() {
            @Override
            public Map<MessageType, PeerRequestHandler> handlers(
                    SimLife life, Map<MessageType, PeerRequestHandler> real) {
                Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(real);
                int[] unheard = new int[1];
                handlers.computeIfPresent(MessageType.CONSENT, (type, right) -> (peer, request, info, answer) -> {
                    unheard[0] = MESSAGES_UNHEARD;
                    int[] partitions = ((Consent) request).partitions();
                    long[] roots = Arrays.stream(partitions)
                            .mapToLong(partition -> life.engine().root(partition))
                            .toArray();
                    answer.answer(new ConsentAnswer(life.bootId(), partitions, roots));
                });
                handlers.computeIfPresent(MessageType.EVENTS, (type, right) -> (peer, request, info, answer) -> {
                    if (unheard[0]-- > 0) {
                        answer.answer(new EventsAnswer(0));
                    } else {
                        right.handle(peer, request, info, answer);
                    }
                });
                handlers.computeIfPresent(MessageType.GOSSIP, (type, right) -> (peer, request, info, answer) -> {
                    if (unheard[0]-- <= 0) {
                        right.handle(peer, request, info, answer);
                    }
                });
                return handlers;
            }
        };
    }

    /** Finds nothing that came to the old owner after it had been pulled. */
    static Sabotage withoutComparing() {
        return new Sabotage() {
            @Override
            public PeerMessage answer(PeerMessage real) {
                return real instanceof LeavesAnswer leaves ? new LeavesAnswer(new long[leaves.sums().length]) : real;
            }
        };
    }
}
