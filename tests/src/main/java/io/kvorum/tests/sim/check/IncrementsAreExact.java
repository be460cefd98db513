package io.kvorum.tests.sim.check;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.storage.version.Amendment;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.Increment;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A counter shows the sum of all increments that were acknowledged, each once, and of some of those in doubt; none that was
 * refused (design §6). What is superseded by a delete or flushed goes as a whole.
 */
final class IncrementsAreExact implements Check {
    private static final String PROMISE = "increments are exact";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void counted(Story story, KeyStory key, Increment increment) {
        Attempt attempt = increment.attempt();
        if (attempt == null) {
            throw new Violation(PROMISE, key, "nobody asked for " + increment);
        }
        long times = key.increments().values().stream()
                .filter(other -> attempt.equals(other.attempt()))
                // What a flush takes is made once more, newer than that.
                .filter(other -> other.id().dot().stamp() > story.newestFlush())
                .count();
        if (times > 1) {
            throw new Violation(PROMISE, key, attempt + " was made " + times + " times");
        }
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            if (key.family().isCounter()) {
                look(story, key, ending);
            }
        }
    }

    private static void look(Story story, KeyStory key, Ending ending) {
        byte[] record = ending.record(key);
        Map<Dot, Sibling> present = new HashMap<>();
        if (record != null) {
            RecordBytes.siblings(record).forEach(sibling -> present.put(sibling.dot(), sibling));
        }
        List<Write> writes = story.writesOf(key, record);
        BitSet accounted = Survival.accountedFor(key, writes);
        long sum = 0;
        for (Increment increment : key.increments().values()) {
            Sibling sibling = present.get(increment.id().dot());
            Attempt attempt = increment.attempt();
            if (sibling == null) {
                story.mark(Probe.AMENDMENT_SUPERSEDED);
                requireSuperseded(story, key, increment, accounted);
            } else if (has(sibling, increment)) {
                sum += increment.delta();
            } else if (attempt != null && attempt.isDone()) {
                throw new Violation(PROMISE, key, attempt + " is not counted in " + sibling);
            }
        }
        for (Attempt attempt : key.attempts()) {
            if (attempt.kind() == Attempt.Kind.INCREMENT
                    && attempt.isDone()
                    && key.increments().values().stream().noneMatch(one -> attempt.equals(one.attempt()))) {
                throw new Violation(PROMISE, key, attempt + " was done, and nothing came of it");
            }
        }
        if (key.family() == KeyStory.Family.COUNTER) {
            requireShown(key, ending.lastRead(key), writes.isEmpty() ? null : sum);
        }
    }

    private static boolean has(Sibling sibling, Increment increment) {
        for (Amendment.Increment counted : sibling.increments()) {
            if (counted.actor() == increment.id().actor()) {
                return counted.stamp() >= increment.id().stamp();
            }
        }
        return false;
    }

    private static void requireSuperseded(Story story, KeyStory key, Increment increment, BitSet accounted) {
        Attempt attempt = increment.attempt();
        Write counter = key.find(increment.id().dot());
        boolean superseded = counter != null
                && (accounted.get(counter.index()) || counter.dot().stamp() <= story.newestFlush());
        if (attempt != null && attempt.isDone() && !superseded) {
            throw new Violation(PROMISE, key, attempt + " is lost with its counter " + counter);
        }
    }

    private static void requireShown(KeyStory key, Attempt read, @Nullable Long sum) {
        RespReply reply = read.reply();
        List<RespReply> values =
                reply == null ? List.of() : reply.items().get(1).items();
        boolean right = sum == null
                ? values.isEmpty()
                : values.size() == 1 && values.get(0).asLong() == sum;
        if (!right) {
            throw new Violation(PROMISE, key, read + " shows " + values + ", and the sum is " + sum);
        }
    }
}
