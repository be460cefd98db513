package io.kvorum.server.runtime;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits until every loop has come round once: what a loop does after that, it does with all that was published before. Safe
 * from every thread.
 */
public final class LoopBarrier {
    private final List<TaskLoop> loops;

    /** Over these loops. */
    public LoopBarrier(List<TaskLoop> loops) {
        this.loops = List.copyOf(loops);
    }

    /**
     * Runs a task once each loop has ended the turn it is in; never, if one of them is closed.
     *
     * @param on where it runs
     */
    public void whenPassed(TaskLoop on, Runnable task) {
        AtomicInteger missing = new AtomicInteger(loops.size());
        for (TaskLoop loop : loops) {
            loop.schedule(0, () -> {
                if (missing.decrementAndGet() == 0) {
                    on.schedule(0, task);
                }
            });
        }
    }
}
