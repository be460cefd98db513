package io.kvorum.tests.sim.cluster;

import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.StampClock;
import io.kvorum.tests.sim.world.SimClock;
import io.kvorum.tests.sim.world.SimDisk;
import io.kvorum.tests.sim.world.SimThread;
import org.jspecify.annotations.Nullable;

/** A machine with a node on it: its disk and clocks stay, its process comes and goes. */
public final class SimNode implements SimThread.Machine {
    private final SimCluster cluster;
    private final int index;
    private final NodeConfig config;
    private final SimDisk disk;
    private final SimClock clock;
    private final RandomSource random;
    private final CoordinatorMetrics metrics;
    private @Nullable SimLife life;

    /** The copies that outlived the last crash, with their clock; null if they were forgotten. */
    private @Nullable Memory kept;

    private long stillUntilNanos;
    private int lives;
    private boolean on = true;

    private record Memory(StampClock stamps, StorageEngine engine) {}

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

    /** Starts the process, if it does not run. */
    public void start() {
        if (life != null) {
            return;
        }
        on = true;
        RandomSource ofLife = random.split("life-" + lives++);
        Memory memory = kept;
        if (memory == null) {
            StampClock stamps = new StampClock(clock::wallMillis, config.clock().driftMaxMillis());
            RandomSource actors = cluster.sabotage().actors(random, ofLife);
            MemoryEngine engine = new MemoryEngine(
                    config.cluster().partitions(),
                    config.storage().memoryBytesMax(),
                    config.cluster().partitioner()::high,
                    stamps,
                    actors.generator("actors"));
            engine.start();
            StorageEngine watched = new WatchedEngine(engine, cluster.watcher(), index);
            memory = new Memory(stamps, cluster.sabotage().engine(watched));
        }
        SimLife started = new SimLife(this, ofLife, memory.stamps(), memory.engine(), metrics);
        kept = memory;
        life = started;
    }

    /**
     * The process ends at once.
     *
     * @param forgets whether its copies are gone; else they are as at the last change, as if each had been forced to disk
     * @param powerFails whether the whole machine goes, so that nobody is told and the disk keeps what was forced
     */
    public void crash(boolean forgets, boolean powerFails) {
        SimLife ending = life;
        if (ending == null) {
            return;
        }
        life = null;
        on = !powerFails;
        stillUntilNanos = 0;
        ending.end(!powerFails);
        if (powerFails) {
            disk.powerFails();
        } else {
            disk.processEnds();
        }
        if (forgets) {
            kept = null;
            cluster.watcher().forgot(index);
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

    /** Whether its copy of the partition, running or not, has everything, as far as it knows. */
    public boolean isSettled(int partition) {
        return kept != null && kept.engine().isSettled(partition);
    }

    @Override
    public String toString() {
        return "n" + index;
    }
}
