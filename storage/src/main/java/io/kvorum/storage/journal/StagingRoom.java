package io.kvorum.storage.journal;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What of the staging is in use, ready, or wanted. Guarded by the journal's lock. */
final class StagingRoom {
    /** How far ahead of the tail pages are made ready: more than is appended while a force keeps the thread. */
    private static final int TOUCH_BYTES_MAX = 16 << 20;

    private static final int TOUCH_AGAIN_BYTES_MIN = 256 << 10;

    /** Every append leaves room for a padding. */
    private static final int RESERVED_BYTES = EntryFormat.ENTRY_BYTES_MIN;

    private final int usualBytes;
    private @Nullable Staging staging;
    private boolean paused;
    private boolean starved;
    private long written;
    private long touchedTo;
    private long touchedAgainAt;
    private int wantedBytes;
    private int unmakeableBytes = Integer.MAX_VALUE;

    /** Of which the staging is made if no entry needs more. */
    StagingRoom(int usualBytes) {
        this.usualBytes = usualBytes;
    }

    /** Places to be made ready, without the lock. */
    record Reach(Staging staging, long from, int bytes) {
        void touch(LongSupplier nanoTime) {
            staging.touch(from, bytes, nanoTime);
        }

        long to() {
            return from + bytes;
        }
    }

    boolean isMissing() {
        return staging == null;
    }

    Staging staging() {
        if (staging == null) {
            throw new IllegalStateException("there is no staging");
        }
        return staging;
    }

    /** Whether an entry can be put at a position now. */
    boolean has(long position, int entryBytes) {
        return staging != null && !paused && position + entryBytes + RESERVED_BYTES - written <= staging.bytes();
    }

    /** Notes that an entry had no room; returns whether it cannot get any. */
    boolean isHopeless(int entryBytes) {
        if (staging == null) {
            return unmakeableBytes < Integer.MAX_VALUE;
        }
        starved = true;
        // Beside others: who just fits when nothing else is staged would never find that moment.
        int needed = EntryFormat.aligned(entryBytes + RESERVED_BYTES + usualBytes / 2, EntryFormat.PAGE_BYTES);
        if (needed > staging.bytes() && needed < unmakeableBytes) {
            wantedBytes = Math.max(wantedBytes, needed);
            return false;
        }
        return entryBytes + RESERVED_BYTES > staging.bytes();
    }

    void written(long to) {
        written = Math.max(written, to);
        starved = false;
    }

    /** The part of what lies below a position that need not be staged any more. */
    long writtenOf(long position) {
        return Math.min(position, written);
    }

    /** Whether so much is staged, or so much that room gets scarce, or an entry had none. */
    boolean isWriteWanted(long position, int bytes) {
        return staging != null && (starved || position - written >= Math.min(bytes, staging.bytes() / 4));
    }

    private static int touchBytes(Staging of) {
        return Math.min(TOUCH_BYTES_MAX, of.bytes() / 2);
    }

    private static int stepBytes(Staging of) {
        return Math.min(Staging.TOUCH_STEP_BYTES, touchBytes(of) / 2);
    }

    boolean isTouchWanted(long position) {
        return staging != null && touchedTo - position < touchBytes(staging) - stepBytes(staging);
    }

    @Nullable
    Reach touchNext(long position) {
        return staging == null || !isTouchWanted(position)
                ? null
                : new Reach(staging, Math.max(position, touchedTo), stepBytes(staging));
    }

    void touched(Reach reach) {
        if (reach.staging == staging) {
            touchedTo = Math.max(touchedTo, reach.to());
        }
    }

    /** What will be needed soon if appends go on as since the last time; null if there were none. */
    @Nullable
    Reach touchAgain(long position) {
        long since = position - touchedAgainAt;
        touchedAgainAt = position;
        return staging == null || since == 0
                ? null
                : new Reach(staging, position, (int)
                        Math.min(touchBytes(staging), Math.max(TOUCH_AGAIN_BYTES_MIN, 2 * since)));
    }

    int neededBytes() {
        return staging == null ? Math.max(usualBytes, wantedBytes) : wantedBytes;
    }

    void cannotMake(int bytes) {
        unmakeableBytes = Math.min(unmakeableBytes, bytes);
        wantedBytes = 0;
    }

    void mayMakeAll() {
        unmakeableBytes = Integer.MAX_VALUE;
    }

    void pause(boolean pauses) {
        paused = pauses;
    }

    @Nullable
    Staging exchange(Staging next, long position) {
        Staging before = staging;
        staging = next;
        written = position;
        touchedTo = position;
        wantedBytes = 0;
        return before;
    }
}
