package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from a position on: its segments, and beyond what is in them the staging. It ends at the first thing
 * that is no entry, if that was not known to be forced; below what was, such a thing is damage. Owned by the thread that
 * opens.
 */
final class JournalRecovery {
    private static final int COPY_BYTES = 1 << 20;
    private static final int PROGRESS_BYTES = 16 << 20;

    private final Disk disk;
    private final SegmentChain chain;
    private final boolean salvage;
    private final ReplayVisitor visitor;
    private final Path stagingPath;
    private final @Nullable StagingHeader stagingHeader;
    private final List<RecoveryReport.Dropped> dropped = new ArrayList<>();
    private final long totalBytes;
    private final long from;
    private long end;
    private long durable;
    private boolean notesSought;
    private long entries;
    private long payloadBytes;
    private long doneBytes;
    private long nextProgressBytes = PROGRESS_BYTES;

    JournalRecovery(
            Disk disk,
            List<SegmentFiles.Found> found,
            UUID identity,
            Path stagingPath,
            @Nullable StagingHeader stagingHeader,
            long fromPosition,
            boolean salvage,
            ReplayVisitor visitor)
            throws JournalException {
        this.disk = disk;
        this.salvage = salvage;
        this.visitor = visitor;
        this.stagingPath = stagingPath;
        this.stagingHeader = stagingHeader;
        this.from = fromPosition;
        this.end = fromPosition;
        this.chain = SegmentChain.of(found, identity, fromPosition, salvage);
        this.dropped.addAll(chain.dropped());
        this.durable = Math.max(chain.durable(), stagingHeader == null ? 0 : stagingHeader.durable());
        long bytes = 0;
        for (RecoveredSegment segment : chain.live()) {
            bytes += Math.max(
                    0, segment.limit() - Math.max(fromPosition, segment.header().base()));
        }
        this.totalBytes = bytes;
    }

    SegmentChain chain() {
        return chain;
    }

    /** Visits the entries; returns what was found. */
    RecoveryReport run() throws IOException {
        try (DiskFile staging = stagingHeader == null ? null : disk.open(stagingPath)) {
            boolean goesOn = true;
            for (int i = 0; i < chain.live().size() && goesOn; i++) {
                goesOn = readSegment(i, staging);
            }
        }
        if (end < durable) {
            endsEarly();
        }
        boolean closed = chain.closedAt(end);
        if (!closed && stagingHeader == null && !chain.isEmpty()) {
            stagingIsMissing();
        }
        return new RecoveryReport(
                end, chain.reached(), durable, entries, payloadBytes, closed && dropped.isEmpty(), dropped);
    }

    private void endsEarly() throws JournalException {
        List<RecoveredSegment> live = chain.live();
        SegmentFiles.Found last =
                live.isEmpty() ? null : live.get(live.size() - 1).found();
        Path file = last == null ? stagingPath : last.path();
        String reason = "entries up to position " + durable + ": they had been forced";
        if (!salvage) {
            throw new JournalCorruptException(
                    file, last == null ? 0 : last.fileBytes(), "the end of the journal", reason);
        }
        dropped.add(new RecoveryReport.Dropped(file, end, durable, "no " + reason));
        end = durable;
    }

    /** Nothing forced is missing, but what was appended last is, if the process was killed. */
    private void stagingIsMissing() throws JournalException {
        String found = disk.exists(stagingPath) ? "no header that is whole" : "no file";
        if (!salvage) {
            throw new JournalCorruptException(stagingPath, 0, found, "what was appended last");
        }
        dropped.add(new RecoveryReport.Dropped(
                stagingPath, end, end, "what was appended last, if anything: there is " + found));
    }

    /** Returns false if the journal ends in it. */
    private boolean readSegment(int index, @Nullable DiskFile staging) throws IOException {
        RecoveredSegment segment = chain.live().get(index);
        long start = Math.max(end, segment.header().entriesAt());
        if (start >= segment.limit()) {
            return true;
        }
        if (!segment.header().goesOn()) {
            end = start;
        }
        int offset = segment.offsetOf(start);
        int limit = segment.offsetOf(segment.limit());
        try (DiskFile file = disk.open(segment.found().path())) {
            SegmentReader reader = readerOf(segment, file);
            SegmentReader staged = staging == null ? null : stagedReaderOf(segment, staging);
            while (!isOver(segment, offset, limit)) {
                if (reader.read(offset, limit)) {
                    offset += reader.entryBytes();
                    visit(segment, offset, reader);
                } else if (staged != null
                        && mayBeStaged(index, segment.positionOf(offset))
                        && staged.read(offset, limit)) {
                    file.write(staged.content(), offset);
                    offset += staged.entryBytes();
                    visit(segment, offset, staged);
                } else if (isEnd(index, segment.positionOf(offset))) {
                    // A force of nothing more than the beginning of a segment leaves no entry to end with.
                    end = Math.max(end, durable);
                    return false;
                } else {
                    offset = passOver(index, segment, offset, limit, reader);
                }
                end = segment.positionOf(offset);
            }
        }
        end = segment.limit();
        return true;
    }

    private static SegmentReader readerOf(RecoveredSegment segment, DiskFile file) {
        return new SegmentReader(file::read, segment.found().fileBytes(), seedOf(segment));
    }

    private static int seedOf(RecoveredSegment segment) {
        return EntryFormat.seed(segment.header().identity(), segment.header().sequence());
    }

