package io.kvorum.server.backup;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * What a backup has of one partition, and what is to be said of the copy it is from.
 *
 * @param actor of the copy when its turn came
 * @param settled whether the copy had all data of the partition
 * @param flushedUpTo the newest stamp the copy was flushed up to
 * @param records how many there are
 * @param sum of their record hashes, modulo 2^64: the root of their Merkle tree
 * @param file number of the data file that its first block is in; if there are no records, where it would be
 * @param offset of its first block
 */
record PartitionDigest(long actor, boolean settled, long flushedUpTo, long records, long sum, int file, long offset) {
    /** Length in the manifest. */
    static final int BYTES = 45;

    void encode(ByteWriter out) {
        out.u64(actor)
                .bool(settled)
                .u64(flushedUpTo)
                .u64(records)
                .u64(sum)
                .u32(file)
                .u64(offset);
    }

    static PartitionDigest decode(ByteReader in) {
        return new PartitionDigest(
                in.field("actor").u64(),
                in.field("settled").bool(),
                in.field("flushed up to").u64(),
                in.field("records").u64(),
                in.field("sum").u64(),
                (int) in.field("file").u32(),
                in.field("offset").u64());
    }
}
