package io.kvorum.storage.engine;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.journal.Journal;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what changed in the copies to the checkpoint store, pass by pass. A pass puts what is newer than its checkpoint
 * in batches sorted by position; a key that changed often since the last pass is put once.
 *
 * <pre>
 *   IDLE ── due ──► COLLECT ── batch full, or all visited ──► FORCE ── journal has all of it ──► COMMIT ──┐
 *     ▲                ▲                                                                                  │
 *     │                └──────────────────────── pause, by the budget ◄───────────────────────────────────┤
 *     └── the journal below the pass's start is not needed any more ◄── last batch, with the position ────┘
 *   a failure ends the pass: what was not committed is dirty still, and the next pass takes it
 * </pre>
 *
 * <p>Why nothing is lost: a change is noted in the journal and made in the copy in one critical section, and a pass
 * visits every copy after it noted where the journal ended; so what stands before that place is in the store once the
 * pass is complete, as it was or newer. And a batch is committed after the journal was forced up to it: the store is
 * never ahead of the journal.
 *
 * <p>Works on the checkpoint thread, and at the end, when that one rests, on the thread that closes the engine.
 */
final class Checkpointer {
    private static final long TICK_NANOS = 200_000_000L;
    /** Long enough that one pass after the other, each of which changes nothing, does not take the thread. */
    private static final long HURRY_NANOS = 20_000_000L;

    private static final long COLLECT_NANOS = 50_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;

    private static final long PAUSE_NANOS_MAX = 5_000_000_000L;

    /** Space is freed a file at a time, however long that takes: so it is this that waits, when there is little time. */
    private static final double COLLECT_SHARE_MIN = 0.02;

    private final Journal journal;
    private final CheckpointStore store;
    private final Background thread;
    private final CheckpointSettings settings;
    private final PartitionCopy[] copies;
    private final Usage usage;
    private final EngineObserver observer;
    private final Runnable committed;
    private final LongConsumer completed;
    private final CheckpointBatch batch;

    /** What the store has; null if it has none. */
    private @Nullable CopiesMeta stored;

    private @Nullable CheckpointPass pass;
    private boolean closed;
    private boolean broken;

    /** Whether the store must be opened anew before it does anything. */
    private boolean unopened;

    /** Whether the observer was told of a failure and of no checkpoint after it. */
    private boolean failing;

    private boolean urgent;
    private boolean passIsUrgent;
    private long restUntilNanos;

    /** Of the time that the settings give it. */
    private volatile double pace = 1;

    private long pausedSinceNanos;
    private long workedBeforePause;
    private long collectFromNanos;
    private boolean hasReplaced;

    /**
     * Joins the parts.
     *
     * @param stored what the store has of the copies' states, if anything
     * @param committed told whenever some records have become clean
     * @param completed told of the position up to which everything is in the store, whenever a pass is complete
     */
    Checkpointer(
            Journal journal,
            CheckpointStore store,
            Background thread,
            CheckpointSettings settings,
            PartitionCopy[] copies,
            Usage usage,
            @Nullable CopiesMeta stored,
            EngineObserver observer,
            Runnable committed,
            LongConsumer completed) {
        this.journal = journal;
        this.store = store;
        this.thread = thread;
        this.settings = settings;
        this.copies = copies;
        this.usage = usage;
        this.stored = stored;
        this.observer = observer;
        this.committed = committed;
        this.completed = completed;
        this.batch = new CheckpointBatch(settings.batchRecords());
    }

    /** Begins to look, again and again, whether a pass is due. */
    void start() {
        rest(settings.intervalNanos());
        thread.schedule(TICK_NANOS, this::tick);
    }

    /** One pass without pauses, after which nothing goes on. The checkpoint thread rests, and no copy changes. */
    synchronized void finish() throws IOException {
        closed = true;
        abandon();
        catchUp();
    }

    /** One pass without pauses; the checkpoint thread rests, and no copy changes. */
    synchronized void catchUp() throws IOException {
        CheckpointPass last = begin();
        if (last != null) {
            while (pass != null) {
                last.collect(batch);
                commit(last);
            }
        }
    }

    /** Begins a pass at the next occasion, and lets one that is under way go on without pauses. */
    synchronized void hurry() {
        if (!urgent) {
            urgent = true;
            thread.schedule(HURRY_NANOS, this::look);
        }
    }

    private synchronized void look() {
        if (!closed) {
            attempt(this::turn);
        }
    }

    /** From now on pauses are so much longer; with 0, a pass that nobody needs now rests, and none begins. Any thread. */
    void pace(double share) {
        pace = share;
    }

    /** Whether no pass is wanted in a hurry. */
    synchronized boolean isUpToDate() {
        return !urgent;
    }

    private synchronized void tick() {
        if (closed) {
            return;
        }
        try {
            attempt(this::turn);
        } finally {
            thread.schedule(TICK_NANOS, this::tick);
        }
    }

    private void turn() throws IOException {
        if (pass == null && !broken && !isDue()) {
            collect();
        }
        if (pass == null && isDue()) {
            CheckpointPass begun = begin();
            if (begun == null) {
                rest(settings.intervalNanos());
                if (failing) {
                    completed(0, 0, 0);
                }
            } else {
                collectBatch(begun);
            }
        }
    }

    /** Frees space while there is nothing else to do, a little at a time: a pass that comes due does not wait long. */
    private void collect() throws IOException {
        long from = thread.nanoTime();
        // Passes that nobody could put off fill the disk as others do.
        boolean wanted = pace > 0 || hasReplaced;
        if (!wanted || from - collectFromNanos < 0) {
            return;
        }
        if (store.collect(COLLECT_NANOS)) {
            long took = thread.nanoTime() - from;
            observer.collected(took);
            collectFromNanos = thread.nanoTime() + rest(took, Math.max(COLLECT_SHARE_MIN, pace));
        } else {
            hasReplaced = false;
        }
    }

