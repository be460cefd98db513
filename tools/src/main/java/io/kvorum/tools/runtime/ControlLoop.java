package io.kvorum.tools.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One thread that runs tasks in order, now or later: the owner of a state machine's fields. Any thread may hand
 * tasks over. A task that throws stops nothing silently: it goes to the handler given.
 */
public final class ControlLoop implements Executor, AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> onBug;

    private ControlLoop(ScheduledThreadPoolExecutor executor, Consumer<Throwable> onBug) {
        this.executor = executor;
        this.onBug = onBug;
    }

    public static ControlLoop start(String name, Consumer<Throwable> onBug) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new ControlLoop(executor, onBug);
    }

    /** Runs the task after those handed over before; drops it if the loop is closed. */
    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    /** Runs the task once, after the delay; drops it if the loop is closed by then. */
    public void schedule(Runnable task, long delayNanos) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException | Error bug) {
                onBug.accept(bug);
            }
        };
        try {
            var unused = executor.schedule(guarded, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            // By contract: what comes after the end is dropped.
            return;
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
