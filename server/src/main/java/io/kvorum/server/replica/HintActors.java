package io.kvorum.server.replica;

import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The actors under which this node makes versions in the place of owners (design §3). One for a node, shared by its loops;
 * it locks for a few instructions.
 *
 * <p>An actor vouches only for what it never forgot: "up to here" of it in a vector says that all it did to the key was seen.
 * So the actor of the last version of a key goes on only where what is kept of the key covers that version. Where the hint
 * went, or is not readable, or another version is being made from the same hint at this moment, it does not, and a new actor
 * is drawn. So nothing needs to tell this of hints that go; and what is forgotten here, at an end of the process at the
 * latest, costs an entry in a vector and nothing else.
 */
public final class HintActors {
    private static final int SLOTS = 1 << 12;

    private final StampClock stamps;
    private final RandomGenerator random;

    /**
     * By hash of the key: who made the last version, 0 for nobody. Keys that share a slot take it from each other: an actor
     * is known by its newest stamp, which is in the vector of one key alone.
     */
    private final long[] actors = new long[SLOTS];

    /** Of the last version of that actor. */
    private final long[] newest = new long[SLOTS];

    /**
     * Begins without any.
     *
     * @param random for this alone
     */
    public HintActors(StampClock stamps, RandomGenerator random) {
        this.stamps = stamps;
        this.random = random;
    }

    /**
     * Makes the next version of a key from what is kept of it.
     *
     * @param kept merged from all hints of the key, without what was flushed; null for nothing
     * @param flushedUpTo what has a stamp up to this is gone from the partition
     * @return {@code kept} if the mutation changes nothing
     */
    public byte @Nullable [] change(KeyRef key, byte @Nullable [] kept, long flushedUpTo, Mutation mutation) {
        int slot = slotOf(key);
        Version version = new Version(take(slot, kept), flushedUpTo);
        byte[] made = mutation.apply(kept, version);
        if (version.stamp != 0) {
            note(slot, version.actor, version.stamp);
        }
        return made;
    }

    /** Nobody else goes on under the actor that this returns, until its version is noted. */
    private synchronized long take(int slot, byte @Nullable [] kept) {
        long actor = actors[slot];
        actors[slot] = 0;
        if (actor != 0 && kept != null && RecordBytes.vectorStamp(kept, actor) >= newest[slot]) {
            return actor;
        }
        long drawn = random.nextLong();
        while (drawn == 0) {
            drawn = random.nextLong();
        }
        return drawn;
    }

    private synchronized void note(int slot, long actor, long stamp) {
        actors[slot] = actor;
        newest[slot] = stamp;
    }

    private static int slotOf(KeyRef key) {
        long mixed = (key.positionHigh() ^ key.positionLow()) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 52);
    }

    /** What the one version is made under. */
    private final class Version implements PartitionScope {
        private final long actor;
        private final long flushedUpTo;
        private long stamp;

        Version(long actor, long flushedUpTo) {
            this.actor = actor;
            this.flushedUpTo = flushedUpTo;
        }

        @Override
        public long actor() {
            return actor;
        }

        @Override
        public long nextStamp(long newestSeen) {
            stamp = stamps.next(Math.max(newestSeen, flushedUpTo));
            return stamp;
        }

        @Override
        public long flushedUpTo() {
            return flushedUpTo;
        }

        @Override
        public boolean isSettled() {
            return false;
        }
    }
}
