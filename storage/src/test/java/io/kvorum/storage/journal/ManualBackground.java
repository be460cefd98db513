package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Background;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/** A background thread that runs when a test says so, in virtual time. */
final class ManualBackground implements Background {
    private record Timer(long atNanos, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long nowNanos;
    private long order;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void schedule(long delayNanos, Runnable task) {
        timers.add(new Timer(nowNanos + delayNanos, order++, task));
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    /** Says that what runs takes its time. */
    void take(long nanos) {
        nowNanos += nanos;
    }

    int queued() {
        return tasks.size();
    }

    /** Runs one task, if there is one. */
    boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    void runAll() {
        for (int i = 0; runOne(); i++) {
            if (i > 10_000) {
                throw new IllegalStateException("tasks without end");
            }
        }
    }

    void pass(long nanos) {
        long until = nowNanos + nanos;
        runAll();
        while (!timers.isEmpty() && timers.element().atNanos <= until) {
            Timer timer = timers.remove();
            nowNanos = Math.max(nowNanos, timer.atNanos);
            timer.task.run();
            runAll();
        }
        nowNanos = Math.max(nowNanos, until);
    }
}
