package io.kvorum.server.runtime;

import java.util.Objects;

/**
 * Many deadlines of one event loop, to the nearest tick. Owned by that loop.
 *
 * <pre>
 *   slot    0     1     2    …   1023          a deadline due at tick t waits in slot t mod 1024;
 *         [a-b] [   ] [ c ]      [   ]         one due later than a turn from now is passed over
 *           ▲ current tick                     until its turn comes
 * </pre>
 *
 * A deadline is never early, and late by at most one tick beyond the call of {@link #advance}. Scheduling and cancelling
 * are a few writes each and allocate nothing, because nearly every deadline is cancelled: requests are answered. An
 * ordinary heap would pay for order that nobody asks for.
 */
public final class DeadlineWheel {
    /** The coarseness that request deadlines of milliseconds and more need. */
    public static final long DEFAULT_TICK_NANOS = 5_000_000;

    private static final int SLOTS = 1024;
    private static final int SLOT_MASK = SLOTS - 1;

    private final long originNanos;
    private final long tickNanos;
    private final Sentinel[] slots = new Sentinel[SLOTS];

    /** One bit per slot: set if a deadline waits in it. */
    private final long[] occupied = new long[SLOTS / Long.SIZE];

    /** Deadlines taken out of the slot that {@link #advance} works on. Not empty outside of it only after a throw. */
    private final Sentinel expiring = new Sentinel();

    private final Runnable whenFirst;
    private long currentTick;
    private int size;

    /**
     * Makes an empty wheel.
     *
     * @param nowNanos the clock's nanoTime
     * @param tickNanos the coarseness, at least 1
     */
    public DeadlineWheel(long nowNanos, long tickNanos) {
        this(nowNanos, tickNanos, () -> {});
    }

    /**
     * Makes an empty wheel.
     *
     * @param nowNanos the clock's nanoTime
     * @param tickNanos the coarseness, at least 1
     * @param whenFirst called whenever a deadline is scheduled and no other waits: from now on the wheel must be turned
     */
    public DeadlineWheel(long nowNanos, long tickNanos, Runnable whenFirst) {
        if (tickNanos < 1) throw new IllegalArgumentException("tick of " + tickNanos + " ns, at least 1 allowed");
        this.originNanos = nowNanos;
        this.tickNanos = tickNanos;
        this.whenFirst = whenFirst;
        for (int i = 0; i < SLOTS; i++) slots[i] = new Sentinel();
    }

    /**
     * Schedules a deadline, or moves it if it is scheduled already. One in the past comes with the next tick.
     *
     * @param deadlineNanos when, on the clock's nanoTime scale
     */
    public void schedule(Deadline deadline, long deadlineNanos) {
        if (deadline.isScheduled()) cancel(deadline);
        long dueTick = Math.floorDiv(deadlineNanos - originNanos + tickNanos - 1, tickNanos);
        deadline.dueTick = Math.max(dueTick, currentTick + 1);
        link(deadline);
        if (size++ == 0) whenFirst.run();
    }

    /** Takes a deadline out; nothing happens if it is not scheduled. */
    public void cancel(Deadline deadline) {
        if (!deadline.isScheduled()) return;
        unlink(deadline);
        size--;
    }

    /**
     * Calls every deadline that is due. What is scheduled meanwhile comes with a later call. A deadline that throws ends
     * this call; the others come with the next.
     */
    public void advance(long nowNanos) {
        long nowTick = Math.floorDiv(nowNanos - originNanos, tickNanos);
        expire(nowTick, nowNanos);
        if (nowTick <= currentTick) return;
        long firstTick = currentTick + 1;
        int ticks = (int) Math.min(nowTick - currentTick, SLOTS);
        currentTick = nowTick;
        for (int i = 0; i < ticks && size > 0; i++) {
            int slot = (int) (firstTick + i) & SLOT_MASK;
            if ((occupied[slot >>> 6] & 1L << slot) == 0) continue;
            expiring.takeAllOf(slots[slot]);
            occupied[slot >>> 6] &= ~(1L << slot);
            expire(nowTick, nowNanos);
        }
    }

    /** Whether nothing waits: then no tick need be scheduled. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** How many deadlines wait. */
    public int size() {
        return size;
    }

    /**
     * When {@link #advance} should be called next, on the clock's nanoTime scale. Nothing is due before; at the moment
     * itself there may be nothing due either, if all that waits in the slot is more than a turn away.
     *
     * @throws IllegalStateException if the wheel is empty
     */
    public long nextDueNanos() {
        if (size == 0) throw new IllegalStateException("next deadline of an empty wheel");
        if (!expiring.isEmpty()) return originNanos + currentTick * tickNanos;
        int start = (int) (currentTick + 1) & SLOT_MASK;
        int word = start >>> 6;
        long bits = occupied[word] & -1L << start;
        for (int i = 0; i <= occupied.length; i++) {
            if (bits != 0) {
                int slot = (word << 6) + Long.numberOfTrailingZeros(bits);
                int ticksAhead = (slot - start) & SLOT_MASK;
                return originNanos + (currentTick + 1 + ticksAhead) * tickNanos;
            }
            word = (word + 1) % occupied.length;
            bits = occupied[word];
        }
        throw new IllegalStateException(size + " deadlines, but no slot is marked");
    }

    private void expire(long nowTick, long nowNanos) {
        while (!expiring.isEmpty()) {
            Deadline deadline = Objects.requireNonNull(expiring.next);
            unlink(deadline);
            if (deadline.dueTick > nowTick) {
                link(deadline);
            } else {
                size--;
                deadline.onDeadline(nowNanos);
            }
        }
    }

    private void link(Deadline deadline) {
        int slot = (int) deadline.dueTick & SLOT_MASK;
        Deadline sentinel = slots[slot];
        Deadline last = Objects.requireNonNull(sentinel.previous);
        deadline.previous = last;
        deadline.next = sentinel;
        last.next = deadline;
        sentinel.previous = deadline;
        occupied[slot >>> 6] |= 1L << slot;
    }

    private void unlink(Deadline deadline) {
        Deadline before = Objects.requireNonNull(deadline.previous);
        Deadline after = Objects.requireNonNull(deadline.next);
        before.next = after;
        after.previous = before;
        deadline.previous = null;
        deadline.next = null;
        int slot = (int) deadline.dueTick & SLOT_MASK;
        if (slots[slot].isEmpty()) occupied[slot >>> 6] &= ~(1L << slot);
    }

    /** Head of a ring of deadlines: linked to itself while the ring is empty. */
    private static final class Sentinel extends Deadline {
        Sentinel() {
            previous = this;
            next = this;
        }

        @SuppressWarnings("ReferenceEquality") // a ring ends where it began
        boolean isEmpty() {
            return next == this;
        }

        void takeAllOf(Sentinel other) {
            Deadline first = Objects.requireNonNull(other.next);
            Deadline last = Objects.requireNonNull(other.previous);
            first.previous = this;
            last.next = this;
            next = first;
            previous = last;
            other.next = other;
            other.previous = other;
        }

        @Override
        protected void onDeadline(long nowNanos) {
            throw new IllegalStateException("a slot's head has no deadline");
        }
    }
}