    /** Reads what the staging has of a segment, as if it were the segment. */
    private SegmentReader stagedReaderOf(RecoveredSegment segment, DiskFile staging) {
        int bytes = stagingHeader == null ? 0 : stagingHeader.bytes();
        return new SegmentReader(
                (into, offset) -> {
                    int before = into.position();
                    int wanted = Math.min(into.remaining(), bytes);
                    int at = (int) (segment.positionOf((int) offset) % bytes);
                    int first = Math.min(wanted, bytes - at);
                    into.limit(before + first);
                    int read = staging.read(into, StagingHeader.PAGE_BYTES + (long) at);
                    if (read == first && first < wanted) {
                        into.limit(before + wanted);
                        read += staging.read(into, StagingHeader.PAGE_BYTES);
                    }
                    return read;
                },
                segment.header().bytes(),
                seedOf(segment));
    }

    /** What had been forced is damaged if its segment has it not, whatever may be left of it elsewhere. */
    private boolean mayBeStaged(int index, long position) {
        return position >= durable || isExcused(index, position);
    }

    /** A segment that was filled may have bytes left that are too few for an entry; one that was cut has none. */
    private static boolean isOver(RecoveredSegment segment, int offset, int limit) {
        boolean filled = limit == segment.header().bytes();
        return offset == limit || (filled && limit - offset < EntryFormat.ENTRY_BYTES_MIN);
    }

    private boolean isEnd(int index, long position) throws IOException {
        if (position < durable || isExcused(index, position)) {
            return false;
        }
        seekNotes(index, position);
        return position >= durable;
    }

    /** After a loss of power the paddings behind tell what was forced, later than any header. */
    private void seekNotes(int index, long position) throws IOException {
        for (int i = index; i < chain.live().size() && !notesSought; i++) {
            RecoveredSegment segment = chain.live().get(i);
            int offset = Math.max(
                    SegmentHeader.PAGE_BYTES,
                    segment.offsetOf(Math.max(position, segment.header().base())));
            try (DiskFile file = disk.open(segment.found().path())) {
                int limit = (int) Math.min(
                        segment.offsetOf(segment.limit()), segment.found().fileBytes());
                durable = Math.max(durable, readerOf(segment, file).durableNoted(offset, limit));
            }
        }
        notesSought = true;
    }

    /** Whether a later segment says that from here on a failed force may have lost what stood there. */
    private boolean isExcused(int index, long position) {
        return position >= excusedFrom(index);
    }

    private long excusedFrom(int index) {
        long least = Long.MAX_VALUE;
        for (int i = index + 1; i < chain.live().size(); i++) {
            least = Math.min(least, chain.live().get(i).header().previousDurable());
        }
        return least;
    }

    private void visit(RecoveredSegment segment, int endOffset, SegmentReader reader) throws IOException {
        if (reader.isPadding()) {
            durable = Math.max(durable, reader.noted());
            return;
        }
        long position = segment.positionOf(endOffset);
        int kind = reader.kind();
        visitor.entry(
                position,
                EntryFormat.type(kind),
                EntryFormat.partition(kind),
                reader.array(),
                reader.payloadAt(),
                reader.length());
        entries++;
        payloadBytes += reader.length();
        doneBytes += reader.entryBytes();
        if (doneBytes >= nextProgressBytes) {
            nextProgressBytes = doneBytes + PROGRESS_BYTES;
            visitor.progress(doneBytes, Math.max(doneBytes, totalBytes));
        }
    }

    private int passOver(int index, RecoveredSegment segment, int offset, int limit, SegmentReader reader)
            throws IOException {
        boolean excused = isExcused(index, segment.positionOf(offset));
        String fault = reader.fault();
        if (!excused && !salvage) {
            throw new JournalCorruptException(
                    segment.found().path(), offset, fault, "an entry: position " + durable + " had been forced");
        }
        int next = reader.nextEntry(offset, limit);
        String reason = excused ? "lost when a force failed: " + fault : fault;
        dropped.add(new RecoveryReport.Dropped(
                segment.found().path(), segment.positionOf(offset), segment.positionOf(next), reason));
        return next;
    }

    /**
     * Forces what was read and not known to be forced, written once more before: a force that failed in an earlier life
     * may have left pages which the kernel takes for clean and which are not on the device.
     */
    void makeDurable() throws IOException {
        for (int i = 0; i < chain.live().size(); i++) {
            RecoveredSegment segment = chain.live().get(i);
            long unsure = Math.min(durable, excusedFrom(i));
            long start = Math.max(Math.max(from, segment.header().entriesAt()), unsure);
            long stop = Math.min(end, segment.limit());
            if (start < stop) {
                rewrite(segment, segment.offsetOf(start), segment.offsetOf(stop));
            }
        }
    }

    private void rewrite(RecoveredSegment segment, int start, int stop) throws IOException {
        try (DiskFile file = disk.open(segment.found().path())) {
            byte[] bytes = new byte[Math.min(COPY_BYTES, stop - start)];
            for (int at = start; at < stop; at += bytes.length) {
                int read = file.read(ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, stop - at)), at);
                file.write(ByteBuffer.wrap(bytes, 0, read), at);
            }
            file.force();
        } catch (IOException failure) {
            throw new IOException("forcing " + segment.found().path() + ": " + failure.getMessage(), failure);
        }
    }
}
