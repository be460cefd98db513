package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Background;

/**
 * Lets a force wait a little for company. Writers that all wait for the disk fall into two groups, each of which is
 * appended while the other is forced: half as many per force as there could be. So a force waits until as many entries
 * are there as the last one had and those that came meanwhile, but at most for half the time that a force takes, counted
 * from the end of the last: an entry that comes alone later waits for nobody.
 *
 * <p>Owned by the background thread, but for {@link #isGoingOn}.
 */
final class Gathering {
    private static final long WAIT_NANOS_MAX = 5_000_000;

    /** Less is not worth a timer. */
    private static final long WAIT_NANOS_MIN = 50_000;

    private final Tail tail;
    private final Background background;
    private final boolean gathers;
    private long forceNanos;
    private long until;

    /** Written by the background thread, read by all: whether a timer will end it. */
    private volatile boolean goingOn;

    Gathering(Tail tail, Background background, boolean gathers) {
        this.tail = tail;
        this.background = background;
        this.gathers = gathers;
    }

    /** Whether an entry just appended needs no signal: it is waited for, and is not the last of its group. Any thread. */
    boolean isGoingOn() {
        return goingOn && !tail.isGathered();
    }

    /**
     * Whether a force that is wanted should wait.
     *
     * @param then runs when the time is over
     */
    boolean waits(Runnable then) {
        if (!gathers || tail.isGathered()) {
            return false;
        }
        long left = until - background.nanoTime();
        if (left <= 0) {
            return false;
        }
        if (!goingOn) {
            goingOn = true;
            background.schedule(left, then);
        }
        return true;
    }

    /** Says that a force begins: what is appended from now on must ask for another. */
    void ends() {
        goingOn = false;
    }

    /** Says how many entries a force had, and when it was begun. */
    void forced(int entries, long begunNanos) {
        long now = background.nanoTime();
        long took = now - begunNanos;
        forceNanos = forceNanos == 0 ? took : forceNanos + (took - forceNanos) / 8;
        long wait = Math.min(forceNanos / 2, WAIT_NANOS_MAX);
        until = wait < WAIT_NANOS_MIN ? now : now + wait;
        tail.gather(entries);
    }
}
