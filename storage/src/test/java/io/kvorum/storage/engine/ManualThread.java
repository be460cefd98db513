package io.kvorum.storage.engine;

import io.kvorum.storage.disk.Background;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A background thread whose tasks the test lets run. */
final class ManualThread implements Background {
    private final Deque<Runnable> ready = new ArrayDeque<>();
    private final List<Timer> timers = new ArrayList<>();
    private long nowNanos;
    private boolean closed;

    private record Timer(long atNanos, Runnable task) {}

    @Override
    public void execute(Runnable task) {
        if (!closed) {
            ready.add(task);
        }
    }

    @Override
    public void schedule(long delayNanos, Runnable task) {
        if (!closed) {
            timers.add(new Timer(nowNanos + delayNanos, task));
        }
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    /** Runs one task that is ready; false if none is. */
    boolean step() {
        Runnable task = ready.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Lets time pass; what is due becomes ready. */
    void pass(long nanos) {
        nowNanos += nanos;
        List<Timer> due =
                timers.stream().filter(timer -> timer.atNanos <= nowNanos).toList();
        timers.removeAll(due);
        due.forEach(timer -> ready.add(timer.task));
    }

    /** Ends it: nothing runs any more. */
    void end() {
        closed = true;
        ready.clear();
        timers.clear();
    }
}
