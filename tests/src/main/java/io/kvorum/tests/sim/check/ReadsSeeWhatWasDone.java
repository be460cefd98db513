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
 * With R + W above N, a read shows every write that was acknowledged before it began, whoever made it, or what superseded
 * it; so no session reads older than what it was told (design §5). A write that hints were counted for is promised from when
 * W owners have had it at one time: a sloppy quorum need not meet one of owners. Looked at on keys that are never deleted and
 * never end.
 */
final class ReadsSeeWhatWasDone implements Check {
    private static final String PROMISE = "reads see what was done";

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void told(Story story, Attempt attempt) {
        KeyStory key = attempt.key();
        RespReply reply = attempt.reply();
        boolean eternal = key.family() == KeyStory.Family.ETERNAL || key.family() == KeyStory.Family.CART;
        if (!attempt.isDone() || reply == null || !eternal || story.newestFlush() > 0) {
            return;
        }
        switch (attempt.shape()) {
            case PLAIN -> plain(story, attempt, reply);
            case VERSIONED -> versioned(story, attempt, reply);
            case NONE -> {}
        }
    }

    /** GET shows the newest: it must not be one that something acknowledged had superseded already. */
    private static void plain(Story story, Attempt read, RespReply reply) {
        List<Write> shown = Survival.shown(story, PROMISE, read.key(), reply);
        for (Attempt before : before(read)) {
            for (Write write : before.writesMade()) {
                if (before.writesMade().size() == 1 && shown.stream().allMatch(write::hasSeen)) {
                    throw new Violation(
                            PROMISE,
                            read.key(),
                            read + " shows " + (shown.isEmpty() ? "nothing" : shown) + ", after " + write
                                    + " was done");
                }
            }
        }
    }

    private static void versioned(Story story, Attempt read, RespReply reply) {
        List<Write> shown = new ArrayList<>();
        for (RespReply value : reply.items().get(1).items()) {
            shown.addAll(Survival.shown(story, PROMISE, read.key(), value));
        }
        BitSet accounted = Survival.accountedFor(read.key(), shown);
        for (Attempt before : before(read)) {
            if (!Survival.isAccountedFor(before, accounted, 0)) {
                throw new Violation(PROMISE, read.key(), read + " shows " + shown + ", after " + before);
            }
        }
    }

    /** The writes that were done before a read began. */
    private static List<Attempt> before(Attempt read) {
        return read.key().done().subList(0, read.doneBefore()).stream()
                .filter(Survival::isPromised)
                .filter(attempt -> attempt.isOwned(read.ownedBefore()))
                .toList();
    }
}
