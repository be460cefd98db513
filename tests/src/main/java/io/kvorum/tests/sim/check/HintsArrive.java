package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.BitSet;
import java.util.List;

/**
 * What a fallback keeps goes only when its target has it, or those who own its key instead, or has superseded or flushed it; and when all is healed, all of it
 * has gone within seconds (design §7, §9). The latter is looked at while a run ends.
 */
final class HintsArrive implements Check {
    private static final String PROMISE = "hints arrive";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void hintRemoved(Story story, KeyStory key, int node, int target, List<Write> kept) {
        for (Write write : kept) {
            if (!hasArrived(key, write, target) && write.dot().stamp() > story.newestFlush()) {
                throw new Violation(
                        PROMISE,
                        key,
                        "n" + node + " no more keeps " + write + " for n" + target + ", which has it not");
            }
        }
    }

    /** Where the target owns the key no more, those have it who do. */
    private static boolean hasArrived(KeyStory key, Write write, int target) {
        return isKnown(key, write, key.known(target))
                || (key.isDisowned(target) && key.isWithQuorum(owner -> isKnown(key, write, key.known(owner))));
    }

    /** Whether it is among these, or one of them superseded it: a context that names that one does not list it. */
    private static boolean isKnown(KeyStory key, Write write, BitSet known) {
        return known.get(write.index())
                || known.stream().anyMatch(index -> key.writes().get(index).hasSeen(write));
    }
}
