package io.kvorum.tests.sim.check;

import io.kvorum.ring.Ring;
import io.kvorum.server.membership.MembershipStatus;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.cluster.SimNode;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import java.util.Objects;

/** All members have the same history in the end, and fold it to the same ring (design §8). */
public final class RingsAgree implements Check {
    /** What it is called. */
    public static final String PROMISE = "rings agree";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        MembershipStatus first = null;
        Ring ring = null;
        for (SimNode node : ending.cluster().nodes()) {
            SimLife life = Objects.requireNonNull(node.life());
            MembershipStatus status = life.membership().status();
            if (status.historyCompacted() > 0) {
                story.mark(Probe.COMPACTED);
            }
            Ring folded = life.membership().view().ring();
            if (first == null || ring == null) {
                first = status;
                ring = folded;
            } else if (status.historyHash() != first.historyHash() || !folded.equals(ring)) {
                throw new Violation(
                        PROMISE,
                        null,
                        node + " has a history of " + status.historyEvents() + " events, " + folded
                                + ", and the first node one of " + first.historyEvents() + ", " + ring);
            }
        }
    }
}
