package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.List;

/** In the end, no value stands that an acknowledged write superseded: what was replaced or deleted does not return. */
final class NothingComesBack implements Check {
    private static final String PROMISE = "nothing comes back";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            List<Write> present = story.writesOf(key, ending.record(key));
            for (Attempt attempt : key.done()) {
                // Of two writes of one attempt, the one that was acknowledged is not known.
                if (Survival.isPromised(attempt) && attempt.writesMade().size() == 1) {
                    Write write = attempt.writesMade().get(0);
                    for (Write there : present) {
                        if (write.hasSeen(there)) {
                            throw new Violation(PROMISE, key, there + " is there, which " + write + " superseded");
                        }
                    }
                }
            }
        }
    }
}
