package io.kvorum.tests.sim.cluster;

import io.kvorum.ring.Ring;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.config.StorageConfig;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.hint.MemoryHintStore;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.tests.sim.world.SimCheckpointDisk;
import io.kvorum.tests.sim.world.SimClock;
import io.kvorum.tests.sim.world.SimDisk;
import io.kvorum.tests.sim.world.SimThread;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A machine with a node on it: its disk and clocks stay, its process comes and goes. */
public final class SimNode implements SimThread.Machine {
    private final SimCluster cluster;
    private final int index;
    private final NodeConfig config;
    private final SimDisk disk;
    private final SimCheckpointDisk records;
    private final SimCheckpointDisk hintDisk;
    private final SimClock clock;
    private final RandomSource random;
    private final CoordinatorMetrics metrics;
    private @Nullable SimLife life;

    /** The copies that outlived the last crash, with their clock; null if they were forgotten. */
    private @Nullable Memory kept;

    /** What the last life left on the disk of its copies. */
    private List<CopyFacts> left = List.of();

    private long stillUntilNanos;
    private int lives;
    private boolean on = true;

    /** Copies without a disk, and their clock. */
    record Memory(StampClock stamps, StorageEngine engine, HintStore hints) {}

    SimNode(
            SimCluster cluster,
            int index,
            NodeConfig config,
            SimClock clock,
            RandomSource random,
            CoordinatorMetrics metrics) {
        this.cluster = cluster;
        this.index = index;
        this.config = config;
        this.clock = clock;
        this.random = random;
        this.metrics = metrics;
        this.disk = new SimDisk(random.generator("disk"));
        this.records = new SimCheckpointDisk(disk);
        this.hintDisk = new SimCheckpointDisk(disk);
    }

    /** The process that runs, or null. */
    public @Nullable SimLife life() {
        return life;
    }

    /** Its place in the cluster, from 0. */
    public int index() {
        return index;
    }

    /** Its disk. */
    public SimDisk disk() {
        return disk;
    }

    /** Where its durable storage has its checkpoint. */
    SimCheckpointDisk records() {
        return records;
    }

    /** Where its durable storage keeps what is for others. */
    SimCheckpointDisk hintDisk() {
        return hintDisk;
    }

    /** Whether its copies are on its disk. */
    public boolean isDurable() {
        return config.storage().engine() == StorageConfig.Engine.XODUS;
    }

    /** Whether it acknowledges nothing that the loss of power could take. */
    public boolean forcesFirst() {
        return isDurable() && config.storage().sync() == SyncPolicy.ALWAYS;
    }

    @Override
    public SimClock clock() {
        return clock;
    }

    @Override
    public long stillUntilNanos() {
        return stillUntilNanos;
    }

    /** What it was told. */
    public NodeConfig config() {
        return config;
    }

    /** Whether the machine runs, with or without a process. */
    boolean isOn() {
        return on;
    }

    SimCluster cluster() {
        return cluster;
    }

    /**
     * Starts the process, if it does not run.
     *
     * @throws StartException if its disk does not let it
     */
    public void start() {
        if (life != null) {
            return;
        }
        on = true;
        RandomSource ofLife = random.split("life-" + lives++);
        RandomSource actors = cluster.sabotage().actors(random, ofLife);
        if (!isDurable()) {
            Memory memory = kept == null ? newMemory(actors) : kept;
            life = new SimLife(this, ofLife, actors, memory, metrics);
            kept = memory;
            return;
        }
        try {
            SimLife started = new SimLife(this, ofLife, actors, null, metrics);
            life = started;
            cluster.watcher().began(index, CopyFacts.of(started.engine()));
        } catch (StartException refused) {
            disk.processEnds();
            throw refused;
        }
    }

