package io.kvorum.ring;

/**
 * Redis Cluster's hash slot of a key: CRC16/XMODEM of the key, or of its hash tag, modulo 16384.
 *
 * <p>The hash tag is what stands between the first <code>{</code> and the first <code>}</code> after it, if that is not
 * empty; keys with the same tag share a slot.
 */
public final class HashSlot {
    /** Number of hash slots, fixed by Redis Cluster. */
    public static final int COUNT = 16384;

    private static final int POLYNOMIAL = 0x1021;
    private static final char[] TABLE = table();

    private HashSlot() {}

    /** Returns the slot, 0 to 16383, of the key in {@code array[offset, offset + length)}. */
    public static int of(byte[] array, int offset, int length) {
        int end = offset + length;
        int open = indexOf(array, '{', offset, end);
        if (open < end) {
            int close = indexOf(array, '}', open + 1, end);
            if (close < end && close > open + 1) {
                return crc16(array, open + 1, close) & (COUNT - 1);
            }
        }
        return crc16(array, offset, end) & (COUNT - 1);
    }

    private static int indexOf(byte[] array, char wanted, int from, int end) {
        int i = from;
        while (i < end && array[i] != wanted) {
            i++;
        }
        return i;
    }

    static int crc16(byte[] array, int from, int end) {
        int crc = 0;
        for (int i = from; i < end; i++) {
            crc = ((crc << 8) ^ TABLE[((crc >>> 8) ^ array[i]) & 0xff]) & 0xffff;
        }
        return crc;
    }

    private static char[] table() {
        char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
            }
            table[i] = (char) crc;
        }
        return table;
    }
}
