package io.kvorum.storage.journal;

import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * A mapped file in which entries stand from their append until the background thread has written them to their segment:
 * what is put survives the end of the process, at the speed of memory. The byte at a position stands at the position
 * modulo the size. It is used over and over, so that its pages stay with the process: segments, which are forced, would
 * cost a fault for each page after each force.
 *
 * <p>Puts happen under the journal's lock; everything else is the background thread's.
 */
final class Staging {
    /** How much is made ready at a time, so that a force need not wait for all that should be. */
    static final int TOUCH_STEP_BYTES = 1 << 20;

    private static final int SAMPLE_EVERY_BYTES = 128 << 10;

    /** A page that is ready is touched within this time, were it in no cache. */
    private static final long READY_NANOS = 1_500;

    private final DiskFile file;
    private final DiskMap map;
    private final ByteBuffer buffer;
    private final ByteBuffer reading;
    private final int bytes;
    private StagingHeader header;

    /** Over a file with all its blocks, of the header's bytes and a page. */
    Staging(DiskFile file, StagingHeader header) throws IOException {
        this.file = file;
        this.header = header;
        this.bytes = header.bytes();
        this.map = file.map(StagingHeader.PAGE_BYTES + bytes);
        this.buffer = map.buffer();
        this.reading = buffer.duplicate();
    }

    /** Bytes of entries that it holds. */
    int bytes() {
        return bytes;
    }

    private int indexOf(long position) {
        return StagingHeader.PAGE_BYTES + (int) (position % bytes);
    }

    private int end() {
        return StagingHeader.PAGE_BYTES + bytes;
    }

    /** Puts what stands before an entry's payload. */
    void putHeader(long position, int length, int check, int kind) {
        buffer.putLong(indexOf(position), (long) length << 32 | Integer.toUnsignedLong(check));
        buffer.putInt(indexOf(position + Long.BYTES), kind);
    }

    /** Puts bytes, round the end if they reach it. */
    void put(long position, byte[] from, int offset, int length) {
        int at = indexOf(position);
        int first = Math.min(length, end() - at);
        buffer.put(at, from, offset, first);
        if (first < length) {
            buffer.put(StagingHeader.PAGE_BYTES, from, offset + first, length - first);
        }
    }

    /** Puts eight bytes at a multiple of four. */
    void putLong(long position, long value) {
        buffer.putInt(indexOf(position), (int) (value >>> 32));
        buffer.putInt(indexOf(position + Integer.BYTES), (int) value);
    }

    /** Writes what stands at a position to a place in a file. */
    void writeTo(DiskFile target, long at, long position, int length) throws IOException {
        int from = indexOf(position);
        int first = Math.min(length, end() - from);
        target.write(reading.clear().limit(from + first).position(from), at);
        if (first < length) {
            int rest = StagingHeader.PAGE_BYTES + length - first;
            target.write(reading.clear().limit(rest).position(StagingHeader.PAGE_BYTES), at + first);
        }
    }

    /**
     * Makes the places of some positions ready, so that a put there does not wait for the kernel. The kernel takes the
     * pages of a file back many at a time, so a few tell whether the others need it: one that does takes its time.
     */
    void touch(long position, int length, LongSupplier nanoTime) {
        int from = indexOf(position);
        int first = Math.min(length, end() - from);
        touchPlaces(from, first, nanoTime);
        if (first < length) {
            touchPlaces(StagingHeader.PAGE_BYTES, length - first, nanoTime);
        }
    }

    /** Whether all of it can still be had from the device. */
    boolean isReadable() {
        try {
            map.touch(StagingHeader.PAGE_BYTES, bytes);
            return true;
        } catch (InternalError deviceFailed) {
            return false;
        }
    }

    private void touchPlaces(int from, int length, LongSupplier nanoTime) {
        long begun = nanoTime.getAsLong();
        int samples = 0;
        for (int at = from; at < from + length; at += SAMPLE_EVERY_BYTES) {
            map.touch(at, 1);
            samples++;
        }
        if (nanoTime.getAsLong() - begun > samples * READY_NANOS) {
            map.touch(from, length);
        }
    }

    /** Says that everything up to a position is forced; this survives the end of the process. */
    void noteDurable(long position) {
        header = header.next(position);
        header.writeSlot(buffer);
    }

    void close() throws IOException {
        map.close();
        file.close();
    }
}
