package io.kvorum.storage.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The segments that hold entries, the one that takes more, those prepared to follow, and the staging in which entries
 * stand until they are written to them.
 *
 * <p>Guarded by its own lock, which any thread takes for a copy and which is never held while the device is waited for.
 * A lock and not a thread: an entry must be in the map when the change it tells of is acknowledged, and any event loop
 * may make one. Claims are made and filled under it, so that the end of the process tears at most the last entry.
 */
final class Tail {
    /** Written to its segment as soon as there is so much, though nobody waits for it. */
    private static final int WRITE_BYTES = 1 << 20;

    /** So many segments wait for their turn: appends go on while a long force keeps the thread. */
    private static final int PREPARED = 2;

    private final int segmentBytes;
    private final StagingRoom room;
    private final EntryCheck check = new EntryCheck();
    private final Deque<JournalSegment> segments = new ArrayDeque<>();
    private final Deque<JournalSegment> prepared = new ArrayDeque<>();
    private final Deque<JournalSegment> unforced = new ArrayDeque<>();
    private @Nullable JournalSegment current;
    private int offset;
    private boolean accepting;
    private int wantedBytes;
    private int unpreparableBytes = Integer.MAX_VALUE;

    /** Whether a page begins at the offset, with nothing in it. */
    private boolean padded;

    /** What the next padding says is durable. */
    private long noted;

    /** Entries since the last cut, and how many make a group that need not wait for more. */
    private int group;

    private int groupWanted;

    /** Written under the lock, read without it. */
    private volatile long position;

    private volatile boolean full;
    private volatile boolean writeWanted;
    private volatile boolean segmentWanted;

    Tail(int segmentBytes, int stagingBytes) {
        this.segmentBytes = segmentBytes;
        this.room = new StagingRoom(stagingBytes);
    }

    /** What has to be in a segment's file up to an offset. */
    record Part(JournalSegment segment, int to) {}

    /** What a force has to bring to the device, in order; with how many entries since the one before. */
    record Cut(List<Part> parts, long position, int entries) {}

    /** Returns the position after the entry, {@link Journal#BUSY} or {@link Journal#REFUSED}. */
    synchronized long append(int kind, byte[] payload, int from, int length, int payloadCrc) {
        if (!accepting) {
            return Journal.REFUSED;
        }
        int entryBytes = EntryFormat.entryBytes(length);
        try {
            if (!room.has(position, entryBytes)) {
                return noStaging(entryBytes);
            }
            JournalSegment segment = current;
            while (segment == null || entryBytes > segment.bytes() - offset) {
                segment = advance(entryBytes);
                if (segment == null) {
                    return noSegment(entryBytes);
                }
                if (!room.has(position, entryBytes)) {
                    return noStaging(entryBytes);
                }
            }
            Staging staging = room.staging();
            staging.putHeader(position, length, check.of(segment.seed(), offset, length, kind, payloadCrc), kind);
            staging.put(position + EntryFormat.HEADER_BYTES, payload, from, length);
            moveTo(segment, offset + entryBytes);
            padded = false;
            group++;
            return position;
        } catch (InternalError deviceFailed) {
            accepting = false;
            throw deviceFailed;
        }
    }

    private void moveTo(JournalSegment segment, int newOffset) {
        offset = newOffset;
        position = segment.base() + newOffset;
        if (room.isWriteWanted(position, WRITE_BYTES) || room.isTouchWanted(position)) {
            writeWanted = true;
        }
    }

    /** Goes on to the next prepared segment, if there is one that fits; null if there is none. */
    private @Nullable JournalSegment advance(int entryBytes) {
        for (JournalSegment segment : prepared) {
            if (segment.fits(entryBytes)) {
                return begin(prepared.remove());
            }
        }
        return null;
    }

    private JournalSegment begin(JournalSegment next) {
        JournalSegment ended = current;
        if (ended != null) {
            int left = ended.bytes() - offset;
            if (left >= EntryFormat.ENTRY_BYTES_MIN) {
                pad(ended, left);
                ended.fillFrom(offset);
            }
            ended.endAt(ended.end());
        }
        current = next;
        segments.add(next);
        unforced.add(next);
        segmentWanted = true;
        padded = true;
        moveTo(next, SegmentHeader.PAGE_BYTES);
        if (ended == null) {
            noted = position;
            room.written(position);
        }
        return next;
    }

    /** There is always room for one: every append leaves that much. */
    private void pad(JournalSegment segment, int bytes) {
        Staging staging = room.staging();
        int length = bytes - EntryFormat.HEADER_BYTES;
        staging.putHeader(
                position, length, check.ofPadding(segment.seed(), offset, length, noted), EntryFormat.PADDING);
        staging.putLong(position + EntryFormat.HEADER_BYTES, noted);
    }

    private long noSegment(int entryBytes) {
        int needed = Math.max(segmentBytes, EntryFormat.segmentBytesFor(entryBytes));
        if (needed >= unpreparableBytes) {
            full = true;
            return Journal.REFUSED;
        }
        wantedBytes = Math.max(wantedBytes, needed);
        return Journal.BUSY;
    }

