package io.kvorum.tests.sim.bug;

import io.kvorum.server.peer.message.Consent;
import io.kvorum.server.peer.message.ConsentAnswer;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.tests.sim.cluster.Sabotage;
import java.util.Arrays;

/** Bugs of those whose partitions change hands. */
final class Moving {
    private Moving() {}

    /** Says that it gives a partition up, and goes on as before. */
    static Sabotage withoutGivingUp() {
        return new Handling(MessageType.CONSENT, (life, request, answer, right) -> {
            int[] partitions = ((Consent) request).partitions();
            long[] roots = Arrays.stream(partitions)
                    .mapToLong(partition -> life.engine().root(partition))
                    .toArray();
            answer.answer(new ConsentAnswer(life.bootId(), partitions, roots));
        });
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
