package io.kvorum.tests.sim.check;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The context of a read covers all values it shows, and no value that it does not show, unless one it shows, or a delete,
 * superseded that: else a write under it would supersede what its client never saw (design §3, field-notes 3.1). What
 * contexts of writes cover is looked at where clients are given them.
 */
final class ContextsCoverWhatWasShown implements Check {
    private static final String PROMISE = "contexts";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void told(Story story, Attempt attempt) {
        KeyStory key = attempt.key();
        RespReply reply = attempt.reply();
        boolean neverEnds = key.family() == KeyStory.Family.CART || key.family() == KeyStory.Family.DELETED;
        if (!neverEnds
                || attempt.shape() != Attempt.Shape.VERSIONED
                || !attempt.isDone()
                || reply == null
                || reply.items().get(0).isNil()) {
            return;
        }
        BitSet covered = story.contexts().covered(key, reply.items().get(0).asBytes());
        List<Write> known = new ArrayList<>();
        for (RespReply value : reply.items().get(1).items()) {
            List<Write> shown = Survival.shown(story, PROMISE, key, value);
            if (shown.stream().noneMatch(write -> covered.get(write.index()))) {
                throw new Violation(PROMISE, key, attempt + " shows " + shown + ", and its context covers " + covered);
            }
            known.addAll(shown);
        }
        covered.stream()
                .mapToObj(index -> key.writes().get(index))
                .filter(Write::isTombstone)
                .forEach(known::add);
        BitSet accounted = Survival.accountedFor(key, known);
        for (int index = covered.nextSetBit(0); index >= 0; index = covered.nextSetBit(index + 1)) {
            Write write = key.writes().get(index);
            if (!accounted.get(index) && write.dot().stamp() > story.newestFlush()) {
                throw new Violation(PROMISE, key, attempt + " does not show " + write + ", but its context covers it");
            }
        }
    }
}
