package io.kvorum.storage.journal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Computes the check of an entry: CRC32C over the segment's seed, the entry's offset, its length, its kind and the CRC32C
 * of its payload. The payload's own is made before the lock is taken; this little one needs the offset, which only the
 * lock gives. Owned by one thread, or by the holder of one lock.
 */
final class EntryCheck {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] input = new byte[20];
    private final CRC32C crc = new CRC32C();

    int of(int seed, int offset, int length, int kind, int payloadCrc) {
        INT.set(input, 0, seed);
        INT.set(input, 4, offset);
        INT.set(input, 8, length);
        INT.set(input, 12, kind);
        INT.set(input, 16, payloadCrc);
        crc.reset();
        crc.update(input, 0, input.length);
        return (int) crc.getValue();
    }

    /** The same of a padding, whose payload is a durable position as far as it counts. */
    int ofPadding(int seed, int offset, int length, long durable) {
        LONG.set(input, 0, durable);
        crc.reset();
        crc.update(input, 0, Long.BYTES);
        return of(seed, offset, length, EntryFormat.PADDING, (int) crc.getValue());
    }
}
