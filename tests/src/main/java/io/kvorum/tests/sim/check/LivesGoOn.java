package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.cluster.CopyFacts;
import io.kvorum.tests.sim.cluster.LifeEnd;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import java.util.List;

/**
 * What a process finds on its disk is what the one before it left: all of it after an end in order, its actors too; every
 * record after it was killed, under new actors. However it ended, no copy is trusted that was not (design §§3, 7). A copy that
 * was dropped because its partition is others' may be there again after a loss of power: it answers nobody, and is dropped again
 * before the partition is taken over.
 */
final class LivesGoOn implements Check {
    private static final String PROMISE = "lives go on";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void began(Story story, int node, LifeEnd end, List<CopyFacts> left, List<CopyFacts> found) {
        for (int partition = 0; partition < left.size(); partition++) {
            boolean mayBeThereAgain = end == LifeEnd.POWER_FAILED && story.hasDropped(node, partition);
            String broken = broken(end, left.get(partition), found.get(partition), mayBeThereAgain);
            if (!broken.isEmpty()) {
                throw new Violation(
                        PROMISE,
                        null,
                        "n" + node + " " + broken + " in partition " + partition + " after it was " + end
                                + ": left was " + left.get(partition) + ", found was " + found.get(partition));
            }
        }
    }

    private static String broken(LifeEnd end, CopyFacts left, CopyFacts found, boolean mayBeThereAgain) {
        if (found.settled() && !left.settled() && !mayBeThereAgain) {
            return "trusts what it did not";
        }
        boolean whole = found.actor() == left.actor();
        return switch (end) {
            case STOPPED -> !found.equals(left) ? "goes on as another" : "";
            case STOPPED_IN_TROUBLE -> (whole && !found.equals(left)) || !hasRecords(left, found) ? "lost records" : "";
            case KILLED -> whole ? "goes on under its actor" : !hasRecords(left, found) ? "lost records" : "";
            case POWER_FAILED -> whole ? "goes on under its actor" : "";
            case FORGOT -> found.settled() ? "trusts what may be missing" : whole ? "goes on under its actor" : "";
        };
    }

    /** A flush is not in the journal: it is made once more, from the history. */
    private static boolean hasRecords(CopyFacts left, CopyFacts found) {
        return found.flushedUpTo() < left.flushedUpTo() || found.hasRecordsOf(left);
    }
}
