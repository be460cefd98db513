package io.kvorum.storage.disk;

import java.nio.ByteBuffer;

/**
 * A file in memory: what is put into its buffer is written to the file at the speed of memory, and survives the end of
 * the process as if by {@link DiskFile#write}.
 */
public interface DiskMap extends AutoCloseable {
    /**
     * The whole of what was mapped, big endian. Threads may put at places of their own, without a lock. A device that
     * fails beneath it shows as {@link InternalError}.
     */
    ByteBuffer buffer();

    /**
     * Makes pages ready to be written to, so that the first put into each does not wait for the kernel. What they hold
     * stays, whoever writes to them meanwhile.
     */
    void touch(int from, int length);

    /** Ends use of the buffer, which must not be touched any more. The file stays open. Works twice. */
    @Override
    void close();
}
