package io.kvorum.tests.sim.world;

import io.kvorum.storage.disk.Background;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The background thread of an engine, on a machine whose disk takes its time: each task is done, all at once, when the
 * disk would be done with it, mostly soon and now and then much later. What waits when the process ends is never done.
 * What escapes from a task ends the run: it is a bug.
 */
public final class SimBackground implements Background {
    private static final long WORK_NANOS_MIN = 20_000;
    private static final double WORK_MEAN_NANOS = 400_000;
    private static final int SLOW_ONE_IN = 50;
    private static final long SLOW_NANOS_MAX = 100 * VirtualTime.MILLI;

    private final SimThread.Machine machine;
    private final SimThread thread;

    /** Starts a thread with nothing to do. */
    public SimBackground(VirtualTime time, SimThread.Machine machine, RandomGenerator random, String name) {
        this(time, machine, random, name, () -> 0);
    }

    /**
     * The same, on a disk that may be slow.
     *
     * @param slowByNanosMax by how much a task may take longer at the moment; 0 for not at all
     */
    public SimBackground(
            VirtualTime time,
            SimThread.Machine machine,
            RandomGenerator random,
            String name,
            LongSupplier slowByNanosMax) {
        this.machine = machine;
        this.thread = new SimThread(time, machine, name, () -> workNanos(random, slowByNanosMax.getAsLong()));
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    @Override
    public void schedule(long delayNanos, Runnable task) {
        thread.schedule(delayNanos, task);
    }

    @Override
    public long nanoTime() {
        return machine.clock().nanoTime();
    }

    /** The process ends: nothing more is done, or taken. */
    public void end() {
        thread.end();
    }

    private static long workNanos(RandomGenerator random, long slowByNanosMax) {
        long slowByNanos = slowByNanosMax == 0 ? 0 : random.nextLong(slowByNanosMax);
        return slowByNanos + workNanos(random);
    }

    private static long workNanos(RandomGenerator random) {
        return random.nextInt(SLOW_ONE_IN) == 0
                ? random.nextLong(WORK_NANOS_MIN, SLOW_NANOS_MAX)
                : WORK_NANOS_MIN + (long) (-Math.log(1 - random.nextDouble()) * WORK_MEAN_NANOS);
    }
}