    private boolean isDue() {
        boolean rested = thread.nanoTime() - restUntilNanos >= 0;
        if (broken) {
            return rested;
        }
        return (rested && pace > 0) || urgent || behind() > settings.journalSoftBytes();
    }

    /** How many bytes of the journal the store does not have. */
    private long behind() {
        CopiesMeta last = stored;
        return journal.position() - (last == null ? 0 : last.position());
    }

    /** Begins a pass, unless the store has everything. */
    private @Nullable CheckpointPass begin() throws IOException {
        if (unopened) {
            store.reopen();
            unopened = false;
        }
        broken = false;
        CheckpointPass begun =
                new CheckpointPass(copies, store, journal.position(), usage.records(), thread.nanoTime());
        CopiesMeta last = stored;
        if (last != null
                && last.position() == begun.meta().position()
                && last.states().equals(begun.meta().states())
                && usage.dirty() == 0) {
            urgent = false;
            return null;
        }
        pass = begun;
        passIsUrgent = urgent;
        return begun;
    }

    private synchronized void step() {
        CheckpointPass current = pass;
        if (!closed && current != null) {
            attempt(() -> collectBatch(current));
        }
    }

    /** Collects a batch, and has the journal forced up to it. */
    private void collectBatch(CheckpointPass current) throws IOException {
        long from = thread.nanoTime();
        current.collect(batch);
        current.worked(thread.nanoTime() - from);
        journal.whenDurable(journal.position(), (position, durable) -> thread.execute(() -> forced(current, durable)));
    }

    @SuppressWarnings("ReferenceEquality") // the very pass that asked
    private synchronized void forced(CheckpointPass asked, boolean durable) {
        if (closed || pass != asked) {
            return;
        }
        if (!durable) {
            // The engine sees what the journal's failure means; what was collected is dirty still.
            abandon();
            return;
        }
        attempt(() -> commitAndGoOn(asked));
    }

    private void commitAndGoOn(CheckpointPass asked) throws IOException {
        long from = thread.nanoTime();
        long before = asked.records();
        commit(asked);
        long worked = thread.nanoTime() - from;
        asked.worked(worked);
        observer.checkpointing(asked.records() - before, asked.untoldNanos());
        if (pass == null) {
            completed(asked.records(), asked.busyNanos(), thread.nanoTime() - asked.beganNanos());
            rest(settings.intervalNanos());
        } else {
            goOn(worked);
        }
    }

    private void goOn(long worked) {
        workedBeforePause = worked;
        pausedSinceNanos = thread.nanoTime();
        stepWhenRested();
    }

    /** Looks often enough that whatever hurries it, or lets it work more, has not to wait for the end of a long pause. */
    private synchronized void stepWhenRested() {
        if (closed || pass == null) {
            return;
        }
        double share = share();
        long left = share > 0 ? pausedSinceNanos + rest(workedBeforePause, share) - thread.nanoTime() : TICK_NANOS;
        if (urgent || left <= 0) {
            step();
        } else {
            thread.schedule(Math.min(left, TICK_NANOS), this::stepWhenRested);
        }
    }

    /** The nearer the journal comes to twice the bytes that begin a pass, the less it pauses, whatever it was told. */
    private double share() {
        double behind = (double) behind() / settings.journalSoftBytes() - 1;
        return behind >= 1 ? 1 : settings.share() * Math.max(pace, behind);
    }

    private static long rest(long workedNanos, double share) {
        return (long) Math.min(PAUSE_NANOS_MAX, workedNanos / share - workedNanos);
    }

    private void commit(CheckpointPass current) throws IOException {
        boolean last = current.isComplete();
        try (CheckpointStore.Batch changes = store.begin()) {
            batch.writeTo(changes);
            if (last) {
                changes.meta(CopiesMeta.NAME, current.meta().encode());
            }
            changes.commit();
        }
        current.committed(batch.puts());
        batch.committed();
        if (last) {
            pass = null;
            hasReplaced = true;
            urgent &= !passIsUrgent;
            stored = current.meta();
            completed.accept(current.meta().position());
        } else {
            committed.run();
        }
    }

    /** Whatever goes wrong ends the pass as a failure of the disk does, and not the passes after it. */
    private void attempt(Work work) {
        try {
            work.run();
        } catch (IOException | RuntimeException | Error failure) {
            fail(failure);
        }
    }

    private void fail(Throwable failure) {
        abandon();
        broken = true;
        failing = true;
        rest(RETRY_NANOS);
        if (!unopened) {
            unopened = !isReopened(failure);
        }
        observer.checkpointFailed(failure);
    }

    /** At once, and not with the next try: values that are on disk alone cannot be read before. */
    private boolean isReopened(Throwable failure) {
        try {
            store.reopen();
            return true;
        } catch (IOException | RuntimeException | Error failsAsWell) {
            // The next try cannot begin without.
            if (failsAsWell != failure) {
                failure.addSuppressed(failsAsWell);
            }
            return false;
        }
    }

    private void completed(long records, long busyNanos, long wholeNanos) {
        failing = false;
        observer.checkpointed(records, busyNanos, wholeNanos);
    }

    private void abandon() {
        pass = null;
        batch.reset();
    }

    private void rest(long nanos) {
        restUntilNanos = thread.nanoTime() + nanos;
    }

    private interface Work {
        void run() throws IOException;
    }
}
