package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.Increment;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;

/**
 * An error that clients may retry upon says that nothing was attempted; what was refused left no trace on any copy, ever, and
 * what is told to have changed nothing has not (design §4, field-notes 3.8).
 */
final class RefusedLeavesNoTrace implements Check {
    private static final String PROMISE = "errors are honest";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void wrote(Story story, Write write) {
        Attempt attempt = write.attempt();
        if (attempt != null && isNothing(attempt)) {
            throw new Violation(PROMISE, write.key(), attempt + " was made afterwards: " + write);
        }
    }

    @Override
    public void counted(Story story, KeyStory key, Increment increment) {
        Attempt attempt = increment.attempt();
        if (attempt != null && isNothing(attempt)) {
            throw new Violation(PROMISE, key, attempt + " was made afterwards: " + increment);
        }
    }

    @Override
    public void told(Story story, Attempt attempt) {
        // What a flush takes is tried again on what that leaves, and then there may be nothing to do.
        long flushed = attempt.outcome() == Attempt.Outcome.UNCHANGED ? story.newestFlush() : 0;
        boolean counted = attempt.key().increments().values().stream()
                .anyMatch(one -> attempt.equals(one.attempt()) && one.id().dot().stamp() > flushed);
        boolean written =
                attempt.writesMade().stream().anyMatch(write -> write.dot().stamp() > flushed);
        if (isNothing(attempt) && (counted || written)) {
            throw new Violation(PROMISE, attempt.key(), attempt + " was made already: " + attempt.writesMade());
        }
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            for (Attempt attempt : key.done()) {
                if (attempt.writes() && attempt.writesMade().isEmpty()) {
                    throw new Violation(PROMISE, key, attempt + " was told to be done, and never was");
                }
            }
        }
    }

    private static boolean isNothing(Attempt attempt) {
        return attempt.outcome() == Attempt.Outcome.REFUSED
                || (attempt.outcome() == Attempt.Outcome.UNCHANGED && attempt.kind() != Attempt.Kind.PLAIN_DELETE);
    }
}
