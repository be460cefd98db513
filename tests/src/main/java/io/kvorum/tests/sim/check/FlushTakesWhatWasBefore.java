package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.Flush;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.List;

/**
 * What was acknowledged before FLUSHALL was asked for is gone, wherever it was written and by whatever clock, if all members
 * could be reached. A copy that was flushed never has anything up to that stamp again, and in the end no copy has (design §8).
 */
final class FlushTakesWhatWasBefore implements Check {
    private static final String PROMISE = "a flush takes all";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void changed(Story story, KeyStory key, int node, long flushedUpTo, List<Write> siblings) {
        for (Write write : siblings) {
            requireNewer(key, write, node, flushedUpTo);
        }
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            for (int owner : ending.cluster().owners(key.partition())) {
                for (Write write : story.writesOf(key, ending.record(owner, key))) {
                    requireNewer(key, write, owner, story.newestFlush());
                }
            }
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

    private static void requireNewer(KeyStory key, Write write, int node, long flushedUpTo) {
        if (write.dot().stamp() <= flushedUpTo) {
            throw new Violation(PROMISE, key, "n" + node + " has " + write + ", which was flushed");
        }
    }
}
