package io.kvorum.server.background;

import io.kvorum.server.runtime.TaskLoop;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * How long loops take to come to what they are given: each is given a task that does nothing, one at a time, and the time
 * until it runs is how long anything else would have waited. One thread asks; tasks run on the loops.
 */
public final class QueueWait implements LongSupplier {
    private static final long NONE = Long.MIN_VALUE;

    private final List<TaskLoop> loops;
    private final LongSupplier nanoTime;
    private final AtomicLongArray given;
    private final AtomicLongArray waited;

    /** Asks these loops, by a monotonic clock. */
    public QueueWait(List<TaskLoop> loops, LongSupplier nanoTime) {
        this.loops = List.copyOf(loops);
        this.nanoTime = nanoTime;
        this.given = new AtomicLongArray(loops.size());
        this.waited = new AtomicLongArray(loops.size());
        for (int i = 0; i < loops.size(); i++) {
            given.set(i, NONE);
        }
    }

    /** The longest of what the tasks of the call before waited, or still wait, in nanoseconds; gives new ones. */
    @Override
    public long getAsLong() {
        long longest = 0;
        for (int i = 0; i < loops.size(); i++) {
            long now = nanoTime.getAsLong();
            long since = given.get(i);
            longest = Math.max(longest, since == NONE ? waited.get(i) : now - since);
            if (since == NONE) {
                given.set(i, now);
                int loop = i;
                if (!loops.get(i).execute(() -> ran(loop, now))) {
                    given.set(i, NONE);
                }
            }
        }
        return longest;
    }

    private void ran(int loop, long since) {
        waited.set(loop, nanoTime.getAsLong() - since);
        given.set(loop, NONE);
    }
}
