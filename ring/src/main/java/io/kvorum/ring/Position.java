package io.kvorum.ring;

/**
 * A key's place on the ring: an unsigned 128-bit number, computed once where the request enters.
 *
 * <p>The hot path carries the two halves as plain {@code long}s; this record is for where they must travel together.
 *
 * @param high the upper 64 bits: partition, hash slot and Merkle leaf are prefixes of it
 * @param low the lower 64 bits
 */
public record Position(long high, long low) implements Comparable<Position> {
    /** Returns the index of the partition this position falls in, of {@code partitions} (a power of two) equal ones. */
    public int partition(int partitions) {
        return partitionOf(high, partitions);
    }

    /** Returns the partition of a position by its upper half, of {@code partitions} (a power of two) equal ones. */
    public static int partitionOf(long high, int partitions) {
        int bits = Integer.numberOfTrailingZeros(partitions);
        return bits == 0 ? 0 : (int) (high >>> (Long.SIZE - bits));
    }

    @Override
    public int compareTo(Position other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }
}
