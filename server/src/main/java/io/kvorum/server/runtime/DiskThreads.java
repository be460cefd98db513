package io.kvorum.server.runtime;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The few threads that may wait for the disk, behind a bounded queue. Safe from every thread. */
public final class DiskThreads implements AutoCloseable {
    private static final long CLOSE_WAIT_SECONDS = 60;

    private final ThreadPoolExecutor executor;
    private final Threads threads;

    DiskThreads(Threads threads, ThreadFactory factory, int count, int queueMax) {
        this.threads = threads;
        this.executor =
                new ThreadPoolExecutor(count, count, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queueMax), factory);
    }

    /**
     * Runs a task on one of the threads.
     *
     * @return false if the queue is full or the threads are closed: the task will not run
     */
    public boolean execute(Runnable task) {
        try {
            executor.execute(() -> threads.runGuarded(task));
            return true;
        } catch (RejectedExecutionException fullOrClosed) {
            threads.countRejected();
            return false;
        }
    }

    /** Tasks that wait. */
    public int queued() {
        return executor.getQueue().size();
    }

    /** Takes no more tasks and waits until those already taken have run. */
    @Override
    public void close() {
        executor.shutdown();
        Threads.awaitEnd(executor, CLOSE_WAIT_SECONDS);
    }
}
