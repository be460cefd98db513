package io.kvorum.server.life;

import io.kvorum.server.command.admin.NodeStatus;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.config.StorageConfig;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.engine.Continuity;
import io.kvorum.storage.engine.EngineObserver;
import io.kvorum.storage.engine.JournaledEngine;
import io.kvorum.storage.engine.JournaledParts;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.DurableHintStore;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.journal.JournalSettings;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A node's engine as its configuration wants it, from finding out what became of the last life to ending this one. */
public final class NodeStorage implements AutoCloseable {
    private static final String JOURNAL = "journal";
    private static final String RECORDS = "records";

    /** Names the directory of the hints. */
    public static final String HINTS = "hints";

    private static final int JOURNAL_SPARES_MIN = 2;
    private static final int JOURNAL_SPARES_MAX = 8;

    private final Lives lives;
    private final StampBound bound;
    private final StorageEngine engine;
    private final HintStore hints;
    private final @Nullable CheckpointStore store;
    private final Runnable endThreads;
    private boolean started;

    private NodeStorage(
            Lives lives,
            StampBound bound,
            StorageEngine engine,
            HintStore hints,
            @Nullable CheckpointStore store,
            Runnable endThreads) {
        this.endThreads = endThreads;
        this.lives = lives;
        this.bound = bound;
        this.engine = engine;
        this.hints = hints;
        this.store = store;
    }

    /**
     * Where the records of a node are to be put back into its directory, for the first life there to find.
     *
     * @param mark what they are from: the first life begins above it, and not at all once it is too old
     */
    public static Path restore(DataDirectory directory, RestoreMark mark) {
        StampBound.leave(directory, mark.endStamp());
        mark.write(directory);
        return directory.path(RECORDS);
    }

    /** As many as go round between two checkpoints of a busy node: a new segment is written twice, once with zeros. */
    private static int spares(StorageConfig storage) {
        long enough = 2 * storage.checkpoint().journalSoftBytes() / storage.segmentBytes();
        return (int) Math.max(JOURNAL_SPARES_MIN, Math.min(enough, JOURNAL_SPARES_MAX));
    }

    private static void refuseUnfit(RestoreMark mark, NodeConfig config, Founded founded, StampClock stamps) {
        String where = founded.directory().path("").toAbsolutePath().toString();
        if (config.storage().engine() == StorageConfig.Engine.MEMORY) {
            throw new StartException("the records in " + where + " were restored from a backup, and engine memory reads"
                    + " none: set engine xodus");
        }
        String refusal = mark.refusal(founded.ring(), founded.nodeId(), stamps.currentMillis());
        if (refusal != null) {
            throw new StartException("the records in " + where + " were restored and never started with: " + refusal);
        }
    }

    /**
     * Opens the engine; {@link #start} brings it up.
     *
     * @param founded whose it is
     * @param stamps the node's clock
     * @param salvage whether to go on without what is damaged
     * @throws StartException if what is on disk cannot be used; the message says what to do
     */
    public static NodeStorage open(
            NodeConfig config,
            Founded founded,
            StorageMeans means,
            StampClock stamps,
            RandomSource random,
            EngineObserver observer,
            boolean salvage) {
        UUID node = founded.nodeId().uuid();
        DataDirectory directory = founded.directory();
        RestoreMark restored = RestoreMark.read(directory);
        if (restored != null) {
            refuseUnfit(restored, config, founded, stamps);
        }
        Lives lives = new Lives(directory, node, founded.clusterId());
        StampBound bound = new StampBound(directory, stamps, means.journalThread());
        long nonce = random.generator("life").nextLong();
        CheckpointStore store = null;
        CheckpointStore hintStore = null;
        try {
            StorageEngine engine;
            HintStore hints;
            long hintBytesMax = config.storage().hintBytesMax();
            if (config.storage().engine() == StorageConfig.Engine.MEMORY) {
                lives.begin(null, nonce, false);
                engine = new MemoryEngine(
                        founded.ring().partitions(),
                        config.storage().memoryBytesMax(),
                        founded.ring().partitioner()::high,
                        stamps,
                        random.generator("actors"),
                        config.storage().eviction());
                hints = new MemoryHintStore(hintBytesMax, VersionObserver.NONE);
            } else {
                Path journal = directory.path(JOURNAL);
                Path records = directory.path(RECORDS);
                store = means.stores().open(records);
                SyncPolicy sync = config.storage().sync();
                Continuity continuity = lives.begin(store, nonce, sync == SyncPolicy.ALWAYS);
                engine = new JournaledEngine(
                        founded.ring().partitions(),
                        config.storage().memoryBytesMax(),
                        founded.ring().partitioner()::high,
                        stamps,
                        random.generator("actors"),
                        new JournaledParts(
                                directory.disk(),
                                journal,
                                identity(node, founded.clusterId()),
                                new JournalSettings(config.storage().segmentBytes(), sync, spares(config.storage())),
                                store,
                                config.storage().checkpoint(),
                                means.journalThread(),
                                means.writingThread(),
                                means.checkpointThread(),
                                means.reading(),
                                means.loaders(),
                                continuity,
                                salvage,
                                lives::doubted,
                                observer));
                hintStore = means.stores().open(directory.path(HINTS));
                hints = DurableHintStore.open(
                        hintStore,
                        founded.clusterId(),
                        means.hintThread(),
                        means.reading(),
                        hintBytesMax,
                        VersionObserver.NONE);
            }
            return new NodeStorage(lives, bound, engine, hints, store, means.endThreads());
        } catch (IOException | UncheckedIOException failure) {
            close(hintStore, store, means, failure);
            throw unusable(directory, failure);
        } catch (RuntimeException failure) {
            close(hintStore, store, means, failure);
            throw failure;
        }
    }

