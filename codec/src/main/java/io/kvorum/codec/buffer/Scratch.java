package io.kvorum.codec.buffer;

import org.jspecify.annotations.Nullable;

/**
 * The byte array into which all connections of one event loop receive, one after the other.
 *
 * <p>Owned by that event loop. Most packets hold whole requests that are decoded, answered and forgotten before the loop
 * turns to the next connection, so that ten thousand connections need one buffer. The array is lent to one
 * {@link ReceiveWindow} at a time; when the next one asks for it, the last borrower first carries away what it still
 * needs, so that no order of calls can mix the bytes of two connections.
 */
public final class Scratch {
    private static final int CAPACITY_DEFAULT = 64 << 10;
    private static final int CAPACITY_MAX_DEFAULT = 1 << 20;

    private final int capacityMax;
    private byte[] array;
    private @Nullable ReceiveWindow borrower;

    /** Starts at 64 KiB and grows to 1 MiB at most. */
    public Scratch() {
        this(CAPACITY_DEFAULT, CAPACITY_MAX_DEFAULT);
    }

    /** Starts at {@code capacity} bytes and grows to {@code capacityMax} at most; larger packets go elsewhere. */
    public Scratch(int capacity, int capacityMax) {
        if (capacity < 1 || capacityMax < capacity) {
            throw new IllegalArgumentException("capacity " + capacity + ", at most " + capacityMax);
        }
        this.capacityMax = capacityMax;
        this.array = new byte[capacity];
    }

    /** The bytes this scratch holds now. */
    public int capacity() {
        return array.length;
    }

    int capacityMax() {
        return capacityMax;
    }

    boolean isLentTo(ReceiveWindow window) {
        return borrower == window;
    }

    void lendTo(ReceiveWindow window) {
        ReceiveWindow last = borrower;
        if (last != null && last != window) {
            last.retain();
        }
        borrower = window;
    }

    void giveBack(ReceiveWindow window) {
        if (borrower == window) {
            borrower = null;
        }
    }

    /** The array, replaced by a larger one first if it has less than {@code capacity}; the bytes do not move along. */
    byte[] withCapacity(int capacity) {
        if (capacity > array.length) {
            array = new byte[(int) Math.min(capacityMax, Math.max(capacity, 2L * array.length))];
        }
        return array;
    }
}
