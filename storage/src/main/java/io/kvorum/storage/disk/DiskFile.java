package io.kvorum.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. One thread at a time, but that a force may go on beside a write: what is written meanwhile may be in it. */
public interface DiskFile extends AutoCloseable {
    /** Bytes from its start to its end. */
    long size() throws IOException;

    /**
     * Fills the buffer from a place on.
     *
     * @return how many bytes there were, less than asked for only at the file's end
     */
    int read(ByteBuffer into, long at) throws IOException;

    /** Writes all of the buffer at a place, which may lie beyond the end: what is between reads as zeros. */
    void write(ByteBuffer bytes, long at) throws IOException;

    /** Cuts the file off. */
    void truncate(long size) throws IOException;

    /**
     * Makes the file so long, with blocks of its own for every byte, so that no later write or put within can fail for
     * want of space. What it had stays; the rest reads as zeros. Forced.
     */
    void preallocate(long size) throws IOException;

    /** Maps the file's first bytes, which must have been preallocated. At most one map of a file at a time. */
    DiskMap map(int length) throws IOException;

    /** Makes the bytes written so far, and the file's size, survive a crash of the machine. */
    void force() throws IOException;

    /** Closes it without forcing; works twice. */
    @Override
    void close() throws IOException;
}
