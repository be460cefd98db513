package io.kvorum.storage.hint;

import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.Versions;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps for others. A hint is a whole record, and there is one for each (target, key): what comes later is
 * merged into it, so that hints are bounded by keys and not by writes, and their order does no harm. Within a target they
 * stand in the order of positions, which is that of partitions.
 *
 * <p>A hint is a copy that a write's quorum may have counted. So it never goes by age or for room: at the bound of bytes new
 * ones are refused, and what is held goes by {@link #remove} alone.
 *
 * <p>A version that a node makes from its own hint has an actor that the store knows nothing of: that goes on only as long as
 * what {@link #read} shows covers all it made.
 *
 * <p>Every method is for any thread and waits for nothing. Callbacks run on a thread of the store, or at once on the
 * caller's: they hand over to their own thread and return.
 */
public interface HintStore extends AutoCloseable {
    /** What became of a record that was to be kept. */
    enum Outcome {
        /** It is kept as long as the process lives. */
        HELD,
        /** It is kept, and on disk. */
        DURABLE,
        /** Refused: there are as many bytes as there may be. */
        FULL,
        /** Refused: too many wait for the disk. */
        BUSY,
        /** Refused: the disk failed. Whether an earlier hint is on it or not, it is as it was. */
        FAILED;

        /** Whether the record is kept now. */
        public boolean isHeld() {
            return this == HELD || this == DURABLE;
        }
    }

    /**
     * Keeps a record for a target: merged into the hint that is there, if one is.
     *
     * @param positionHigh upper half of its key's position
     * @param record sound, and not changed by anybody any more
     */
    void put(UUID target, long positionHigh, byte[] record, PutCallback callback);

    /** Reads what is kept of a key, whoever it is for, merged. */
    void read(long positionHigh, byte[] key, ReadCallback callback);

    /**
     * Reads hints of a target from a position on: at least one if there are any, and then until there are as many bytes.
     *
     * @param fromPositionHigh compared unsigned; 0 for the first
     */
    void scan(UUID target, long fromPositionHigh, int bytesMax, ScanCallback callback);

    /** Removes the hint of the record's key if it still is this very record, byte for byte; else nothing happens. */
    void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback);

    /** What is kept for each target that something is kept for. */
    List<Usage> usage();

    /** Whether changes wait to be made: then what scans show is not all that is kept. */
    boolean isBusy();

    /** Whether nothing is kept for anybody. */
    default boolean isEmpty() {
        return usage().isEmpty();
    }

    /** Ends use; what is durable stays. Works twice. */
    @Override
    void close();

    /**
     * What is kept for a target.
     *
     * @param count hints
     * @param bytes of their records
     * @param oldestStamp none of them was written before this; of the first that was kept, until all are gone, because to
     *     know it of those that are left would take a look at all of them
     */
    record Usage(UUID target, long count, long bytes, long oldestStamp) {
        private static final long MILLIS_PER_SECOND = 1_000;

        /** How old the oldest of them is at most; 0 if there is none. */
        public long ageSeconds(long wallMillis) {
            return count == 0 ? 0 : Math.max(0, wallMillis - Stamp.millis(oldestStamp)) / MILLIS_PER_SECOND;
        }

        /** Nothing yet. */
        public static Usage none(UUID target) {
            return new Usage(target, 0, 0, Long.MAX_VALUE);
        }

        /**
         * With a record, too.
         *
         * @param moreBytes than before it was merged
         * @param moreHints 0 if it was merged into one
         */
        Usage with(byte[] record, int moreHints, int moreBytes) {
            long stamp = Math.min(oldestStamp, Versions.newestStamp(record));
            return new Usage(target, count + moreHints, bytes + moreBytes, stamp);
        }

        /** Without a record. */
        Usage without(byte[] record) {
            return count == 1 ? none(target) : new Usage(target, count - 1, bytes - record.length, oldestStamp);
        }
    }

    /** Told what became of a record. */
    @FunctionalInterface
    interface PutCallback {
        /** Called once. */
        void done(Outcome outcome);
    }

    /** Told what is kept of a key. */
    @FunctionalInterface
    interface ReadCallback {
        /** Called once, with null if there is no hint, or none can be read now: that says nothing about the key. */
        void read(byte @Nullable [] record);
    }

    /** Told a part of a target's hints. */
    @FunctionalInterface
    interface ScanCallback {
        /** Called once; with null if the hints cannot be read now. */
        void scanned(@Nullable Part part);
    }

    /** Told whether a hint went. */
    @FunctionalInterface
    interface RemoveCallback {
        /** Called once; false if another record is kept, or none, or the disk failed. */
        void done(boolean removed);
    }

    /**
     * A part of a target's hints, in the order of their positions.
     *
     * @param isLast whether there are none behind it
     * @param nextPositionHigh where to go on, if it is not the last
     */
    record Part(List<byte[]> records, boolean isLast, long nextPositionHigh) {
        /** Copies the list. */
        public Part {
            records = List.copyOf(records);
        }
    }
}
