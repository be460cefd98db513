package io.kvorum.storage.version;

/**
 * One write event of a key.
 *
 * @param actor the life of the copy that made it, never 0
 * @param stamp when, by that copy's hybrid clock
 */
public record Dot(long actor, long stamp) implements Comparable<Dot> {
    /** Actors ascending, as unsigned numbers, then stamps. */
    @Override
    public int compareTo(Dot other) {
        return compare(actor, stamp, other.actor, other.stamp);
    }

    static int compare(long actorA, long stampA, long actorB, long stampB) {
        int byActor = Long.compareUnsigned(actorA, actorB);
        return byActor != 0 ? byActor : Long.compare(stampA, stampB);
    }

    @Override
    public String toString() {
        return Long.toHexString(actor) + "@" + Stamp.millis(stamp) + "." + (stamp & 0xffff);
    }
}
