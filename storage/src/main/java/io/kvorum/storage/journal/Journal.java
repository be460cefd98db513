package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DurableCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries in the order they were appended. A position is a number of bytes since the journal began; it only grows,
 * over all lives of the directory.
 *
 * <p>Life: {@link #open}, {@link #replay} once, then use, then {@link #close()}. Whoever opens it sees to it that nobody
 * else does.
 */
public final class Journal implements AutoCloseable {
    /** Instead of a position: there is no room yet, but there will be; try again soon. Nothing was appended. */
    public static final long BUSY = -1;

    /** Instead of a position: {@link #state()} and {@link #problem()} tell why. Nothing was appended. */
    public static final long REFUSED = -2;

    /** The longest payload of an entry, in bytes. */
    public static final int PAYLOAD_BYTES_MAX = 1 << 29;

    private static final long TICK_NANOS = 1_000_000_000;

    private final Disk disk;
    private final UUID identity;
    private final JournalSettings settings;
    private final Background background;
    private final SegmentFiles files;
    private final List<SegmentFiles.Found> found;
    private final Tail tail;
    private final SegmentSupply supply;
    private final TailWriter writer;
    private final StagingFile stagingFile;
    private final StagingSupply stagingSupply;
    private final Gathering gathering;
    private final DurableWaiters waiters = new DurableWaiters();
    private final Runnable work = this::work;
    private final AtomicBoolean workQueued = new AtomicBoolean();

    /** Never FULL: the tail knows that. Any thread may see the device fail, so it is exchanged and not set. */
    private final AtomicReference<JournalState> phase = new AtomicReference<>(JournalState.OPENING);

    /** Written by the background thread, read by all. */
    private volatile long durable;

    private volatile @Nullable String failure;

    /** Of positions between these nothing is known to be durable, though later ones are: a force has failed. */
    private volatile long lostFrom;

    private volatile long lostTo;

    /** What the background thread is asked for. */
    private volatile boolean forceWanted;

    private volatile boolean retryWanted;

    /** Owned by the thread that opens. */
    private boolean replayed;

    private final AtomicLong releasedTo = new AtomicLong();

    private Journal(
            Disk disk,
            UUID identity,
            JournalSettings settings,
            Background background,
            Background writing,
            SegmentFiles files,
            List<SegmentFiles.Found> found) {
        this.disk = disk;
        this.identity = identity;
        this.settings = settings;
        this.background = background;
        this.files = files;
        this.found = found;
        this.tail = new Tail(settings.segmentBytes(), settings.stagingBytes());
        this.supply = new SegmentSupply(files, identity, tail);
        this.writer = new TailWriter(tail, writing, this::fail);
        this.stagingFile = new StagingFile(disk, files.directory(), identity);
        this.stagingSupply = new StagingSupply(stagingFile, tail, settings.stagingBytes());
        this.gathering = new Gathering(tail, background, settings.sync() == SyncPolicy.ALWAYS);
    }

    /**
     * Reads which segments there are; the directory is made if it is not there. May wait for the device.
     *
     * @param identity names the journal, so that segments of another are refused; the same at each open
     * @param background runs everything that waits for the device, from {@link #replay} on
     * @param writing writes what was appended to its files, which waits for the kernel at most
     * @throws JournalException if there is a segment of another journal or of a later format
     */
    public static Journal open(
            Disk disk,
            Path directory,
            UUID identity,
            JournalSettings settings,
            Background background,
            Background writing)
            throws IOException {
        SegmentFiles files = new SegmentFiles(disk, directory, settings);
        return new Journal(disk, identity, settings, background, writing, files, files.find(identity));
    }

    /**
     * Visits every entry from a position on, makes sure that all of them are on the device, and begins to take new ones,
     * at positions beyond all that ever were. On the thread that opened; may wait for the device. If it throws, the
     * journal can only be closed.
     *
     * @param fromPosition 0, or a position that {@link #append} or {@link #position()} returned, in this life of the
     *     directory or an earlier one; everything before it is elsewhere (in a checkpoint)
     * @param salvage whether to pass over what is damaged or missing, and to report it, instead of throwing
     * @throws JournalCorruptException if entries that had been forced are damaged or missing
     */
    public RecoveryReport replay(long fromPosition, boolean salvage, ReplayVisitor visitor) throws IOException {
        if (state() != JournalState.OPENING || replayed) {
            throw new IllegalStateException("replay of a journal that is " + state());
        }
        replayed = true;
        StagingHeader staged = stagingFile.read();
        JournalRecovery recovery =
                new JournalRecovery(disk, found, identity, stagingFile.path(), staged, fromPosition, salvage, visitor);
        RecoveryReport report = recovery.run();
        recovery.makeDurable();
        begin(recovery.chain(), staged, report.endPosition());
        releasedTo.set(fromPosition);
        phase.set(JournalState.RUNNING);
        tail.accept(true);
        background.schedule(TICK_NANOS, this::tick);
        signal();
        writer.signal();
        return report;
    }

    private void begin(SegmentChain chain, @Nullable StagingHeader staged, long end) throws IOException {
        List<JournalSegment> earlier = new ArrayList<>();
        List<JournalSegment> dead = new ArrayList<>();
        for (RecoveredSegment segment : chain.live()) {
            boolean cut = segment.header().base() >= end;
            (cut ? dead : earlier).add(segmentOf(segment, Math.min(segment.limit(), end)));
        }
        for (RecoveredSegment segment : chain.dead()) {
            dead.add(segmentOf(segment, 0));
        }
        tail.recover(earlier, end);
        durable = end;
        supply.beginAt(files.nextSequence(), Math.max(chain.highestEnd(), end), end);
        supply.takeBack(dead);
        stagingSupply.begin(staged, end);
        prepareFirst();
    }

    private static JournalSegment segmentOf(RecoveredSegment segment, long end) {
        return new JournalSegment(new SegmentFile(segment.found().path()), segment.header(), end);
    }

    /** On a full disk there may be none yet: the tick tries again. */
    private void prepareFirst() {
        while (supply.isPreparing() && tail.isWithoutSegment()) {
            adopt(supply.prepare(durable));
        }
    }

    private void adopt(@Nullable JournalSegment segment) {
        if (segment != null && tail.add(segment)) {
            nowDurable(segment.base() + SegmentHeader.PAGE_BYTES);
        }
    }

    private void nowDurable(long position) {
        durable = position;
        Staging staging = tail.staging();
        if (staging != null) {
            staging.noteDurable(position);
        }
    }

    /**
     * Appends an entry: when this returns a position, the entry survives the end of the process. Any thread, under any
     * lock: it never waits for the device and allocates nothing. Entries appear in the order of their positions.
     *
     * @param type 1 to 255
     * @param partition 0 to 2²⁴ − 1
     * @param length of the payload, 0 to {@link #PAYLOAD_BYTES_MAX}
     * @return the position just after the entry, above 0, or {@link #BUSY} or {@link #REFUSED}
     */
    public long append(int type, int partition, byte[] payload, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, payload.length);
        if (type < 1
                || type > EntryFormat.TYPE_MAX
                || partition < 0
                || partition > EntryFormat.PARTITION_MAX
                || length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "an entry of type " + type + " for partition " + partition + " with " + length + " bytes");
        }
        int payloadCrc = EntryFormat.payloadCrc(payload, offset, length);
        long position;
        try {
            position = tail.append(EntryFormat.kind(type, partition), payload, offset, length, payloadCrc);
        } catch (InternalError deviceFailed) {
            fail("writing to", deviceFailed);
            return REFUSED;
        }
        if (position == BUSY || tail.isWriteWanted()) {
            writer.signal();
        }
        if (position > 0 && settings.sync() == SyncPolicy.ALWAYS) {
            requestForce();
        } else if (position == BUSY || tail.isSegmentWanted()) {
            signal();
        }
        return position;
    }

    /** The position just after the last entry: what a checkpoint made now would cover. Any thread. */
    public long position() {
        return tail.position();
    }

    /** Every entry up to here survives the loss of power. Any thread. */
    public long durablePosition() {
        return durable;
    }

    /**
     * Tells, once, when everything up to a position survives the loss of power, or that it will not; and asks for a force
     * at once, whatever the policy. Any thread. Those that wait are bounded by their callers alone, of which each has
     * one at a time.
     *
     * @param position that {@link #append} or {@link #position()} returned in this life
     * @param callback gets the position; runs on the background thread, or at once on this one if the answer is known
     */
    public void whenDurable(long position, DurableCallback callback) {
        if (position > tail.position()) {
            throw new IllegalArgumentException(
                    "position " + position + " of a journal that ends at " + tail.position());
        }
        if (position <= durable) {
            callback.complete(position, !isLost(position));
        } else if (waiters.add(position, callback)) {
            requestForce();
        } else {
            callback.complete(position, position <= durable && !isLost(position));
        }
    }

    private boolean isLost(long position) {
        return position > lostFrom && position < lostTo;
    }

    /** Asks for a force of all that was appended. Any thread. */
    public void requestForce() {
        forceWanted = true;
        if (!gathering.isGoingOn()) {
            signal();
        }
    }

    private void signal() {
        if (!workQueued.get() && workQueued.compareAndSet(false, true)) {
            background.execute(work);
        }
    }

    private void tick() {
        if (phase.get() == JournalState.CLOSED) {
            return;
        }
        background.schedule(TICK_NANOS, this::tick);
        if (settings.sync() == SyncPolicy.EVERY_SECOND) {
            forceWanted = true;
        }
        supply.retry();
        stagingSupply.retry();
        writer.touchAgain();
        work();
    }

    private void work() {
        workQueued.set(false);
        try {
            if (phase.get() == JournalState.RUNNING) {
                if (forceWanted && !gathering.waits(work)) {
                    boolean unused = force();
                }
            } else if (phase.get() == JournalState.FAILED) {
                waiters.refuse();
            }
        } finally {
            maintain();
        }
    }

    /** One force at a time: what was asked for meanwhile goes with the next. */
    private boolean force() {
        gathering.ends();
        forceWanted = false;
        long forced = durable;
        try {
            forced = forceTail();
        } catch (IOException | InternalError failed) {
            fail("forcing", failed);
        }
        // An append may have seen the device fail meanwhile: then the force proves nothing.
        if (phase.get() == JournalState.FAILED) {
            waiters.refuse();
            return false;
        }
        nowDurable(forced);
        waiters.complete(forced);
        return true;
    }

    /** Returns the position up to which everything is forced now. */
    private long forceTail() throws IOException {
        Tail.Cut cut = tail.cut(durable);
        if (cut == null) {
            return durable;
        }
        long begun = background.nanoTime();
        writer.write(cut);
        for (Tail.Part part : cut.parts()) {
            part.segment().force();
        }
        tail.forced(cut);
        gathering.forced(cut.entries(), begun);
        return cut.position();
    }

    private void fail(String doing, Throwable cause) {
        JournalSegment current = tail.current();
        String file =
                current == null ? "" : " journal segment " + current.file().path();
        failure = doing + file + ": " + cause.getMessage();
        phase.compareAndSet(JournalState.RUNNING, JournalState.FAILED);
        tail.accept(false);
        signal();
    }

    /** Releases and prepares; a part at a time, so that a force need not wait long. */
    private void maintain() {
        if (phase.get() != JournalState.RUNNING) {
            return;
        }
        if (retryWanted) {
            retryWanted = false;
            supply.retry();
            stagingSupply.retry();
        }
        long released = releasedTo.get();
        if (released >= lostTo) {
            lostTo = 0;
        }
        supply.takeBack(tail.maintain(released));
        supply.retire();
        prepareStaging();
        adopt(supply.prepare(durable));
        if (supply.isPreparing() || stagingSupply.isPreparing()) {
            signal();
        }
    }

    /** What is staged goes to its segment first, and nothing is appended meanwhile. */
    private void prepareStaging() {
        if (!stagingSupply.step()) {
            return;
        }
        // Most of it before, so that the pause is short.
        if (!writer.writeAll()) {
            return;
        }
        tail.pause(true);
        try {
            if (writer.writeAll()) {
                stagingSupply.exchange(durable);
            }
        } finally {
            tail.pause(false);
        }
    }

    /**
     * Forces all that was appended before the call. On the background thread alone.
     *
     * @return false if that failed, or the journal had failed before
     */
    public boolean forceNow() {
        return phase.get() == JournalState.RUNNING && force();
    }

    /**
     * Says that everything below a position is on the device elsewhere (in a checkpoint): segments that hold nothing
     * above it go. Any thread; done soon, on the background thread.
     */
    public void release(long position) {
        releasedTo.accumulateAndGet(position, Math::max);
        retryWanted = true;
        signal();
    }

    /** What it can do at the moment. Any thread. */
    public JournalState state() {
        JournalState now = Objects.requireNonNull(phase.get());
        return now == JournalState.RUNNING && tail.isFull() ? JournalState.FULL : now;
    }

    /** What last went wrong and is not over yet, with the file; null if nothing. Any thread. */
    public @Nullable String problem() {
        String failed = failure;
        if (failed != null) {
            return failed;
        }
        String staging = stagingSupply.problem();
        return staging == null ? supply.problem() : staging;
    }

    /**
     * Tries to go on after a failure, in a wholly new segment. On the background thread, when {@link JournalState#FAILED}.
     * What had been appended and was not durable may be lost on the device and stays so: the caller makes a checkpoint of
     * everything it has and calls {@link #release} with a position at or above {@link #position()} as it is after this.
     * Until then a start reports the range as dropped if it cannot be read.
     *
     * @return whether the journal takes entries again
     */
    public boolean reset() {
        if (phase.get() != JournalState.FAILED) {
            throw new IllegalStateException("reset of a journal that is " + state());
        }
        waiters.refuse();
        gathering.ends();
        // A failure that another thread saw may have come between the last reset and its end.
        tail.accept(false);
        // What can still be written survives the end of the process, as it did before the device failed.
        List<JournalSegment> unused = writer.abandon();
        long end = tail.position();
        try {
            supply.cancel();
            supply.takeBack(unused);
            stagingSupply.renewIfDamaged(durable);
            JournalSegment segment = supply.makeAfter(settings.segmentBytes(), end, durable);
            lostFrom = lostTo == 0 ? durable : Math.min(lostFrom, durable);
            lostTo = segment.base() + SegmentHeader.PAGE_BYTES;
            adopt(segment);
        } catch (IOException stillFails) {
            failure = String.valueOf(stillFails.getMessage());
            return false;
        }
        failure = null;
        waiters.accept();
        phase.set(JournalState.RUNNING);
        tail.accept(true);
        if (phase.get() != JournalState.RUNNING) {
            tail.accept(false);
        }
        signal();
        return true;
    }

    /** Bytes of all files: the staging, and segments in use, prepared and spare. Any thread. */
    public long bytesUsed() {
        return files.bytesUsed() + stagingSupply.bytes();
    }

    /** Bytes that were appended after a position: what a replay from it would read. Any thread. */
    public long bytesSince(long position) {
        return tail.bytesSince(position);
    }

    /** Segments that hold entries. Any thread. */
    public int segmentCount() {
        return tail.segmentCount();
    }

    /**
     * Forces all that was appended, marks the journal as closed in order, and ends use. On the background thread, or on
     * any when that runs no more. From every state, and twice.
     *
     * @throws IOException if the last entries could not be forced
     */
    @Override
    public void close() throws IOException {
        JournalState before = phase.getAndSet(JournalState.CLOSED);
        if (before == JournalState.CLOSED) {
            return;
        }
        tail.accept(false);
        try {
            if (before == JournalState.RUNNING) {
                forceLast();
            }
        } catch (InternalError deviceFailed) {
            throw new IOException("closing the journal: " + deviceFailed.getMessage(), deviceFailed);
        } finally {
            waiters.refuse();
            writer.stop();
            supply.takeBack(tail.all());
            closeFiles();
        }
    }

    private void closeFiles() throws IOException {
        try {
            stagingSupply.close();
        } finally {
            supply.close();
        }
    }

    private void forceLast() throws IOException {
        nowDurable(forceTail());
        waiters.complete(durable);
        JournalSegment last = tail.current();
        if (last != null) {
            last.close(durable);
        }
    }
}
