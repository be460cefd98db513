package io.kvorum.storage.engine;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.journal.Journal;
import io.kvorum.storage.journal.JournalState;
import io.kvorum.storage.journal.RecoveryReport;
import io.kvorum.storage.journal.ReplayVisitor;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.table.TableKind;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The engine that survives: every change goes to a journal in mapped memory before it is made, and what changed goes to
 * a checkpoint store in large sorted batches. A start loads the one and replays the other.
 *
 * <pre>
 *   update ──► journal (memory speed; survives kill -9) ──► table, sums
 *                 │ forced: always, every second, never        │ dirty bits
 *                 └──── released ◄──── checkpoint store ◄──────┘ pass by pass
 * </pre>
 *
 * <p>Actors are not in the journal: they outlive a clean stop alone, and that leaves them in the checkpoint store.
 */
public final class JournaledEngine extends CopiesEngine {
    private static final long WATCH_NANOS = 500_000_000L;
    private static final int LOAD_CHUNK = 8192;

    /** A record that changes so often while its values are looked up does not exist. */
    private static final int STORE_READS_MAX = 100;

    private static final int RECORD = 1;
    private static final int REMOVAL = 2;
    private static final int DROP = 3;
    private static final int SETTLED = 4;
    private static final byte[] NOTHING = {};

    private final JournaledParts parts;
    private final StampClock clock;
    private final Journal journal;
    private final Log log = new Log();
    private final Evictor evictor;

    /** Past this position of the journal changes wait for the checkpoint. */
    private volatile long positionMax;

    /**
     * Where the journal ended when it was last begun anew, until a checkpoint covers that; else 0. What is found in memory
     * meanwhile may be on no disk, as this position tells whoever waits for it.
     */
    private volatile long lostUpTo;

    private @Nullable Checkpointer checkpointer;
    private boolean failing;

    /** Whether the life has left word that what it holds is in doubt, should it be cut off. */
    private volatile boolean doubted;

    /** Whether a copy was distrusted and that word is still to be left: the disk did not take it. */
    private volatile boolean doubtOwed;

    private boolean closed;

    /** Written by the thread that closes; volatile: whoever closed it before may not be the one that asks. */
    private volatile boolean whole;

