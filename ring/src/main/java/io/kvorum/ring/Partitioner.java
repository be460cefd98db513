package io.kvorum.ring;

import net.openhft.hashing.LongHashFunction;

/**
 * How a key becomes a position. Fixed when the cluster is created; every node must use the same one.
 *
 * <p>Pure functions of the bytes, safe from any thread. Keys are slices {@code array[offset, offset + length)}.
 */
public enum Partitioner {
    /**
     * The top 14 bits are Redis Cluster's hash slot, the rest is XXH3-64 of the whole key. Every partition is a contiguous
     * range of slots, so that every Redis Cluster client finds a key's owner by itself.
     */
    SLOTS {
        @Override
        public long high(byte[] array, int offset, int length) {
            return high(HashSlot.of(array, offset, length), xxh3(array, offset, length));
        }

        @Override
        public long low(byte[] array, int offset, int length) {
            return low(xxh3(array, offset, length));
        }

        @Override
        public void position(byte[] array, int offset, int length, long[] highLow) {
            long hash = xxh3(array, offset, length);
            highLow[0] = high(HashSlot.of(array, offset, length), hash);
            highLow[1] = low(hash);
        }

        private static long high(int slot, long hash) {
            return (long) slot << (Long.SIZE - SLOT_BITS) | hash >>> SLOT_BITS;
        }

        private static long low(long hash) {
            return hash << (Long.SIZE - SLOT_BITS);
        }

        private static long xxh3(byte[] array, int offset, int length) {
            return XXH3.hashBytes(array, offset, length);
        }
    },

    /** All 128 bits are MD5 of the key, as in Dynamo §4.3. Hash tags mean nothing; cluster clients still work, unaware. */
    MD5 {
        @Override
        public long high(byte[] array, int offset, int length) {
            long[] highLow = new long[2];
            Md5.digest(array, offset, length, highLow);
            return highLow[0];
        }

        @Override
        public long low(byte[] array, int offset, int length) {
            long[] highLow = new long[2];
            Md5.digest(array, offset, length, highLow);
            return highLow[1];
        }

        @Override
        public void position(byte[] array, int offset, int length, long[] highLow) {
            Md5.digest(array, offset, length, highLow);
        }
    };

    private static final int SLOT_BITS = 14;
    private static final LongHashFunction XXH3 = LongHashFunction.xx3();

    /** Returns the upper 64 bits of the key's position. */
    public abstract long high(byte[] array, int offset, int length);

    /** Returns the lower 64 bits of the key's position. */
    public abstract long low(byte[] array, int offset, int length);

    /** Writes both halves of the key's position into {@code highLow[0]} and {@code [1]}: one pass, no allocation. */
    public abstract void position(byte[] array, int offset, int length, long[] highLow);

    /** Returns the key's position as a value. */
    public Position positionOf(byte[] array, int offset, int length) {
        long[] highLow = new long[2];
        position(array, offset, length, highLow);
        return new Position(highLow[0], highLow[1]);
    }

    /** Returns the Redis Cluster hash slot of a key, whatever the partitioner; see {@link HashSlot}. */
    public static int slotOf(byte[] array, int offset, int length) {
        return HashSlot.of(array, offset, length);
    }
}