    private long noStaging(int entryBytes) {
        if (room.isHopeless(entryBytes)) {
            full = true;
            return Journal.REFUSED;
        }
        writeWanted = true;
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

    /** Whether something should be written, or pages made ready. */
    boolean isWriteWanted() {
        return writeWanted;
    }

    /** Says that what is wanted so far is being done. */
    void writeBegins() {
        writeWanted = false;
    }

    /** Whether a segment should be made. */
    boolean isSegmentWanted() {
        return segmentWanted;
    }

    synchronized void accept(boolean accepts) {
        accepting = accepts;
    }

    /** Takes what an earlier life left. */
    synchronized void recover(Collection<JournalSegment> earlier, long end) {
        segments.addAll(earlier);
        position = end;
        noted = end;
        room.written(end);
    }

    /** Makes some pages ready; by the writer. Returns whether there are more to do. */
    boolean touchAhead(LongSupplier nanoTime) {
        StagingRoom.Reach reach;
        synchronized (this) {
            reach = room.touchNext(position);
        }
        if (reach == null) {
            return false;
        }
        reach.touch(nanoTime);
        synchronized (this) {
            room.touched(reach);
            return room.isTouchWanted(position);
        }
    }

    /** Makes ready again what is needed soon: the kernel takes pages back of its own accord. By the background thread. */
    void touchAgain(LongSupplier nanoTime) {
        StagingRoom.Reach reach;
        synchronized (this) {
            reach = room.touchAgain(position);
        }
        if (reach != null) {
            reach.touch(nanoTime);
        }
    }

    /** What is staged and should be written though nobody waits for it; null if that is too little. */
    synchronized @Nullable Cut staged() {
        return room.isWriteWanted(position, WRITE_BYTES) ? parts() : null;
    }

    /** All that is staged. */
    synchronized Cut allStaged() {
        return parts();
    }

    private Cut parts() {
        List<Part> parts = new ArrayList<>(unforced.size());
        for (JournalSegment segment : unforced) {
            parts.add(new Part(segment, segment == current ? offset : segment.neededOf(segment.bytes())));
        }
        return new Cut(parts, position, group);
    }

    /** Says that everything up to a position is in its segment. */
    synchronized void written(long to) {
        room.written(to);
    }

    /**
     * Moves to the start of a page, so that no page that was forced is written once more and none that was can be torn,
     * and returns what has to be forced; null if that is nothing.
     */
    synchronized @Nullable Cut cut(long durable) {
        JournalSegment segment = current;
        if (segment == null || position == durable) {
            return null;
        }
        if (!padded) {
            int left = segment.bytes() - offset;
            int gap = -offset & (EntryFormat.PAGE_BYTES - 1);
            gap = Math.min(gap < EntryFormat.ENTRY_BYTES_MIN ? gap + EntryFormat.PAGE_BYTES : gap, left);
            if (gap >= EntryFormat.ENTRY_BYTES_MIN) {
                pad(segment, gap);
            }
            padded = true;
            moveTo(segment, offset + gap);
        }
        Cut cut = parts();
        group = 0;
        return cut;
    }

    /** Says that everything in a cut is forced, and so is what it left of segments that have ended. */
    synchronized void forced(Cut cut) {
        for (Part part : cut.parts) {
            if (part.segment.contentEnd() <= cut.position) {
                unforced.remove(part.segment);
            }
        }
        noted = cut.position;
    }

    /** Says that as many entries as there are since the last cut, and so many more, make a group. */
    synchronized void gather(int more) {
        groupWanted = group + more;
    }

    /** Whether the next group is as large as it was said to be. */
    synchronized boolean isGathered() {
        return group >= groupWanted;
    }

    /** How large a segment must be prepared; 0 if none is needed. */
    synchronized int neededBytes() {
        if (room.isMissing()) {
            return 0;
        }
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
        room.mayMakeAll();
        full = false;
    }

    /** Bytes of the staging that must be made; 0 if what there is will do. */
    synchronized int neededStagingBytes() {
        return room.neededBytes();
    }

    /** Says that no staging of this size can be had, as {@link #cannotPrepare}. */
    synchronized void cannotStage(int bytes) {
        room.cannotMake(bytes);
    }

    /** Lets appends wait, or go on. */
    synchronized void pause(boolean pauses) {
        room.pause(pauses);
    }

    /** Stages what is appended from now on elsewhere; everything so far is written. */
    synchronized @Nullable Staging exchange(Staging next) {
        Staging before = room.exchange(next, position);
        mayPrepareAll();
        return before;
    }

    synchronized @Nullable Staging staging() {
        return room.isMissing() ? null : room.staging();
    }

    /** Takes away the segments that are written and of which every entry lies below a position. */
    synchronized List<JournalSegment> maintain(long released) {
        segmentWanted = false;
        long below = room.writtenOf(released);
        List<JournalSegment> taken = new ArrayList<>();
        while (segments.size() > 1 && segments.element().contentEnd() <= below) {
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
        group = 0;
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
