package io.kvorum.server.runtime;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The thread of gossip, detector, repair and transfers. The tasks handed to it are bounded, so that loops that report to
 * a control thread which cannot keep up lose reports and not memory; timers are few and not counted.
 */
public final class ControlThread implements TaskLoop, AutoCloseable {
    private static final long CLOSE_WAIT_SECONDS = 10;

    private final ScheduledThreadPoolExecutor executor;
    private final Threads threads;
    private final int queueMax;

    /** Tasks handed over and not begun. Counted beside the executor because its own queue has no bound. */
    private final AtomicInteger queued = new AtomicInteger();

    /** Written once by the factory, before the thread it makes can run anything. */
    private volatile Thread thread = Thread.currentThread();

    ControlThread(Threads threads, ThreadFactory factory, int queueMax) {
        this.threads = threads;
        this.queueMax = queueMax;
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = factory.newThread(task);
            thread = made;
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        executor.prestartCoreThread();
    }

    @Override
    public boolean execute(Runnable task) {
        if (queued.incrementAndGet() > queueMax) {
            queued.decrementAndGet();
            threads.countRejected();
            return false;
        }
        try {
            executor.execute(() -> {
                queued.decrementAndGet();
                threads.runGuarded(task);
            });
            return true;
        } catch (RejectedExecutionException closed) {
            queued.decrementAndGet();
            return false;
        }
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        try {
            return cancelling(
                    executor.schedule(() -> threads.runGuarded(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    @Override
    public Scheduled every(long intervalNanos, Runnable task) {
        try {
            return cancelling(executor.scheduleWithFixedDelay(
                    () -> threads.runGuarded(task), intervalNanos, intervalNanos, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread().equals(thread);
    }

    /** Tasks that wait. */
    public int queued() {
        return queued.get();
    }

    /** Takes no more tasks, drops the timers and waits until the tasks already handed over have run. */
    @Override
    public void close() {
        executor.shutdown();
        if (inLoop()) return;
        Threads.awaitEnd(executor, CLOSE_WAIT_SECONDS);
    }

    private static Scheduled cancelling(Future<?> future) {
        return () -> future.cancel(false);
    }
}