    /**
     * Brings the engine up: loads and replays, which may take a while.
     *
     * @throws StartException if what is on disk cannot be used; the message says what to do
     */
    public void start(Founded founded) {
        try {
            bound.start();
            engine.start();
            bound.started();
            lives.running();
            started = true;
            RestoreMark.delete(founded.directory());
        } catch (UncheckedIOException failure) {
            throw unusable(founded.directory(), failure);
        }
    }

    /** The engine. */
    public StorageEngine engine() {
        return engine;
    }

    /** What it keeps for other nodes. */
    public HintStore hints() {
        return hints;
    }

    /** No life of this node that its directory knows of began after this stamp; once started. */
    public long livesKnownUpTo() {
        return bound.before();
    }

    /** What is on disk now. Any thread. */
    public NodeStatus.Storage status(EngineWatch watch) {
        CheckpointStore kept = store;
        if (kept == null || !(engine instanceof JournaledEngine journaled)) {
            return NodeStatus.Storage.NONE;
        }
        String problem = watch.problem();
        String checkpointProblem = watch.checkpointProblem();
        return new NodeStatus.Storage(
                true,
                journaled.journal().bytesUsed(),
                kept.diskBytes(),
                journaled.dirtyCount(),
                watch.checkpoints(),
                watch.lastCheckpointMillis() / 1000,
                problem == null ? "" : problem,
                checkpointProblem == null ? "" : checkpointProblem);
    }

    /** Ends the life in order; nobody uses the engine any more. */
    @Override
    public void close() {
        endThreads.run();
        try {
            hints.close();
        } finally {
            closeEngine();
        }
    }

    private void closeEngine() {
        engine.close();
        boolean whole = !(engine instanceof JournaledEngine journaled) || journaled.isClosedWhole();
        if (started && whole) {
            bound.end();
            lives.ended();
        } else {
            bound.close();
        }
    }

    /** Names the journal of a node, so that another's is refused. */
    private static UUID identity(UUID node, UUID cluster) {
        return new UUID(
                node.getMostSignificantBits() ^ Long.rotateLeft(cluster.getMostSignificantBits(), 1),
                node.getLeastSignificantBits() ^ Long.rotateLeft(cluster.getLeastSignificantBits(), 1));
    }

    private static void close(
            @Nullable CheckpointStore hintStore,
            @Nullable CheckpointStore store,
            StorageMeans means,
            Exception failure) {
        means.endThreads().run();
        close(hintStore, failure);
        close(store, failure);
    }

    private static void close(@Nullable CheckpointStore store, Exception failure) {
        if (store != null) {
            try {
                store.close();
            } catch (IOException second) {
                failure.addSuppressed(second);
            }
        }
    }

    private static StartException unusable(DataDirectory directory, Exception failure) {
        String problem = failure instanceof UncheckedIOException unchecked && unchecked.getCause() != null
                ? unchecked.getCause().getMessage()
                : failure.getMessage();
        return new StartException(
                "the data in " + directory.path("").toAbsolutePath() + " cannot be used: " + problem, failure);
    }
}
