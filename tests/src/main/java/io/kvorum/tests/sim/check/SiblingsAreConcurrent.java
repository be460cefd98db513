package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.List;

/**
 * Siblings are writes that did not know of each other: on no copy, at no time, does a value stand beside one that superseded
 * it (design §3, field-notes 3.1). What was flushed is left out: with it goes who superseded it, so a copy that has not heard
 * of the flush yet may have it beside what is newer, until it hears ({@link FlushTakesWhatWasBefore}). So is, on keys that hints
 * were kept for, what was superseded by a write in between: a context that names that write does not list what it had superseded,
 * and an owner that has not got it cannot know.
 */
final class SiblingsAreConcurrent implements Check {
    private static final String PROMISE = "siblings are concurrent";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void changed(Story story, KeyStory key, int node, long flushedUpTo, List<Write> siblings) {
        for (Write one : siblings) {
            for (Write other : siblings) {
                if (one.hasSeen(other) && other.dot().stamp() > story.newestFlush() && !isBetween(key, other, one)) {
                    throw new Violation(PROMISE, key, "n" + node + " has " + other + " beside " + one);
                }
            }
        }
    }

    private static boolean isBetween(KeyStory key, Write superseded, Write by) {
        return key.isHinted()
                && key.writes().stream().anyMatch(write -> write.hasSeen(superseded) && by.hasSeen(write));
    }
}
