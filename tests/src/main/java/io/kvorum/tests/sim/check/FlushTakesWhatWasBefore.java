package io.kvorum.tests.sim.check;

import io.kvorum.codec.resp.RespReply;
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
 * And where some have not heard of it: what fewer than R owners still have is shown to nobody, and a write that began when
 * fewer than W members had not heard of the flush is not acknowledged as one that the flush takes.
 */
final class FlushTakesWhatWasBefore implements Check {
    private static final String PROMISE = "a flush takes all";
    private static final int QUORUM = 2;

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
    public void told(Story story, Attempt attempt) {
        RespReply reply = attempt.reply();
        if (!attempt.isDone() || reply == null || story.hasLost()) {
            return;
        }
        int quorum = attempt.quorum() == 0 ? QUORUM : attempt.quorum();
        if (attempt.writes()) {
            List<Write> made = attempt.writesMade();
            if (areFlushed(made, attempt.flushedAmongMembers(quorum))) {
                throw new Violation(PROMISE, attempt.key(), attempt + " made " + made + ", which was flushed before");
            }
        }
        long flushed = attempt.flushedAmongOwners(quorum);
        for (RespReply value : values(attempt, reply)) {
            List<Write> shown = Survival.shown(story, PROMISE, attempt.key(), value);
            if (attempt.kind() == Attempt.Kind.READ && areFlushed(shown, flushed)) {
                throw new Violation(PROMISE, attempt.key(), attempt + " shows " + shown + ", which was flushed before");
            }
        }
    }

    /** Whether a flush up to a stamp takes all of these; a write may have been made once more, under a newer stamp. */
    private static boolean areFlushed(List<Write> writes, long upToStamp) {
        return !writes.isEmpty()
                && writes.stream().allMatch(write -> write.dot().stamp() <= upToStamp);
    }

    /** The values that a read shows, of keys that hold nothing but whole values. */
    private static List<RespReply> values(Attempt attempt, RespReply reply) {
        boolean whole = attempt.key().family() == KeyStory.Family.ETERNAL
                || attempt.key().family() == KeyStory.Family.CART;
        return switch (attempt.shape()) {
            case PLAIN -> whole ? List.of(reply) : List.of();
            case VERSIONED -> whole ? reply.items().get(1).items() : List.of();
            case NONE -> List.of();
        };
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