    private Memory newMemory(RandomSource actors) {
        StampClock stamps = new StampClock(clock::wallMillis, config.clock().driftMaxMillis());
        MemoryEngine engine = new MemoryEngine(
                config.cluster().partitions(),
                config.storage().memoryBytesMax(),
                config.cluster().partitioner()::high,
                stamps,
                actors.generator("actors"));
        engine.start();
        StorageEngine watched = new WatchedEngine(engine, cluster.watcher(), index, stamps::currentMillis, () -> false);
        HintStore hints = new MemoryHintStore(config.storage().hintBytesMax(), VersionObserver.NONE);
        return new Memory(stamps, cluster.sabotage().engine(watched), hints);
    }

    /**
     * The process ends at once.
     *
     * @param forgets whether its copies are gone, on disk or not; else those without a disk are as at the last change, as
     *     if each had been forced
     * @param powerFails whether the whole machine goes, so that nobody is told and the disk keeps what was forced
     */
    public void crash(boolean forgets, boolean powerFails) {
        SimLife ending = life;
        if (ending == null) {
            return;
        }
        left = isDurable() ? CopyFacts.of(ending.engine()) : List.of();
        life = null;
        on = !powerFails;
        stillUntilNanos = 0;
        ending.end(!powerFails);
        if (powerFails) {
            disk.powerFails();
        } else {
            disk.processEnds();
        }
        boolean lossy = forgets || (isDurable() && powerFails && !forcesFirst());
        if (forgets) {
            kept = null;
            disk.lose(SimLife.DATA.resolve("journal"));
            records.lose();
            hintDisk.lose();
        }
        if (lossy || isDurable()) {
            ended(lossy ? LifeEnd.FORGOT : powerFails ? LifeEnd.POWER_FAILED : LifeEnd.KILLED);
        }
    }

    /** The process ends because it is asked to, and takes the time to do so in order. */
    public void stop() {
        SimLife ending = life;
        if (ending == null) {
            return;
        }
        if (!isDurable()) {
            crash(false, false);
            return;
        }
        boolean inOrder = disk.isInOrder() && !ending.hasFailed();
        left = CopyFacts.of(ending.engine());
        life = null;
        stillUntilNanos = 0;
        try {
            ending.stop();
        } catch (UncheckedIOException failure) {
            if (inOrder) {
                throw failure;
            }
        }
        disk.processEnds();
        ended(inOrder ? LifeEnd.STOPPED : LifeEnd.STOPPED_IN_TROUBLE);
    }

    private void ended(LifeEnd end) {
        cluster.watcher().ended(index, end, left);
        if (end == LifeEnd.FORGOT) {
            left = List.of();
        }
    }

    /** The whole machine stands still for a while: nothing runs, and it does not know. */
    public void pause(long nanos) {
        stillUntilNanos = Math.max(stillUntilNanos, cluster.time().nowNanos() + nanos);
    }

    /** Ends its pause at once. */
    public void unpause() {
        stillUntilNanos = 0;
    }

    /** The partitions that it keeps something of for others, running or not. */
    public BitSet hintedPartitions() {
        BitSet partitions = new BitSet();
        Memory memory = kept;
        if (memory != null) {
            for (HintStore.Usage usage : memory.hints().usage()) {
                memory.hints()
                        .scan(
                                usage.target(),
                                0,
                                Integer.MAX_VALUE,
                                part -> Objects.requireNonNull(part)
                                        .records()
                                        .forEach(record -> partitions.set(partitionOf(record))));
            }
        }
        hintDisk.forEach(record -> partitions.set(partitionOf(record)));
        return partitions;
    }

    private int partitionOf(byte[] record) {
        Ring ring = cluster.ring();
        int length = RecordBytes.keyLength(record);
        return ring.partitionOf(ring.partitioner().high(record, RecordBytes.KEY_AT, length));
    }

    /** Whether its copy of the partition, running or not, has everything, as far as it knows. */
    public boolean isSettled(int partition) {
        SimLife running = life;
        if (running != null) {
            return running.engine().isSettled(partition);
        }
        Memory memory = kept;
        return memory == null
                ? !left.isEmpty() && left.get(partition).settled()
                : memory.engine().isSettled(partition);
    }

    @Override
    public String toString() {
        return "n" + index;
    }
}
