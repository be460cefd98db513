package io.kvorum.storage.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which segments count. Each says where the entries before it end, so the chain is followed from the newest back; what
 * lies between two of the chain was cut off, and is dead. What lies wholly below the position asked for is not needed,
 * and may be damaged or gone.
 */
final class SegmentChain {
    private final List<RecoveredSegment> live = new ArrayList<>();
    private final List<RecoveredSegment> dead = new ArrayList<>();
    private final List<SegmentHeader> headers = new ArrayList<>();
    private final List<RecoveryReport.Dropped> dropped = new ArrayList<>();
    private final UUID identity;
    private final long from;
    private final boolean salvage;
    private long durable;
    private long highestEnd;
    private long reached;

    private SegmentChain(UUID identity, long from, boolean salvage) {
        this.identity = identity;
        this.from = from;
        this.salvage = salvage;
        this.highestEnd = from;
    }

    static SegmentChain of(List<SegmentFiles.Found> found, UUID identity, long from, boolean salvage)
            throws JournalException {
        SegmentChain chain = new SegmentChain(identity, from, salvage);
        List<RecoveredSegment> needed = new ArrayList<>();
        int first = chain.firstNeeded(found);
        for (int i = 0; i < found.size(); i++) {
            chain.admit(found, i, i < first, needed);
        }
        chain.link(needed);
        return chain;
    }

    /** The last segment which says that everything before it lies below the position asked for. */
    private int firstNeeded(List<SegmentFiles.Found> found) {
        for (int i = found.size() - 1; i > 0; i--) {
            SegmentHeader header = found.get(i).header();
            if (header != null && header.sequence() == found.get(i).sequence() && header.previousEnd() <= from) {
                return i;
            }
        }
        return 0;
    }

    private void admit(List<SegmentFiles.Found> found, int index, boolean below, List<RecoveredSegment> needed)
            throws JournalException {
        SegmentFiles.Found segment = found.get(index);
        SegmentHeader header = segment.header();
        if (header != null && header.sequence() == segment.sequence()) {
            headers.add(header);
            durable = Math.max(durable, header.durable());
            highestEnd = Math.max(highestEnd, header.end());
            reached = Math.max(reached, header.end());
            if (!below && segment.fileBytes() != header.bytes() && !salvage) {
                throw new JournalCorruptException(
                        segment.path(), segment.fileBytes(), "the end of the file", header.bytes() + " bytes");
            }
        } else if (below) {
            // Nothing of it is needed: it goes with those before the first that is.
            header = guessed(segment, from - segment.fileBytes());
        } else if (salvage) {
            header = guess(found, index, needed);
            long end = header == null ? highestEnd + segment.fileBytes() : header.end();
            highestEnd = Math.max(highestEnd, end);
            if (header == null) {
                dropped.add(new RecoveryReport.Dropped(
                        segment.path(), highestEnd - segment.fileBytes(), highestEnd, "its place is not known"));
                dead.add(new RecoveredSegment(segment, guessed(segment, highestEnd - segment.fileBytes()), end));
                return;
            }
            durable = Math.max(durable, header.end());
        } else {
            throw new JournalCorruptException(segment.path(), 0, foundInstead(header), "a segment header");
        }
        RecoveredSegment recovered = new RecoveredSegment(segment, header, header.end());
        (below ? dead : needed).add(recovered);
    }

    private static String foundInstead(@Nullable SegmentHeader header) {
        return header == null ? "two slots that are both damaged" : "the header of segment " + header.sequence();
    }

    /** Where a segment without a header lies, by its neighbours; null if they do not tell. */
    private @Nullable SegmentHeader guess(List<SegmentFiles.Found> found, int index, List<RecoveredSegment> needed) {
        SegmentFiles.Found segment = found.get(index);
        RecoveredSegment before = needed.isEmpty() ? null : needed.get(needed.size() - 1);
        if (before != null && before.found().sequence() + 1 == segment.sequence()) {
            return guessed(segment, before.header().end());
        }
        SegmentHeader after = index + 1 < found.size() ? found.get(index + 1).header() : null;
        if (after != null
                && after.sequence() == segment.sequence() + 1
                && after.previousEnd() == after.base()
                && after.base() >= segment.fileBytes()) {
            return guessed(segment, after.base() - segment.fileBytes());
        }
        return segment.sequence() == 0 && from == 0 ? guessed(segment, SegmentHeader.PAGE_BYTES) : null;
    }

    private SegmentHeader guessed(SegmentFiles.Found segment, long base) {
        int bytes = (int) Math.min(segment.fileBytes(), Integer.MAX_VALUE) & -EntryFormat.ALIGNMENT;
        long previousEnd = segment.sequence() == 0 ? 0 : base;
        return new SegmentHeader(identity, segment.sequence(), base, bytes, previousEnd, previousEnd, 0, false, 0);
    }

    private void link(List<RecoveredSegment> needed) throws JournalException {
        long limit = Long.MAX_VALUE;
        @Nullable RecoveredSegment after = null;
        for (int i = needed.size() - 1; i >= 0; i--) {
            RecoveredSegment segment = needed.get(i);
            SegmentHeader header = segment.header();
            if (after != null && header.base() >= limit) {
                dead.add(segment);
                continue;
            }
            if (header.end() < limit && after != null) {
                missing(after.found().path(), Math.max(header.end(), from), limit);
            }
            live.add(new RecoveredSegment(segment.found(), header, Math.min(header.end(), limit)));
            limit = header.previousEnd();
            after = segment;
        }
        if (after != null && from < limit) {
            missing(after.found().path(), from, limit);
        }
        Collections.reverse(live);
    }

    private void missing(Path before, long fromPosition, long toPosition) throws JournalException {
        if (!salvage) {
            throw new JournalCorruptException(
                    before,
                    0,
                    "the entries from position " + toPosition + " on",
                    "those from position " + fromPosition + " on too: a segment before it is missing");
        }
        dropped.add(new RecoveryReport.Dropped(before, fromPosition, toPosition, "a segment before it is missing"));
    }

    /** Segments to read, in order. */
    List<RecoveredSegment> live() {
        return live;
    }

    /** Segments of which nothing counts. */
    List<RecoveredSegment> dead() {
        return dead;
    }

    /** What is known to be missing without reading an entry. */
    List<RecoveryReport.Dropped> dropped() {
        return dropped;
    }

    /** Whether the last life that had a segment was closed in order, and there. */
    boolean closedAt(long end) {
        boolean closed = false;
        for (SegmentHeader header : headers) {
            closed = (closed && header.goesOn()) || (header.closed() && header.durable() == end);
        }
        return closed;
    }

    /** The largest position that any header calls durable. */
    long durable() {
        return durable;
    }

    /** Whether there is no segment that can be read. */
    boolean isEmpty() {
        return headers.isEmpty();
    }

    /** Where the last segment that is there ends; 0 if there is none. */
    long reached() {
        return reached;
    }

    /** Beyond all positions that ever were. */
    long highestEnd() {
        return highestEnd;
    }
}
