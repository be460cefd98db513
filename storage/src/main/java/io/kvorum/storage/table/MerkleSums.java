package io.kvorum.storage.table;

/**
 * The Merkle tree of one copy of a partition (Dynamo §4.7), two levels deep: leaves by position bits, and their root.
 *
 * <p>A node's value is the <em>sum</em> of the record hashes below it, modulo 2^64, so that a change of one record is
 * two additions, in the critical section that changes the record. Nothing is rebuilt by scanning, ever, and leaf
 * borders never move. Sums and not XOR: what stands in a leaf twice does not vanish.
 *
 * <p>The holder of the copy's lock alone touches it. All leaves of a node take 8 MiB, whatever the number of
 * partitions; a copy that never had a record has none.
 */
public final class MerkleSums {
    /** The partition bits and the leaf bits together, while there are at least {@link #LEAVES_MIN} leaves. */
    private static final int POSITION_BITS = 20;

    private static final int LEAVES_MIN = 16;
    private static final int PARTITIONS_MAX = 1 << 14;
    private static final long[] NONE = {};

    private final int partitionBits;
    private final int leafBits;
    private long[] leaves = NONE;
    private long root;

    /**
     * The sums of an empty copy.
     *
     * @param partitions of the whole ring: a power of two up to 16384
     */
    public MerkleSums(int partitions) {
        if (partitions < 1 || partitions > PARTITIONS_MAX || Integer.bitCount(partitions) != 1) {
            throw new IllegalArgumentException("partitions: " + partitions + ", allowed: powers of two up to 16384");
        }
        this.partitionBits = Integer.numberOfTrailingZeros(partitions);
        this.leafBits = Integer.numberOfTrailingZeros(leafCount(partitions));
    }

    /** How many leaves each partition has when the ring is cut into so many. */
    public static int leafCount(int partitions) {
        return Math.max(LEAVES_MIN, (1 << POSITION_BITS) / partitions);
    }

    /** The leaf of a position: the bits right below those of its partition. */
    public int leafOf(long positionHigh) {
        return (int) ((positionHigh << partitionBits) >>> (Long.SIZE - leafBits));
    }

    /**
     * The first table hash (unsigned) that a key of this leaf can have; those of the leaf lie between it and {@link
     * #hashEnd}. The low bits of a leaf are the high bits of the hash, so that a leaf is found in a part of the table.
     */
    public long hashStart(int leaf) {
        int shared = sharedBits();
        return (leaf & ((1L << shared) - 1)) << (Integer.SIZE - shared);
    }

    /** The table hash at which the leaf is over, exclusive. */
    public long hashEnd(int leaf) {
        return hashStart(leaf) + (1L << (Integer.SIZE - sharedBits()));
    }

    /** Notes that the record at a position changed its hash; 0 stands for no record, before or after. */
    public void change(long positionHigh, long hashBefore, long hashAfter) {
        if (leaves == NONE) {
            leaves = new long[1 << leafBits];
        }
        long change = hashAfter - hashBefore;
        leaves[leafOf(positionHigh)] += change;
        root += change;
    }

    /** The sum of all record hashes. */
    public long root() {
        return root;
    }

    /** The sum of the record hashes of one leaf. */
    public long leaf(int leaf) {
        return leaves == NONE ? 0 : leaves[leaf];
    }

    /** All leaves in order, as a copy. */
    public long[] leaves() {
        return leaves == NONE ? new long[1 << leafBits] : leaves.clone();
    }

    /** Makes these the sums of no records, and gives the leaves back. */
    public void clear() {
        leaves = NONE;
        root = 0;
    }

    /** Bytes of heap of the leaves. */
    public long heapBytes() {
        return leaves == NONE ? 0 : HeapSizes.ofLongs(leaves.length);
    }

    private int sharedBits() {
        return partitionBits + leafBits - PartitionTable.BITS_ABOVE_HASH;
    }
}
