package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Background;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A background thread that is one. */
final class ThreadBackground implements Background, AutoCloseable {
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public void schedule(long delayNanos, Runnable task) {
        executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /** Runs a task and waits until it has, and those before it. */
    void runAndWait(Runnable task) {
        try {
            executor.submit(task).get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Ends it as the end of the process would. */
    @Override
    public void close() {
        runAndWait(() -> executor.shutdownNow());
    }
}
