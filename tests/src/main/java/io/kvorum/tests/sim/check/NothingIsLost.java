package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import java.util.BitSet;

/**
 * Every write that was acknowledged by W owners is visible in the end, or superseded by a write that had seen it, as long as
 * fewer than W copies of its key forgot (design §3; Dynamo §4.4).
 */
final class NothingIsLost implements Check {
    private static final String PROMISE = "nothing is lost";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            BitSet accounted = Survival.accountedFor(key, story.writesOf(key, ending.record(key)));
            for (Attempt attempt : key.attempts()) {
                if (Survival.isPromised(attempt) && !Survival.isAccountedFor(attempt, accounted, story.newestFlush())) {
                    throw new Violation(
                            PROMISE,
                            key,
                            attempt + " is neither there nor superseded; there is "
                                    + story.writesOf(key, ending.record(key)) + ", made was " + attempt.writesMade());
                }
            }
        }
    }
}
