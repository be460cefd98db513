package io.kvorum.tests.sim.check;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/** Whether a write is still there, or was superseded by one that is, directly or by others between. */
final class Survival {
    private Survival() {}

    /** The writes that are there or were reaped, and all that they superseded, directly or not. */
    static BitSet accountedFor(KeyStory key, List<Write> present) {
        BitSet accounted = new BitSet();
        Deque<Write> open = new ArrayDeque<>(present);
        open.addAll(key.reaped());
        for (Write write = open.poll(); write != null; write = open.poll()) {
            if (!accounted.get(write.index())) {
                accounted.set(write.index());
                write.past().stream().forEach(index -> open.add(key.writes().get(index)));
            }
        }
        return accounted;
    }

    /**
     * Whether a done attempt to write is accounted for: one of its writes is, or was flushed. An attempt that was to change
     * nothing, or whose writes cannot be told from others', is not asked about.
     */
    static boolean isAccountedFor(Attempt attempt, BitSet accounted, long flushedUpTo) {
        for (Write write : attempt.writesMade()) {
            if (accounted.get(write.index()) || write.dot().stamp() <= flushedUpTo) {
                return true;
            }
        }
        return false;
    }

    /** Whether W owners at least took part in a write, as many as may not all forget it. */
    static boolean isPromised(Attempt attempt) {
        return attempt.writes() && attempt.isDone() && attempt.quorum() != 1;
    }

    /** The writes of a value that a client was shown; several if its attempt was passed on twice, none for nil. */
    static List<Write> shown(Story story, String promise, KeyStory key, RespReply value) {
        if (value.isNil()) {
            return List.of();
        }
        Attempt writer = story.writer(value.asBytes());
        if (writer == null || !writer.key().equals(key)) {
            throw new Violation(promise, key, "shows " + value + ", which nobody wrote to it");
        }
        return writer.writesMade();
    }
}
