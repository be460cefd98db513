package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DurableCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries in the order they were appended. A position is a number of bytes since the journal began; it only grows,
 * over all lives of the directory.
 *
 * <p>Life: {@link #open}, {@link #replay} once, then use, then {@link #close()}. One journal per directory: whoever opens
 * it holds a lock on that.
 */
public final class Journal implements AutoCloseable {
    /** Instead of a position: there is no room yet, but there will be; try again soon. Nothing was appended. */
    public static final long BUSY = -1;

    /** Instead of a position: {@link #state()} and {@link #problem()} tell why. Nothing was appended. */
    public static final long REFUSED = -2;

    /** The longest payload of an entry, in bytes. */
    public static final int PAYLOAD_BYTES_MAX = 1 << 29;

    private Journal() {}

    /**
     * Reads which segments there are; the directory is made if it is not there. May wait for the device.
     *
     * @param identity names the journal, so that segments of another are refused; the same at each open
     * @param background runs everything that waits for the device, from {@link #replay} on
     * @throws JournalException if there is a segment of another journal or of a later format
     */
    public static Journal open(
            Disk disk, Path directory, UUID identity, JournalSettings settings, Background background)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Visits every entry from a position on, makes sure that all of them are on the device, and begins to take new ones,
     * at positions beyond all that ever were. On the thread that opened; may wait for the device. If it throws, the
     * journal can only be closed.
     *
     * @param fromPosition 0, or a position that {@link #append} or {@link #position()} returned, in this life of the
     *     directory or an earlier one; everything before it is elsewhere (in a checkpoint)
     * @param salvage whether to pass over what is damaged or missing, and to report it, instead of throwing
     * @throws JournalCorruptException if entries that had been forced are damaged or missing
     */
    public RecoveryReport replay(long fromPosition, boolean salvage, ReplayVisitor visitor) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends an entry: when this returns a position, the entry survives the end of the process. Any thread, under any
     * lock: it never waits for the device and allocates nothing. Entries appear in the order of their positions.
     *
     * @param type 1 to 255
     * @param partition 0 to 2²⁴ − 1
     * @param length of the payload, 0 to {@link #PAYLOAD_BYTES_MAX}
     * @return the position just after the entry, above 0, or {@link #BUSY} or {@link #REFUSED}
     */
    public long append(int type, int partition, byte[] payload, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    /** The position just after the last entry: what a checkpoint made now would cover. Any thread. */
    public long position() {
        throw new UnsupportedOperationException();
    }

    /** Every entry up to here survives the loss of power. Any thread. */
    public long durablePosition() {
        throw new UnsupportedOperationException();
    }

    /**
     * Tells, once, when everything up to a position survives the loss of power, or that it will not; and asks for a force
     * at once, whatever the policy. Any thread. Those that wait are bounded by their callers alone, of which each has
     * one at a time.
     *
     * @param position that {@link #append} or {@link #position()} returned in this life
     * @param callback gets the position; runs on the background thread, or at once on this one if the answer is known
     */
    public void whenDurable(long position, DurableCallback callback) {
        throw new UnsupportedOperationException();
    }

    /** Asks for a force of all that was appended. Any thread. */
    public void requestForce() {
        throw new UnsupportedOperationException();
    }

    /**
     * Forces all that was appended before the call. On the background thread alone.
     *
     * @return false if that failed, or the journal had failed before
     */
    public boolean forceNow() {
        throw new UnsupportedOperationException();
    }

    /**
     * Says that everything below a position is on the device elsewhere (in a checkpoint): segments that hold nothing
     * above it go. Any thread; done soon, on the background thread.
     */
    public void release(long position) {
        throw new UnsupportedOperationException();
    }

    /** What it can do at the moment. Any thread. */
    public JournalState state() {
        throw new UnsupportedOperationException();
    }

    /** What last went wrong and is not over yet, with the file; null if nothing. Any thread. */
    public @Nullable String problem() {
        throw new UnsupportedOperationException();
    }

    /**
     * Tries to go on after a failure, in a wholly new segment. On the background thread, when {@link JournalState#FAILED}.
     * What had been appended and was not durable may be lost on the device and stays so: the caller makes a checkpoint of
     * everything it has and calls {@link #release} with a position at or above {@link #position()} as it is after this.
     * Until then a start reports the range as dropped if it cannot be read.
     *
     * @return whether the journal takes entries again
     */
    public boolean reset() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of all segment files: in use, prepared and spare. Any thread. */
    public long bytesUsed() {
        throw new UnsupportedOperationException();
    }

    /** Bytes that were appended after a position: what a replay from it would read. Any thread. */
    public long bytesSince(long position) {
        throw new UnsupportedOperationException();
    }

    /** Segments that hold entries. Any thread. */
    public int segmentCount() {
        throw new UnsupportedOperationException();
    }

    /**
     * Forces all that was appended, marks the journal as closed in order, and ends use. On the background thread, or on
     * any when that runs no more. From every state, and twice.
     *
     * @throws IOException if the last entries could not be forced
     */
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
