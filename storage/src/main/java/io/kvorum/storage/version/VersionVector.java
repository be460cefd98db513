package io.kvorum.storage.version;

import java.util.Arrays;

/** Actor → newest stamp seen of it. Immutable; actors ascending as unsigned numbers. */
public final class VersionVector {
    /** The vector that has seen nothing. */
    public static final VersionVector EMPTY = new VersionVector(new long[0], new long[0]);

    private final long[] actors;
    private final long[] stamps;

    /** Takes over both arrays, which must be sorted by actor without repetition. */
    VersionVector(long[] actors, long[] stamps) {
        this.actors = actors;
        this.stamps = stamps;
    }

    /** A vector of one entry. */
    public static VersionVector of(long actor, long stamp) {
        return new VersionVector(new long[] {actor}, new long[] {stamp});
    }

    /** Number of entries. */
    public int size() {
        return actors.length;
    }

    /** Actor of the entry at an index. */
    public long actor(int index) {
        return actors[index];
    }

    /** Stamp of the entry at an index. */
    public long stamp(int index) {
        return stamps[index];
    }

    /** Index of an actor's entry, or {@code -1 - i} with the index where it would be put. */
    int indexOf(long actor) {
        int low = 0;
        int high = actors.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(actors[middle], actor);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    /** Newest stamp seen of an actor, or 0. */
    public long stampOf(long actor) {
        int index = indexOf(actor);
        return index < 0 ? 0 : stamps[index];
    }

    /** Whether the event was seen. */
    public boolean covers(long actor, long stamp) {
        return stampOf(actor) >= stamp;
    }

    /** Whether the event was seen. */
    public boolean covers(Dot dot) {
        return covers(dot.actor(), dot.stamp());
    }

    /** Whether everything that the other has seen was seen. */
    public boolean dominates(VersionVector other) {
        for (int i = 0; i < other.actors.length; i++) {
            if (!covers(other.actors[i], other.stamps[i])) {
                return false;
            }
        }
        return true;
    }

    /** The newest stamp of any entry, or 0. */
    public long newestStamp() {
        long newest = 0;
        for (long stamp : stamps) {
            newest = Math.max(newest, stamp);
        }
        return newest;
    }

    /** This vector with one more event seen. */
    public VersionVector with(long actor, long stamp) {
        int index = indexOf(actor);
        if (index >= 0) {
            if (stamps[index] >= stamp) {
                return this;
            }
            long[] raised = stamps.clone();
            raised[index] = stamp;
            return new VersionVector(actors, raised);
        }
        int at = -1 - index;
        return new VersionVector(inserted(actors, at, actor), inserted(stamps, at, stamp));
    }

    private static long[] inserted(long[] array, int at, long value) {
        long[] result = new long[array.length + 1];
        System.arraycopy(array, 0, result, 0, at);
        result[at] = value;
        System.arraycopy(array, at, result, at + 1, array.length - at);
        return result;
    }

    /** What either has seen. */
    public VersionVector join(VersionVector other) {
        long[] joinedActors = new long[actors.length + other.actors.length];
        long[] joinedStamps = new long[joinedActors.length];
        int count = 0;
        int i = 0;
        int j = 0;
        while (i < actors.length || j < other.actors.length) {
            int order = i == actors.length
                    ? 1
                    : j == other.actors.length ? -1 : Long.compareUnsigned(actors[i], other.actors[j]);
            joinedActors[count] = order <= 0 ? actors[i] : other.actors[j];
            joinedStamps[count++] = Math.max(order <= 0 ? stamps[i] : 0, order >= 0 ? other.stamps[j] : 0);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return new VersionVector(Arrays.copyOf(joinedActors, count), Arrays.copyOf(joinedStamps, count));
    }

    /** This vector without the entry at an index. */
    VersionVector without(int index) {
        long[] fewerActors = new long[actors.length - 1];
        long[] fewerStamps = new long[actors.length - 1];
        System.arraycopy(actors, 0, fewerActors, 0, index);
        System.arraycopy(stamps, 0, fewerStamps, 0, index);
        System.arraycopy(actors, index + 1, fewerActors, index, fewerActors.length - index);
        System.arraycopy(stamps, index + 1, fewerStamps, index, fewerActors.length - index);
        return new VersionVector(fewerActors, fewerStamps);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionVector that
                && Arrays.equals(actors, that.actors)
                && Arrays.equals(stamps, that.stamps);
    }

    @Override
    public int hashCode() {
        return (31 * Arrays.hashCode(actors)) + Arrays.hashCode(stamps);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < actors.length; i++) {
            text.append(i == 0 ? "" : ", ").append(new Dot(actors[i], stamps[i]));
        }
        return text.append('}').toString();
    }
}
