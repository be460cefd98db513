package io.kvorum.tests.sim.world;

import io.kvorum.server.runtime.TaskLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A thread of a process: runs what it is given, one after the other, a little later than it was asked, and not while its
 * machine stands still. What escapes from a task ends the run: it is a bug.
 */
public final class SimThread implements TaskLoop {
    private static final int WAKE_NANOS_MAX = 60_000;

    private final VirtualTime time;
    private final Machine machine;
    private final String name;
    private final LongSupplier wakeNanos;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private Runnable afterTask = () -> {};
    private boolean awake;
    private boolean running;
    private boolean ended;

    /** What a thread needs to know of the machine it is on. */
    public interface Machine {
        /** The machine's clocks. */
        SimClock clock();

        /** Until when it stands still, on the world's clock; anything in the past if it does not. */
        long stillUntilNanos();
    }

    /** Starts a thread with nothing to do. */
    public SimThread(VirtualTime time, Machine machine, RandomGenerator random, String name) {
        this(time, machine, name, () -> random.nextInt(WAKE_NANOS_MAX));
    }

    /** The same, for tasks that are done so much later than they could be, each time another. */
    SimThread(VirtualTime time, Machine machine, String name, LongSupplier wakeNanos) {
        this.time = time;
        this.machine = machine;
        this.name = name;
        this.wakeNanos = wakeNanos;
    }

    /** Has something done after every task: what a loop does at the end of a turn. */
    public void afterEachTask(Runnable what) {
        afterTask = what;
    }

    @Override
    public boolean execute(Runnable task) {
        if (ended) {
            return false;
        }
        tasks.add(task);
        wake();
        return true;
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        VirtualTime.Happening timer =
                time.after(machine.clock().inWorld(Math.max(0, delayNanos)), name, () -> execute(task));
        return timer::cancel;
    }

    @Override
    public Scheduled every(long intervalNanos, Runnable task) {
        Repeated repeated = new Repeated(intervalNanos, task);
        repeated.again();
        return repeated;
    }

    @Override
    public boolean inLoop() {
        return running;
    }

    /** The process ends: nothing more is done, or taken. */
    public void end() {
        ended = true;
        tasks.clear();
    }

    private void wake() {
        if (!awake) {
            awake = true;
            time.after(Math.max(wakeNanos.getAsLong(), machine.stillUntilNanos() - time.nowNanos()), name, this::turn);
        }
    }

    private void turn() {
        awake = false;
        if (ended) {
            return;
        }
        if (machine.stillUntilNanos() > time.nowNanos()) {
            wake();
            return;
        }
        Runnable task = tasks.poll();
        if (task != null) {
            running = true;
            try {
                task.run();
                if (!ended) {
                    afterTask.run();
                }
            } finally {
                running = false;
            }
        }
        if (!tasks.isEmpty()) {
            wake();
        }
    }

    private final class Repeated implements Scheduled {
        private final long intervalNanos;
        private final Runnable task;
        private boolean cancelled;

        Repeated(long intervalNanos, Runnable task) {
            this.intervalNanos = intervalNanos;
            this.task = task;
        }

        void again() {
            if (!cancelled && !ended) {
                schedule(intervalNanos, this::run);
            }
        }

        private void run() {
            if (!cancelled) {
                task.run();
                again();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
