package io.kvorum.server.peer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection that have no answer yet. Owned by its loop; allocates only while it grows. A call's number
 * holds its slot in the low bits and a sequence number above, so that a late answer never meets the slot's next user.
 */
final class PendingCalls {
    /** What {@link #add} returns if there is no room. */
    static final long FULL = 0;

    private static final int SLOT_BITS = 20;
    private static final int SLOTS_MAX = 1 << SLOT_BITS;
    private static final int SLOTS_FIRST = 64;
    private static final int NONE = -1;

    private @Nullable ReplyHandler[] handlers = new ReplyHandler[SLOTS_FIRST];
    private long[] numbers = new long[SLOTS_FIRST];
    private int[] bytes = new int[SLOTS_FIRST];
    /** By slot: the next free slot. */
    private int[] nextFree = new int[SLOTS_FIRST];

    private int firstFree = NONE;
    private int used;
    private int size;
    private long unansweredBytes;
    private long sequence;

    /** Adds a call and returns its number, never 0 unless there is no room. */
    long add(ReplyHandler handler, int requestBytes) {
        int slot = firstFree;
        if (slot == NONE) {
            if (used == SLOTS_MAX) {
                return FULL;
            }
            if (used == handlers.length) {
                grow();
            }
            slot = used++;
        } else {
            firstFree = nextFree[slot];
        }
        long number = ++sequence << SLOT_BITS | slot;
        handlers[slot] = handler;
        numbers[slot] = number;
        bytes[slot] = requestBytes;
        unansweredBytes += requestBytes;
        size++;
        return number;
    }

    /** Takes a call out, or returns null if it is not there (any longer). */
    @Nullable
    ReplyHandler remove(long number) {
        int slot = (int) (number & (SLOTS_MAX - 1));
        if (slot >= used || numbers[slot] != number) {
            return null;
        }
        ReplyHandler handler = handlers[slot];
        handlers[slot] = null;
        numbers[slot] = FULL;
        unansweredBytes -= bytes[slot];
        nextFree[slot] = firstFree;
        firstFree = slot;
        size--;
        return handler;
    }

    /** Takes any call out, or returns null if there is none; for the end of a connection. */
    @Nullable
    ReplyHandler removeAny() {
        while (used > 0) {
            int slot = used - 1;
            if (numbers[slot] != FULL) {
                return remove(numbers[slot]);
            }
            used--;
        }
        firstFree = NONE;
        return null;
    }

    int size() {
        return size;
    }

    /** Bytes of all requests without an answer. */
    long unansweredBytes() {
        return unansweredBytes;
    }

    private void grow() {
        int slots = Math.min(SLOTS_MAX, handlers.length * 2);
        handlers = Arrays.copyOf(handlers, slots);
        numbers = Arrays.copyOf(numbers, slots);
        bytes = Arrays.copyOf(bytes, slots);
        nextFree = Arrays.copyOf(nextFree, slots);
    }
}
