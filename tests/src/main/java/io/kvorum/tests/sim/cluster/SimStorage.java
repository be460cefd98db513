package io.kvorum.tests.sim.cluster;

import io.kvorum.server.life.NodeStorage;
import io.kvorum.server.life.StorageMeans;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.engine.EngineObserver;
import io.kvorum.storage.engine.JournaledEngine;
import io.kvorum.storage.engine.LoadWorkers;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.journal.JournalState;
import io.kvorum.storage.version.StampClock;
import io.kvorum.tests.sim.world.SimBackground;
import io.kvorum.tests.sim.world.SimDisk;
import io.kvorum.tests.sim.world.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The durable storage of one life of a node: what a process has, on the machine's disk, with threads in virtual time. */
final class SimStorage {
    private final StampClock stamps;
    private final SimBackground journal;
    private final SimBackground writing;
    private final SimBackground checkpoint;
    private final SimBackground hintThread;
    private final SimBackground reads;
    private final NodeStorage storage;
    private final StorageEngine engine;

    /** Opens it, as a process does once it knows who it is. */
    SimStorage(SimNode node, Founded founded, RandomSource random, RandomSource actors) {
        VirtualTime time = node.cluster().time();
        Sabotage sabotage = node.cluster().sabotage();
        this.stamps =
                new StampClock(node.clock()::wallMillis, node.config().clock().driftMaxMillis());
        this.journal =
                new SimBackground(time, node, random.generator("journal"), "journal", node.disk()::slowByNanosMax);
        this.writing =
                new SimBackground(time, node, random.generator("writing"), "writing", node.disk()::slowByNanosMax);
        this.checkpoint = new SimBackground(
                time, node, random.generator("checkpoint"), "checkpoint", node.disk()::slowByNanosMax);
        this.hintThread =
                new SimBackground(time, node, random.generator("hints"), "hints", node.disk()::slowByNanosMax);
        this.reads = new SimBackground(time, node, random.generator("reads"), "reads", node.disk()::slowByNanosMax);
        StorageMeans means = new StorageMeans(
                directory -> directory.endsWith(NodeStorage.HINTS)
                        ? node.hintDisk().open()
                        : node.records().open(),
                journal,
                writing,
                checkpoint,
                hintThread,
                task -> {
                    reads.execute(task);
                    return true;
                },
                LoadWorkers.INLINE,
                this::endThreads);
        Watch watch = new Watch(node.cluster().watcher(), node.index());
        this.storage = NodeStorage.open(node.config(), founded, sabotage.means(means), stamps, actors, watch, false);
        try {
            storage.start(founded);
        } catch (StartException refused) {
            closeUnstarted();
            throw refused;
        }
        if (storage.engine() instanceof JournaledEngine journaled) {
            watch.engine = journaled;
            if (journaled.dirtyCount() > 0) {
                node.cluster().watcher().storage(node.index(), StorageEvent.REPLAYED);
            }
        }
        SimDisk disk = node.disk();
        this.engine = sabotage.engine(new WatchedEngine(
                storage.engine(), node.cluster().watcher(), node.index(), stamps::currentMillis, disk::isFull));
    }

    StampClock stamps() {
        return stamps;
    }

    long livesKnownUpTo() {
        return storage.livesKnownUpTo();
    }

    StorageEngine engine() {
        return engine;
    }

    HintStore hints() {
        return storage.hints();
    }

    /** The process ends: its threads do nothing more. */
    void endThreads() {
        reads.end();
        hintThread.end();
        checkpoint.end();
        journal.end();
        writing.end();
    }

    /** Whether the journal has failed and takes nothing. */
    boolean hasFailed() {
        return storage.engine() instanceof JournaledEngine journaled
                && journaled.journal().state() == JournalState.FAILED;
    }

    /** The process was asked to stop. */
    void close() {
        storage.close();
    }

    private void closeUnstarted() {
        try {
            storage.close();
        } catch (UncheckedIOException failure) {
            // The start has failed, and that is told.
        }
    }

    /** Tells what the engine does by itself. */
    private static final class Watch implements EngineObserver {
        private final Watcher watcher;
        private final int node;
        private @Nullable JournaledEngine engine;
        private boolean checkpointFailed;

        Watch(Watcher watcher, int node) {
            this.watcher = watcher;
            this.node = node;
        }

        @Override
        public void checkpointed(long records, long busyNanos, long wholeNanos) {
            if (checkpointFailed) {
                watcher.storage(node, StorageEvent.CHECKPOINT_RECOVERED);
            }
            checkpointFailed = false;
        }

        @Override
        public void checkpointFailed(Throwable why) {
            if (!(why instanceof IOException)) {
                throw new IllegalStateException("a checkpoint failed for no failure of the disk", why);
            }
            checkpointFailed = true;
        }

        @Override
        public void diskFailed(String problem) {
            JournaledEngine failing = engine;
            if (failing != null && failing.journal().state() == JournalState.FAILED) {
                watcher.storage(node, StorageEvent.JOURNAL_FAILED);
            }
        }

        @Override
        public void diskRecovered() {
            watcher.storage(node, StorageEvent.RECOVERED);
        }
    }
}
