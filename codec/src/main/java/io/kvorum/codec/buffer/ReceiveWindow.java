package io.kvorum.codec.buffer;

import io.netty.buffer.ByteBuf;

/**
 * The received and not yet consumed bytes of one connection, always in one piece of one array.
 *
 * <pre>
 *   array  ....|consumed....|position ........ end|free....
 * </pre>
 *
 * <p>Owned by the connection's event loop. The array is the loop's {@link Scratch} while nothing was left over from the
 * packets before, else one of its own. A connection with nothing left over holds no array. Arrays grow with the bytes
 * that arrived and never with a length somebody claimed; every byte is copied a bounded number of times, whatever the
 * size of the packets.
 *
 * <p>{@link #append}, {@link #retain}, {@link #releaseIfEmpty} and {@link #close} may move the bytes: read
 * {@link #array()} and {@link #position()} again after them. So may {@link #append} of another window on the same
 * scratch.
 */
public final class ReceiveWindow {
    private static final byte[] EMPTY = {};

    /** Some VMs cannot make arrays of the last few lengths. */
    private static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;

    private final Scratch scratch;
    private byte[] array = EMPTY;
    private int position;
    private int end;
    private long expected;

    /** An empty window, which costs no array. */
    public ReceiveWindow(Scratch scratch) {
        this.scratch = scratch;
    }

    /** The array that holds the bytes from {@link #position()} to {@link #end()}. */
    public byte[] array() {
        return array;
    }

    /** Index of the first byte that is not consumed. */
    public int position() {
        return position;
    }

    /** Index after the last byte received. */
    public int end() {
        return end;
    }

    /** How many bytes are not consumed. */
    public int remaining() {
        return end - position;
    }

    /** Bytes of array that this connection holds for itself: 0 when nothing is left over. */
    public int heldBytes() {
        return scratch.isLentTo(this) ? 0 : array.length;
    }

    /** Consumes everything before index {@code newPosition}; the bytes stay readable until the window moves. */
    public void advanceTo(int newPosition) {
        if (newPosition < position || newPosition > end) {
            throw new IndexOutOfBoundsException("position " + newPosition + " is not in " + position + ".." + end);
        }
        position = newPosition;
        expected = 0;
    }

    /**
     * Tells that the message at {@link #position()} will have at least {@code bytes} bytes. It reserves nothing; it only
     * keeps a growing array from overshooting the message's end.
     */
    public void expect(long bytes) {
        expected = bytes;
    }

    /** Takes all readable bytes of {@code in}, which stays the caller's to release. */
    public void append(ByteBuf in) {
        int received = in.readableBytes();
        if (received == 0) {
            return;
        }
        if (array.length - end < received) {
            makeRoom(remaining(), received);
        }
        in.readBytes(array, end, received);
        end += received;
    }

    /** Carries bytes that are not consumed out of the scratch, so that other connections may use it. */
    public void retain() {
        if (scratch.isLentTo(this)) {
            int left = remaining();
            moveTo(left == 0 ? EMPTY : new byte[left], left);
            scratch.giveBack(this);
        } else if (position == end) {
            moveTo(EMPTY, 0);
        } else if (remaining() < array.length >> 2 && array.length > 1024) {
            moveTo(new byte[remaining()], remaining());
        }
    }

    /** Lets the array go if every byte is consumed. */
    public void releaseIfEmpty() {
        if (position == end && array != EMPTY) {
            moveTo(EMPTY, 0);
            scratch.giveBack(this);
        }
    }

    /** Forgets all bytes and lets the array go; the window can be used again. */
    public void close() {
        moveTo(EMPTY, 0);
        expected = 0;
        scratch.giveBack(this);
    }

    private void makeRoom(int left, int received) {
        long needed = (long) left + received;
        boolean lent = scratch.isLentTo(this);
        // Left-over bytes go (back) into the scratch where that copies no more than new bytes pay for.
        if (needed <= scratch.capacityMax() && (left <= received || (lent && left <= scratch.capacityMax() >> 1))) {
            scratch.lendTo(this);
            moveTo(scratch.withCapacity((int) Math.min(scratch.capacityMax(), Math.max(needed, 2L * left))), left);
        } else if (!lent && needed <= array.length && left <= array.length >> 1) {
            moveTo(array, left);
        } else {
            moveTo(new byte[grownCapacity(needed)], left);
            scratch.giveBack(this);
        }
    }

    private int grownCapacity(long needed) {
        if (needed > CAPACITY_MAX) {
            throw new IllegalStateException(needed + " bytes received and not consumed");
        }
        long doubled = 2 * needed;
        long wanted = expected >= needed ? Math.min(doubled, expected) : doubled;
        return (int) Math.min(CAPACITY_MAX, wanted);
    }

    private void moveTo(byte[] target, int left) {
        System.arraycopy(array, position, target, 0, left);
        array = target;
        position = 0;
        end = left;
    }
}
