package io.kvorum.server.command;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of all clients of this node are held back, as CLIENT PAUSE asks. Safe from every thread.
 *
 * <p>A request that is held back is not run, and nothing behind it on its connection is. CLIENT itself is never held back, so
 * that UNPAUSE can come. Requests that other nodes pass on are theirs to hold back.
 */
public final class ClientPause {
    /** Volatile: written rarely, by any loop, and looked at by each loop when requests come. */
    private volatile @Nullable State state;

    /** An atomic: connections of all loops count themselves. */
    private final AtomicInteger heldBack = new AtomicInteger();

    private record State(long untilNanos, boolean all) {}

    /** Whether anything is held back at all. */
    public boolean isOn(long nowNanos) {
        State now = state;
        return now != null && now.untilNanos - nowNanos > 0;
    }

    /** How many clients have a request that is held back. */
    public int heldBack() {
        return heldBack.get();
    }

    /** A client's request is held back, {@code 1}, or no longer, {@code -1}. */
    public void countHeldBack(int change) {
        heldBack.addAndGet(change);
    }

    /** When it ends, if it {@link #isOn}, on the clock's nanoTime scale. */
    public long untilNanos() {
        State now = state;
        return now == null ? 0 : now.untilNanos;
    }

    /** Whether, if it {@link #isOn}, not only writes are held back. */
    public boolean isOfAll() {
        State now = state;
        return now != null && now.all;
    }

    /** Whether a command is held back. */
    public boolean holds(Command command, long nowNanos) {
        State now = state;
        if (now == null || now.untilNanos - nowNanos <= 0 || isExempt(command)) {
            return false;
        }
        return now.all || command.is(CommandFlag.WRITE);
    }

    private static boolean isExempt(Command command) {
        return command.name().equals("client");
    }

    /** Begins, or goes on: the later end and the wider kind of the two hold. */
    synchronized void begin(long untilNanos, boolean all, long nowNanos) {
        State before = state;
        if (before == null || before.untilNanos - nowNanos <= 0) {
            state = new State(untilNanos, all);
        } else {
            state = new State(before.untilNanos - untilNanos > 0 ? before.untilNanos : untilNanos, before.all || all);
        }
    }

    /** Ends. */
    void end() {
        state = null;
    }
}
