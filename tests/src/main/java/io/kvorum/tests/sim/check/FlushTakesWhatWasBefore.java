package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.Flush;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;

/**
 * What was acknowledged before FLUSHALL was asked for is gone, wherever it was written and by whatever clock, if all members
 * could be reached (design §8).
 */
final class FlushTakesWhatWasBefore implements Check {
    private static final String PROMISE = "a flush takes all";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            for (Write write : story.writesOf(key, ending.record(key))) {
                Attempt attempt = write.attempt();
                for (Flush flush : story.flushes()) {
                    if (flush.whole()
                            && attempt != null
                            && attempt.isDone()
                            && attempt.endNanos() < flush.startNanos()) {
                        throw new Violation(PROMISE, key, write + " is there after " + flush);
                    }
                }
            }
        }
    }
}
