package io.kvorum.storage.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;

/** A file mapped by the kernel. The mapping itself ends when the buffer is collected. */
final class SystemMap implements DiskMap {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int PAGE_BYTES = 4096;

    private final MappedByteBuffer buffer;

    SystemMap(MappedByteBuffer buffer) {
        this.buffer = buffer;
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void touch(int from, int length) {
        int first = from & -PAGE_BYTES;
        for (int at = first; at < from + length; at += PAGE_BYTES) {
            // Adding nothing, in one step: a put of another thread at the same place is not undone.
            int unused = (int) INT.getAndAdd(buffer, at, 0);
        }
    }

    @Override
    public void close() {
        // There is no safe way to unmap it before it is collected.
    }
}
