package io.kvorum.storage.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments that hold entries, the one that takes more, and those prepared to follow.
 *
 * <p>Guarded by its own lock, which any thread takes for a copy and which is never held while the device is waited for.
 * A lock and not a thread: an entry must be in the map when the change it tells of is acknowledged, and any event loop
 * may make one. Claims are made and filled under it, so that the end of the process tears at most the last entry.
 */
final class Tail {
    /** How far ahead of the tail pages are made ready: more than is appended while a force keeps the thread. */
    private static final int TOUCH_BYTES = 16 << 20;

    /** So many segments wait for their turn: appends go on while a long force keeps the thread. */
    private static final int PREPARED = 2;

    private final int segmentBytes;
    private final EntryCheck check = new EntryCheck();
    private final Deque<JournalSegment> segments = new ArrayDeque<>();
    private final Deque<JournalSegment> prepared = new ArrayDeque<>();
    private final Deque<JournalSegment> unforced = new ArrayDeque<>();
    private @Nullable JournalSegment current;
    private int offset;
    private boolean accepting;
    private int wantedBytes;
    private int unpreparableBytes = Integer.MAX_VALUE;

    /** Written under the lock, read without it. */
    private volatile long position;

    private volatile boolean full;
    private volatile boolean workWanted;

    Tail(int segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    /** What a force has to bring to the device: all of the segments, of the last one up to an offset. */
    record Cut(List<JournalSegment> segments, int lastOffset, long position) {
        JournalSegment last() {
            return segments.get(segments.size() - 1);
        }
    }

    /** Returns the position after the entry, {@link Journal#BUSY} or {@link Journal#REFUSED}. */
    synchronized long append(int kind, byte[] payload, int from, int length, int payloadCrc) {
        if (!accepting) {
            return Journal.REFUSED;
        }
        int entryBytes = EntryFormat.entryBytes(length);
        try {
            JournalSegment segment = current;
            if (segment == null || entryBytes > segment.bytes() - offset) {
                segment = advance(entryBytes);
            }
            if (segment == null) {
                return noRoom(entryBytes);
            }
            segment.put(offset, kind, payload, from, length, payloadCrc, check);
            moveTo(segment, offset + entryBytes);
            return position;
        } catch (InternalError deviceFailed) {
            accepting = false;
            throw deviceFailed;
        }
    }

    private void moveTo(JournalSegment segment, int newOffset) {
        offset = newOffset;
        position = segment.base() + newOffset;
        if (isTouchWanted(segment)) {
            workWanted = true;
        }
    }

    private boolean isTouchWanted(JournalSegment segment) {
        int touched = segment.touchedTo();
        return touched < segment.bytes() && touched - offset < TOUCH_BYTES - JournalSegment.TOUCH_STEP_BYTES;
    }

    /** Goes on to the first prepared segment that has room, past those that have not; null if none has. */
    private @Nullable JournalSegment advance(int entryBytes) {
        if (prepared.isEmpty()) {
            return null;
        }
        boolean fits = false;
        for (JournalSegment segment : prepared) {
            fits |= segment.fits(entryBytes);
        }
        if (!fits) {
            return null;
        }
        JournalSegment next;
        do {
            next = begin(prepared.remove());
        } while (!next.fits(entryBytes));
        return next;
    }

    private JournalSegment begin(JournalSegment next) {
        JournalSegment ended = current;
        if (ended != null) {
            fill(ended, ended.bytes() - offset);
            ended.endAt(ended.end());
        }
        current = next;
        segments.add(next);
        unforced.add(next);
        workWanted = true;
        moveTo(next, SegmentHeader.PAGE_BYTES);
        return next;
    }

    private void fill(JournalSegment segment, int bytes) {
        if (bytes >= EntryFormat.ENTRY_BYTES_MIN) {
            segment.pad(offset, bytes, check);
        }
    }

    private long noRoom(int entryBytes) {
        int needed = Math.max(segmentBytes, EntryFormat.segmentBytesFor(entryBytes));
        if (needed >= unpreparableBytes) {
            full = true;
            return Journal.REFUSED;
        }
        wantedBytes = Math.max(wantedBytes, needed);
        return Journal.BUSY;
    }

    /** The position after the last entry. */
    long position() {
        return position;
    }

    /** Whether an entry was refused for want of space and nothing has changed since. */
    boolean isFull() {
        return full;
    }

    /** Whether the background thread should make pages or a segment ready. */
    boolean workWanted() {
        return workWanted;
    }

    synchronized void accept(boolean accepts) {
        accepting = accepts;
    }

    /** Takes what an earlier life left. */
    synchronized void recover(Collection<JournalSegment> earlier, long end) {
        segments.addAll(earlier);
        position = end;
    }

    /** Makes some pages ready; by the background thread. Returns whether there are more to do. */
    boolean touchAhead() {
        JournalSegment segment;
        int from;
        synchronized (this) {
            segment = current;
            from = offset;
            workWanted = false;
            if (segment == null || !isTouchWanted(segment)) {
                return false;
            }
        }
        segment.touchMore(from);
        synchronized (this) {
            return segment == current && isTouchWanted(segment);
        }
    }

    /**
     * Moves to the start of a page, since a put into one that is on its way to the device would wait for that, and
     * returns what has to be forced; null if that is nothing.
     */
    synchronized @Nullable Cut cut(long durable) {
        JournalSegment segment = current;
        if (segment == null || position == durable) {
            return null;
        }
        int gap = -offset & (EntryFormat.PAGE_BYTES - 1);
        if (gap != 0) {
            gap = gap < EntryFormat.ENTRY_BYTES_MIN ? gap + EntryFormat.PAGE_BYTES : gap;
            gap = Math.min(gap, segment.bytes() - offset);
            fill(segment, gap);
            moveTo(segment, offset + gap);
        }
        return new Cut(new ArrayList<>(unforced), offset, position);
    }

    /** Says that the segments which have ended and were in a cut need no force any more. */
    synchronized void forced(Cut cut) {
        for (JournalSegment segment : cut.segments) {
            if (segment.contentEnd() <= cut.position) {
                unforced.remove(segment);
            }
        }
    }

    /** How large a segment must be prepared; 0 if none is needed. */
    synchronized int neededBytes() {
        return prepared.size() < PREPARED ? Math.max(segmentBytes, wantedBytes) : wantedBytes;
    }

    /** Whether the next segment will be the first of this life, or the first after a failure. */
    synchronized boolean isWithoutSegment() {
        return current == null;
    }

    /** Takes a segment that was prepared; returns whether entries go to it from now on. */
    synchronized boolean add(JournalSegment segment) {
        if (wantedBytes <= segment.bytes()) {
            wantedBytes = 0;
        }
        mayPrepareAll();
        if (current == null) {
            begin(segment);
            return true;
        }
        prepared.add(segment);
        return false;
    }

    /** Says that no segment of this size can be had: until that changes, what needs one is refused. */
    synchronized void cannotPrepare(int bytes) {
        unpreparableBytes = Math.min(unpreparableBytes, bytes);
        wantedBytes = 0;
    }

    /** Says that a size which could not be had may be asked for again, unless none can be had at all. */
    synchronized void retry() {
        if (!prepared.isEmpty()) {
            mayPrepareAll();
        }
    }

    private void mayPrepareAll() {
        unpreparableBytes = Integer.MAX_VALUE;
        full = false;
    }

    /** Takes away the segments of which every entry lies below a position. */
    synchronized List<JournalSegment> takeBelow(long released) {
        List<JournalSegment> taken = new ArrayList<>();
        while (segments.size() > 1 && segments.element().contentEnd() <= released) {
            JournalSegment segment = segments.remove();
            unforced.remove(segment);
            taken.add(segment);
        }
        return taken;
    }

    /** Ends the segment that took entries and takes away those that would have followed; nothing of it is forced. */
    synchronized List<JournalSegment> abandon() {
        JournalSegment ended = current;
        if (ended != null) {
            ended.endAt(position);
        }
        current = null;
        unforced.clear();
        List<JournalSegment> unused = new ArrayList<>(prepared);
        prepared.clear();
        wantedBytes = 0;
        return unused;
    }

    synchronized long bytesSince(long start) {
        long bytes = 0;
        for (JournalSegment segment : segments) {
            long end = Math.min(segment.contentEnd(), position);
            bytes += Math.max(0, end - Math.max(start, segment.base() + SegmentHeader.PAGE_BYTES));
        }
        return bytes;
    }

    synchronized @Nullable JournalSegment current() {
        return current;
    }

    synchronized int segmentCount() {
        return segments.size();
    }

    synchronized List<JournalSegment> all() {
        List<JournalSegment> all = new ArrayList<>(segments);
        all.addAll(prepared);
        return all;
    }
}
