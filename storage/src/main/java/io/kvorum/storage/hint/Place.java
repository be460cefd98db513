package io.kvorum.storage.hint;

import io.kvorum.storage.version.RecordBytes;
import java.util.Arrays;

/** Where a hint stands among those of its target: first by position, then by key. */
record Place(long positionHigh, byte[] key) implements Comparable<Place> {
    static Place of(long positionHigh, byte[] record) {
        return new Place(positionHigh, RecordBytes.key(record));
    }

    /** Before all of a position. */
    static Place first(long positionHigh) {
        return new Place(positionHigh, new byte[0]);
    }

    @Override
    public int compareTo(Place other) {
        int byPosition = Long.compareUnsigned(positionHigh, other.positionHigh);
        return byPosition != 0 ? byPosition : Arrays.compareUnsigned(key, other.key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Place place && compareTo(place) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(positionHigh) * 31 + Arrays.hashCode(key);
    }
}
