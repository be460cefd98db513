package io.kvorum.server.runtime;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * An event loop as a {@link TaskLoop}, for those who must not know Netty. What is handed over is not bounded here: it is
 * handed over by the node's own threads, which are.
 */
public final class EventLoopTasks implements TaskLoop {
    private final EventLoop eventLoop;

    /** Tasks of this loop. */
    public EventLoopTasks(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    @Override
    public boolean execute(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException closing) {
            return false;
        }
    }

    @Override
    public Scheduled schedule(long delayNanos, Runnable task) {
        try {
            var future = eventLoop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closing) {
            return () -> {};
        }
    }

    @Override
    public Scheduled every(long intervalNanos, Runnable task) {
        try {
            var future = eventLoop.scheduleWithFixedDelay(task, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closing) {
            return () -> {};
        }
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }
}