    /**
     * An engine, not yet started.
     *
     * @param partitions of the ring: a power of two up to 16384
     * @param maxMemoryBytes bound of records, tables and sums together, or 0 for none
     * @param random for actors; used by this engine alone
     * @throws UncheckedIOException if the journal's directory cannot be used; the cause says what to do
     */
    public JournaledEngine(
            int partitions,
            long maxMemoryBytes,
            PositionFunction positions,
            StampClock clock,
            RandomGenerator random,
            JournaledParts parts) {
        super(partitions, maxMemoryBytes, positions, clock, random);
        this.parts = parts;
        this.clock = clock;
        this.evictor = new Evictor(usage(), parts.checkpointThread(), this::hurry);
        try {
            this.journal = Journal.open(
                    parts.disk(),
                    parts.journalDirectory(),
                    parts.identity(),
                    parts.journal(),
                    parts.journalThread(),
                    parts.writingThread());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Loads, replays, and takes changes from then on. May take seconds for each million records.
     *
     * @throws UncheckedIOException if what is on disk cannot be used; the cause says what, and what to do
     */
    @Override
    public void start() {
        begin();
        PartitionCopy[] copies = maxMemoryBytes() == 0
                ? newCopies(log, TableKind.CHECKPOINTED, Pressure.NONE)
                : newCopies(log, TableKind.CHECKPOINTED_AND_COLD, evictor);
        try {
            CopiesMeta meta = readMeta(copies.length);
            load(copies, meta);
            Replay replay = new Replay(copies, new BitSet(copies.length), parts.observer());
            RecoveryReport report = journal.replay(meta == null ? 0 : meta.position(), parts.salvage(), replay);
            if (!report.dropped().isEmpty()) {
                // The checkpoint may be newer than what stands before the range that is missing, and was replayed over
                // it.
                mergeStored(copies, replay.dropped());
            }
            Continuity continuity = parts.continuity().and(continuityOf(report, meta));
            long newest = 0;
            for (PartitionCopy copy : copies) {
                newest = Math.max(newest, copy.newestStamp());
                if (continuity == Continuity.DOUBTFUL) {
                    copy.distrust();
                } else if (continuity == Continuity.CUT_OFF) {
                    copy.retireActor();
                }
            }
            clock.startAbove(newest);
            begin(copies, meta, continuity);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        parts.observer().starting(new StartProgress(StartProgress.Phase.DONE, recordCount(), recordCount()));
    }

    /**
     * Ends use. What changed is in the checkpoint afterwards, so that the next start replays nothing; if the disk does not
     * take that, it is in the journal still.
     *
     * @throws UncheckedIOException if neither journal nor checkpoint could be brought up to date
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Checkpointer running = checkpointer;
        if (journal.state() == JournalState.FAILED) {
            retireActors();
        }
        end();
        IOException problem = null;
        try {
            journal.close();
        } catch (IOException failure) {
            problem = failure;
        }
        try {
            if (running != null) {
                running.finish();
                whole = true;
                problem = null;
            }
        } catch (IOException | RuntimeException | Error failure) {
            parts.observer().checkpointFailed(failure);
        }
        try {
            parts.store().close();
        } catch (IOException failure) {
            parts.observer().checkpointFailed(failure);
        }
        if (problem != null) {
            throw new UncheckedIOException(problem);
        }
    }

    /**
     * Whether the close left everything in the checkpoint store, so that the next start may go on under the same actors;
     * false before.
     */
    public boolean isClosedWhole() {
        return whole;
    }

    @Override
    public boolean evicts() {
        return false;
    }

    @Override
    public boolean hasStubs() {
        return maxMemoryBytes() != 0;
    }

    @Override
    public void fetch(int partition, long positionHigh, byte[] key, FetchCallback callback) {
        PartitionCopy copy = copy(partition);
        int hash = StorageEngine.tableHash(positionHigh);
        boolean taken = parts.reading().test(() -> {
            byte[] whole = null;
            boolean done = true;
            try {
                whole = parts.store().read(partition, positionHigh, key, 0, key.length);
                if (whole != null) {
                    copy.warm(whole);
                }
            } catch (IOException | RuntimeException | Error failure) {
                done = false;
                parts.observer().fetchFailed(failure);
            }
            byte[] now = copy.read(hash, key, 0, key.length);
            // It may be a stub again by now.
            boolean same = now != null && whole != null && RecordBytes.hash(now) == RecordBytes.hash(whole);
            callback.fetched(same ? whole : now, done);
        });
        if (!taken) {
            callback.fetched(copy.read(hash, key, 0, key.length), false);
        }
    }

    @Override
    public byte @Nullable [] readWhole(int partition, long positionHigh, byte[] key) throws IOException {
        PartitionCopy copy = copy(partition);
        int hash = StorageEngine.tableHash(positionHigh);
        for (int attempt = 0; attempt < STORE_READS_MAX; attempt++) {
            byte[] record = copy.read(hash, key, 0, key.length);
            if (record == null || !RecordBytes.lacksBytes(record) || !copy.isCold(hash, record)) {
                return record;
            }
            byte[] stored = parts.store().read(partition, positionHigh, key, 0, key.length);
            if (stored != null && RecordBytes.hash(stored) == RecordBytes.hash(record)) {
                return stored;
            }
            // Either changed between the two looks.
        }
        throw new IOException("the checkpoint store has not what partition " + partition + " says that it has");
    }

    @Override
    public void pace(double share) {
        Checkpointer running = checkpointer;
        if (running != null) {
            running.pace(share);
        }
    }

    @Override
    public Durability durability() {
        return parts.journal().sync() == SyncPolicy.ALWAYS ? Durability.BEFORE_ACKNOWLEDGED : Durability.SOON;
    }

    @Override
    public void whenDurable(long ticket, DurableCallback callback) {
        journal.whenDurable(ticket, callback);
    }

    /** Records that are newer than their checkpoint. Any thread. */
    public long dirtyCount() {
        return usage().dirty();
    }

    /** The journal, for what is to be shown of it. */
    public Journal journal() {
        return journal;
    }

    private @Nullable CopiesMeta readMeta(int copies) throws IOException {
        byte[] bytes = parts.store().meta(CopiesMeta.NAME);
        if (bytes == null) {
            return null;
        }
        CopiesMeta meta;
        try {
            meta = CopiesMeta.decode(bytes);
        } catch (DecodeException damaged) {
            throw new IOException(
                    "the checkpoint store's entry \"" + CopiesMeta.NAME + "\" is damaged: " + damaged.getMessage(),
                    damaged);
        }
        if (meta.states().size() != copies) {
            throw new IOException("the checkpoint store has " + meta.states().size() + " partitions, the ring has "
                    + copies + ": it belongs to another cluster");
        }
        return meta;
    }

    private void load(PartitionCopy[] copies, @Nullable CopiesMeta meta) throws IOException {
        if (meta == null) {
            return;
        }
        AtomicLong loaded = new AtomicLong();
        parts.loaders().forEach(copies.length, partition -> {
            PartitionCopy copy = copies[partition];
            copy.restore(meta.states().get(partition));
            CheckpointStore.Scan scan = new CheckpointStore.Scan(false, 0);
            while (!scan.done()) {
                int before = copy.recordCount();
                scan = parts.store().scan(partition, scan.nextPositionHigh(), LOAD_CHUNK, copy::load);
                long done = loaded.addAndGet(copy.recordCount() - before);
                parts.observer().starting(new StartProgress(StartProgress.Phase.LOAD, done, meta.records()));
            }
        });
    }

    /** Adds what the checkpoint has and the copies have not, but for those that were dropped since. */
    private void mergeStored(PartitionCopy[] copies, BitSet dropped) throws IOException {
        parts.loaders().forEach(copies.length, partition -> {
            CheckpointStore.Scan scan = new CheckpointStore.Scan(dropped.get(partition), 0);
            while (!scan.done()) {
                scan = parts.store()
                        .scan(partition, scan.nextPositionHigh(), LOAD_CHUNK, copies[partition]::mergeStored);
            }
        });
    }

    /** A life that was cut off has left a journal that reaches what its checkpoint covers; one that ended needs none. */
    private Continuity continuityOf(RecoveryReport report, @Nullable CopiesMeta meta) {
        boolean reaches = meta == null || report.reachedPosition() >= meta.position();
        boolean complete = reaches || parts.continuity() == Continuity.WHOLE;
        return report.dropped().isEmpty() && complete ? Continuity.WHOLE : Continuity.DOUBTFUL;
    }

    private void begin(PartitionCopy[] copies, @Nullable CopiesMeta meta, Continuity continuity) throws IOException {
        Checkpointer made = new Checkpointer(
                journal,
                parts.store(),
                parts.checkpointThread(),
                parts.checkpoint(),
                copies,
                usage(),
                meta,
                parts.observer(),
                evictor::committed,
                this::checkpointed);
        checkpointer = made;
        positionMax = (meta == null ? 0 : meta.position()) + parts.checkpoint().journalMaxBytes();
        if (continuity == Continuity.DOUBTFUL) {
            // That a copy is not trusted is nowhere else than here, and no later start must trust it.
            made.catchUp();
        }
        publish(copies);
        made.start();
        evictor.start(copies);
        parts.journalThread().schedule(WATCH_NANOS, this::watch);
    }

    private void checkpointed(long position) {
        journal.release(position);
        positionMax = position + parts.checkpoint().journalMaxBytes();
        if (position >= lostUpTo) {
            lostUpTo = 0;
        }
        evictor.checkpointed();
    }

    private void hurry() {
        Checkpointer running = checkpointer;
        if (running != null) {
            running.hurry();
        }
    }

    private boolean noteDoubt() {
        try {
            parts.doubt().run();
            return true;
        } catch (UncheckedIOException diskFails) {
            // Looked at again in a moment; nothing is written before it is noted.
            return false;
        }
    }

    /**
     * The copy goes on with what it has; a start after a crash must not trust it either. This life does not, whether or not the
     * disk takes that word now.
     */
    @Override
    public void distrust(int partition) {
        if (!doubted && !doubtOwed) {
            doubted = noteDoubt();
            doubtOwed = !doubted;
        }
        super.distrust(partition);
    }

    /** Looks again and again, whatever comes of one look. On the journal's thread. */
    private void watch() {
        Checkpointer running = checkpointer;
        if (copies().length == 0 || running == null) {
            return;
        }
        try {
            look(running);
        } finally {
            parts.journalThread().schedule(WATCH_NANOS, this::watch);
        }
    }

    /** Sees failures of the journal and their end. */
    private void look(Checkpointer running) {
        JournalState state = journal.state();
        String problem = journal.problem();
        if ((state == JournalState.FAILED || doubtOwed) && !doubted) {
            // What was written and not forced may be lost though the machine goes on.
            doubted = noteDoubt();
        }
        if (state == JournalState.FAILED || state == JournalState.FULL) {
            if (!failing) {
                failing = true;
                parts.observer().diskFailed(String.valueOf(problem));
            }
            if (state == JournalState.FAILED && doubted && resetJournal()) {
                // What the device may have lost of the journal is in memory still. No actor that named an event in
                // there goes on: should this process end before the checkpoint is made, nobody vouches for it.
                retireActors();
            }
            running.hurry();
        } else if (failing && running.isUpToDate()) {
            failing = false;
            parts.observer().diskRecovered();
        }
    }

    private boolean resetJournal() {
        // Before changes are taken again: one that leaves a record as it is must not pass for durable.
        lostUpTo = journal.position();
        return journal.reset();
    }

    private void retireActors() {
        for (PartitionCopy copy : copies()) {
            copy.retireActor();
        }
    }

    /** The journal as the copies see it. */
    private final class Log implements ChangeLog {
        @Override
        public long record(int partition, byte[] record) {
            return append(RECORD, partition, record, 0, record.length);
        }

        @Override
        public long removal(int partition, byte[] record) {
            return append(REMOVAL, partition, record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
        }

        @Override
        public long drop(int partition) {
            return append(DROP, partition, NOTHING, 0, 0);
        }

        @Override
        public long settled(int partition) {
            return append(SETTLED, partition, NOTHING, 0, 0);
        }

        @Override
        public long ticket() {
            long lost = lostUpTo;
            return lost == 0 ? journal.position() : lost;
        }

        private long append(int type, int partition, byte[] array, int offset, int length) {
            if (!clock.isWithinBound()) {
                return REFUSED_BUSY;
            }
            if (journal.position() > positionMax) {
                return REFUSED_BUSY;
            }
            long position = journal.append(type, partition, array, offset, length);
            if (position >= 0) {
                return position;
            }
            return position == Journal.BUSY ? REFUSED_BUSY : REFUSED_DISK;
        }
    }

    /** Makes the journal's changes once more, in their order, and notes which copies were dropped. */
    private record Replay(PartitionCopy[] copies, BitSet dropped, EngineObserver observer) implements ReplayVisitor {
        @Override
        public void entry(long position, int type, int partition, byte[] array, int offset, int length)
                throws IOException {
            if (partition >= copies.length) {
                throw new IOException("the journal has an entry of partition " + partition + ", the ring has "
                        + copies.length + ": it belongs to another cluster");
            }
            PartitionCopy copy = copies[partition];
            switch (type) {
                case RECORD -> copy.replay(Arrays.copyOfRange(array, offset, offset + length));
                case REMOVAL -> copy.replayRemoval(Arrays.copyOfRange(array, offset, offset + length));
                case DROP -> {
                    copy.replayDrop();
                    dropped.set(partition);
                }
                case SETTLED -> copy.replaySettled();
                default ->
                    throw new IOException("the journal has an entry of type " + type
                            + ", which this version does not know: it was written by a later one, use that");
            }
        }

        @Override
        public void progress(long doneBytes, long totalBytes) {
            observer.starting(new StartProgress(StartProgress.Phase.REPLAY, doneBytes, totalBytes));
        }
    }
}
