package io.kvorum.storage.engine;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.journal.JournalSettings;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.version.StampClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** A journaled engine, life after life, with its disk, store and threads in the test's hand. */
final class EngineRig implements EngineObserver {
    static final long SECOND = 1_000_000_000L;
    private static final CheckpointSettings CHECKPOINT =
            new CheckpointSettings(5 * SECOND, 1L << 19, 3L << 20, 10, 0.5);

    final MemoryStore store = new MemoryStore();
    final FailingDisk disk = new FailingDisk();
    final List<String> said = new ArrayList<>();

    /** Records in checkpoints, of those that are not complete, too. */
    long put;

    long maxMemory;
    SyncPolicy sync = SyncPolicy.EVERY_SECOND;
    boolean salvage;
    Runnable doubt = () -> {};
    private final Path directory;
    private final Disk disks = disk.disk();
    private ManualThread journalThread = new ManualThread();
    private ManualThread checkpointThread = new ManualThread();

    EngineRig(Path directory) {
        this.directory = directory;
    }

    /** The life before is over: nothing of it runs any more. */
    JournaledEngine start(Continuity continuity, long seed) {
        kill();
        journalThread = new ManualThread();
        checkpointThread = new ManualThread();
        JournaledEngine engine = new JournaledEngine(
                StorageEngineContract.PARTITIONS,
                maxMemory,
                TestRecords::high,
                new StampClock(() -> 1_000_000, 1_000),
                new SplittableRandom(seed),
                new JournaledParts(
                        disks,
                        directory.resolve("journal"),
                        new UUID(1, 2),
                        new JournalSettings(1 << 20, sync, 1),
                        store,
                        CHECKPOINT,
                        journalThread,
                        journalThread,
                        checkpointThread,
                        task -> {
                            task.run();
                            return true;
                        },
                        LoadWorkers.INLINE,
                        continuity,
                        salvage,
                        () -> doubt.run(),
                        this));
        engine.start();
        return engine;
    }

    /** The process ends: nothing of it runs any more. */
    void kill() {
        journalThread.end();
        checkpointThread.end();
    }

    /** Lets the threads work, task by task, until something is so. */
    void passUntil(BooleanSupplier enough) {
        for (int seconds = 0; !enough.getAsBoolean(); seconds++) {
            if (seconds == 60) {
                throw new AssertionError("not so after a minute");
            }
            journalThread.pass(SECOND);
            checkpointThread.pass(SECOND);
            while (!enough.getAsBoolean() && (journalThread.step() || checkpointThread.step())) {
                // each may have given the other something to do
            }
        }
    }

    /** Lets the journal's thread work alone. */
    void workJournal(long nanos) {
        journalThread.pass(nanos);
        while (journalThread.step()) {
            // each may have made another
        }
    }

    void work(long nanos) {
        journalThread.pass(nanos);
        checkpointThread.pass(nanos);
        while (journalThread.step() || checkpointThread.step()) {
            // each may have given the other something to do
        }
    }

    void checkpoint() {
        for (int i = 0; i < 20; i++) {
            work(SECOND);
        }
    }

    @Override
    public void checkpointing(long records, long busyNanos) {
        put += records;
    }

    @Override
    public void checkpointed(long records, long busyNanos, long wholeNanos) {
        said.add("checkpointed " + records);
    }

    @Override
    public void checkpointFailed(Throwable why) {
        said.add("checkpoint failed: " + why.getMessage());
    }

    @Override
    public void diskFailed(String problem) {
        said.add("disk failed");
    }

    @Override
    public void diskRecovered() {
        said.add("disk recovered");
    }
}
