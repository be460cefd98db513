package io.kvorum.tests.sim.check;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A key ends when the last acknowledged EXPIRE, PERSIST or GETEX said, or one that was concurrent with it or in doubt
 * (design §6). Looked at where one acknowledged value is left, and on keys that fallbacks never kept anything of: of two
 * amendments that sloppy quorums took, the later need not have seen the earlier.
 */
final class ExpiriesStand implements Check {
    private static final String PROMISE = "expiries stand";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void atEnd(Story story, Ending ending) {
        for (KeyStory key : story.keys()) {
            byte[] record = ending.record(key);
            if (key.family() == KeyStory.Family.ENDING
                    && !key.isHinted()
                    && record != null
                    && RecordBytes.siblingCount(record) == 1) {
                Sibling sibling = RecordBytes.siblings(record).get(0);
                look(story, key, sibling);
                if (sibling.expireAtMillis() > 0 && showsNothing(ending.lastRead(key))) {
                    story.mark(Probe.EXPIRED);
                }
            }
        }
    }

    private static boolean showsNothing(Attempt read) {
        RespReply reply = read.reply();
        return reply != null && reply.items().get(1).items().isEmpty();
    }

    private static void look(Story story, KeyStory key, Sibling sibling) {
        Write write = key.find(sibling.dot());
        Attempt writer = write == null ? null : write.attempt();
        if (writer == null || !writer.isDone() || writer.writesMade().size() > 1 || story.newestFlush() > 0) {
            return;
        }
        List<Attempt> later = key.attempts().stream()
                .filter(one -> one.kind() == Attempt.Kind.EXPIRE && one.isDone())
                .filter(one -> one.startNanos() > writer.endNanos())
                .toList();
        if (later.isEmpty()) {
            return;
        }
        Set<Long> allowed = key.attempts().stream()
                .filter(one -> one.kind() == Attempt.Kind.EXPIRE)
                .filter(one -> !one.isDone() || later.stream().noneMatch(after -> after.startNanos() > one.endNanos()))
                .map(Attempt::expireAtMillis)
                .collect(Collectors.toSet());
        if (!allowed.contains(sibling.expireAtMillis())) {
            throw new Violation(
                    PROMISE,
                    key,
                    write + " ends at " + sibling.expireAtMillis() + ", and could at " + allowed + " after " + later);
        }
    }
}
