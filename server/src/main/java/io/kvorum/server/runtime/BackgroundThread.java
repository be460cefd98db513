package io.kvorum.server.runtime;

import io.kvorum.storage.disk.Background;

/** A {@link Background} that is a thread of its own. Its tasks are few, and those that repeat schedule themselves. */
public final class BackgroundThread implements Background, AutoCloseable {
    private final ControlThread thread;
    private final Clock clock;

    BackgroundThread(ControlThread thread, Clock clock) {
        this.thread = thread;
        this.clock = clock;
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
        return clock.nanoTime();
    }

    /** Takes no more tasks, drops those that are scheduled, and waits until those handed over have run. */
    @Override
    public void close() {
        thread.close();
    }
}
