package io.kvorum.storage.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes segments before they are needed and takes back those that are not any more. Owned by the background thread. */
final class SegmentSupply {
    private final SegmentFiles files;
    private final UUID identity;
    private final Tail tail;
    private final Deque<JournalSegment> retiring = new ArrayDeque<>();
    private SegmentFiles.@Nullable Preparation preparation;
    private boolean preparationFailed;
    private boolean retireFailed;
    private long nextSequence;
    private long nextBase;

    /** Where the entries before the first segment of this life end. */
    private long earlierEnd;

    /** Written by the owner, read by all. */
    private volatile @Nullable String prepareProblem;

    private volatile @Nullable String retireProblem;

    SegmentSupply(SegmentFiles files, UUID identity, Tail tail) {
        this.files = files;
        this.identity = identity;
        this.tail = tail;
    }

    /**
     * Sets where this life of the journal begins.
     *
     * @param beyond an upper bound of all positions that ever were
     * @param end where the entries of earlier lives end
     */
    void beginAt(long sequence, long beyond, long end) {
        nextSequence = sequence;
        nextBase = beyond;
        earlierEnd = end;
        leaveGap();
    }

    /** A segment that begins a life begins beyond where another ends, and so can be told from one that goes on. */
    private void leaveGap() {
        nextBase = EntryFormat.aligned(nextBase + 1, EntryFormat.PAGE_BYTES);
    }

    /** What could not be done with the files and will be tried again; null if nothing. */
    @Nullable
    String problem() {
        String prepare = prepareProblem;
        return prepare == null ? retireProblem : prepare;
    }

    /**
     * Makes a new segment that begins beyond all others, and waits for it.
     *
     * @param end where the entries before it end
     * @param surelyDurable from here on they may be lost
     */
    JournalSegment makeAfter(int bytes, long end, long surelyDurable) throws IOException {
        leaveGap();
        SegmentFiles.Preparation whole = files.prepare(
                new SegmentHeader(identity, nextSequence, nextBase, bytes, end, surelyDurable, nextBase, false, 0),
                false);
        try {
            JournalSegment segment = whole.step();
            while (segment == null) {
                segment = whole.step();
            }
            advancePast(segment);
            return segment;
        } catch (IOException | InternalError failure) {
            throw abandoned(whole, failure);
        }
    }

    /**
     * Does a part of what there is to prepare.
     *
     * @return a segment, when it is ready
     */
    @Nullable
    JournalSegment prepare(long durable) {
        int bytes = tail.neededBytes();
        if (preparation == null && (bytes == 0 || preparationFailed)) {
            return null;
        }
        if (preparation == null) {
            preparation = files.prepare(nextHeader(bytes, durable), true);
        }
        SegmentFiles.Preparation current = preparation;
        try {
            JournalSegment segment = current.step();
            if (segment != null) {
                preparation = null;
                prepareProblem = null;
                advancePast(segment);
            }
            return segment;
        } catch (IOException | InternalError failure) {
            preparation = null;
            tail.cannotPrepare(current.bytes());
            // A smaller one may still be had.
            preparationFailed = tail.neededBytes() >= current.bytes();
            prepareProblem = abandoned(current, failure).getMessage();
            return null;
        }
    }

    /** Whether {@link #prepare} has more to do. */
    boolean isPreparing() {
        return preparation != null || (tail.neededBytes() > 0 && !preparationFailed);
    }

    private SegmentHeader nextHeader(int bytes, long durable) {
        boolean first = tail.isWithoutSegment();
        long end = first ? earlierEnd : nextBase;
        return new SegmentHeader(
                identity, nextSequence, nextBase, bytes, end, end, first ? nextBase : durable, false, 0);
    }

    private void advancePast(JournalSegment segment) {
        nextSequence++;
        nextBase = segment.end();
    }

    private static IOException abandoned(SegmentFiles.Preparation preparation, Throwable failure) {
        IOException told = new IOException(
                "preparing journal segment " + preparation.path() + ": " + failure.getMessage(), failure);
        try {
            preparation.abandon();
        } catch (IOException alsoFailed) {
            told.addSuppressed(alsoFailed);
        }
        return told;
    }

    /** Gives up what is half made. */
    void cancel() throws IOException {
        SegmentFiles.Preparation half = preparation;
        preparation = null;
        if (half != null) {
            half.abandon();
        }
    }

    /** Lets what failed be tried again. */
    void retry() {
        preparationFailed = false;
        retireFailed = false;
        tail.retry();
    }

    /** Takes segments that are not needed any more. */
    void takeBack(Collection<JournalSegment> released) {
        retiring.addAll(released);
    }

    /** Makes the files that came back spares, or deletes them; oldest first, so that no hole is left by a crash. */
    void retire() {
        while (!retiring.isEmpty() && !retireFailed) {
            JournalSegment segment = retiring.element();
            try {
                files.retire(segment);
                retiring.remove();
                retireProblem = null;
            } catch (IOException failure) {
                retireFailed = true;
                retireProblem = "releasing journal segment " + segment.file().path() + ": " + failure.getMessage();
            }
        }
    }

    /** Closes every file that it has; the first failure is told after all. */
    void close() throws IOException {
        List<Closeable> all = new ArrayList<>();
        all.add(this::cancel);
        retiring.forEach(segment -> all.add(segment.file()::close));
        all.add(files::close);
        IOException first = null;
        for (Closeable one : all) {
            try {
                one.close();
            } catch (IOException failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
