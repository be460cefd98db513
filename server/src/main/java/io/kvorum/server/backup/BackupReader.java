package io.kvorum.server.backup;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.Ring;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the data files of a backup from the first block to the last and believes nothing: every length, checksum, record
 * and digest is compared. What is wrong is a {@link BackupDamagedException}. One thread.
 */
final class BackupReader implements AutoCloseable {
    private static final int READ_BYTES = 256 << 10;

    private final Disk disk;
    private final Path directory;
    private final Manifest manifest;
    private final Ring ring;
    private final CRC32C checksum = new CRC32C();
    private @Nullable DiskFile file;
    private int number;
    private long at;
    private long bytes;
    private long allRecords;

    private int partition = -1;
    private long records;
    private long sum;

    BackupReader(Disk disk, Path directory, Manifest manifest) {
        this.disk = disk;
        this.directory = directory;
        this.manifest = manifest;
        this.ring = manifest.ring();
    }

    /** Told of each record. */
    @FunctionalInterface
    interface Visitor {
        void record(int partition, long positionHigh, byte[] record) throws IOException;
    }

    /** Read so far. */
    long bytes() {
        return bytes;
    }

    /** Visited so far. */
    long records() {
        return allRecords;
    }

    /**
     * Reads a block, and visits its records once all of it is known to be as it was written.
     *
     * @return false if there was none, and everything has been compared
     */
    boolean next(Visitor visitor) throws IOException {
        while (number < manifest.files().size()) {
            DiskFile open = file == null ? openFile() : file;
            if (at < expected().size()) {
                readBlock(open, visitor);
                return true;
            }
            closeFile(open);
        }
        endPartitions(manifest.digests().size());
        partition = manifest.digests().size();
        return false;
    }

    @Override
    public void close() throws IOException {
        DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    private DataFile expected() {
        return manifest.files().get(number);
    }

    private Path path() {
        return directory.resolve(DataFile.name(number));
    }

    private DiskFile openFile() throws IOException {
        if (!disk.exists(path())) {
            throw damaged(0, "the file is missing");
        }
        DiskFile open = disk.open(path());
        file = open;
        at = 0;
        checksum.reset();
        if (open.size() != expected().size()) {
            throw damaged(
                    Math.min(open.size(), expected().size()),
                    open.size() + " bytes long, " + expected().size() + " expected");
        }
        byte[] header = read(open, Blocks.HEADER_BYTES);
        try {
            Blocks.checkHeader(header, number, manifest.backupId());
        } catch (DecodeException problem) {
            throw damaged(0, String.valueOf(problem.getMessage()));
        }
        return open;
    }

    private void closeFile(DiskFile open) throws IOException {
        if (checksum.getValue() != expected().checksum()) {
            throw damaged(
                    0,
                    "checksum of the file " + Long.toHexString(checksum.getValue()) + ", expected "
                            + Long.toHexString(expected().checksum()));
        }
        file = null;
        open.close();
        number++;
    }

    private void readBlock(DiskFile open, Visitor visitor) throws IOException {
        long begin = at;
        byte[] prefix = read(open, Blocks.PREFIX_BYTES);
        ByteReader in = new ByteReader(prefix);
        long length = in.u32();
        long found = in.u32();
        if (length < Blocks.HEAD_BYTES || length > expected().size() - at || length > Integer.MAX_VALUE - 8) {
            throw damaged(
                    begin, "a block of " + length + " bytes, " + (expected().size() - at) + " are left");
        }
        byte[] content = read(open, (int) length);
        long sumOfBlock = Blocks.checksum(prefix, content, 0, content.length);
        if (sumOfBlock != found) {
            throw damaged(
                    begin,
                    "checksum of the block " + Long.toHexString(found) + ", expected " + Long.toHexString(sumOfBlock));
        }
        try {
            readRecords(begin, new ByteReader(content), visitor);
        } catch (DecodeException problem) {
            throw damaged(begin, String.valueOf(problem.getMessage()));
        }
    }

    private void readRecords(long begin, ByteReader in, Visitor visitor) throws IOException {
        int of = in.field("partition").u16();
        long count = in.field("records").u32();
        if (of != partition) {
            beginPartition(of, begin);
        }
        for (long i = 0; i < count; i++) {
            long length = in.field("length of record").u32();
            byte[] record = in.field("record").raw((int) Math.min(length, Integer.MAX_VALUE));
            RecordBytes.check(record);
            long high = ring.partitioner().high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
            if (ring.partitionOf(high) != of) {
                throw damaged(begin, "a record of partition " + ring.partitionOf(high) + " among those of " + of);
            }
            records++;
            allRecords++;
            sum += RecordBytes.hash(record);
            visitor.record(of, high, record);
        }
        in.expectEnd("block");
    }

    private void beginPartition(int next, long begin) throws IOException {
        if (next <= partition || next >= manifest.digests().size()) {
            throw damaged(begin, "partition " + next + " after " + partition);
        }
        endPartitions(next);
        PartitionDigest digest = manifest.digests().get(next);
        if (digest.file() != number || digest.offset() != begin) {
            throw damaged(
                    begin,
                    "partition " + next + " begins here; by the manifest, at byte " + digest.offset() + " of "
                            + DataFile.name(digest.file()));
        }
        partition = next;
    }

    /** The partition under way is over, and those between have nothing. */
    private void endPartitions(int before) throws IOException {
        for (int ended = Math.max(0, partition); ended < before; ended++) {
            PartitionDigest digest = manifest.digests().get(ended);
            if (digest.records() != records || digest.sum() != sum) {
                throw new BackupDamagedException(
                        directory.resolve(DataFile.name(digest.file())),
                        digest.offset(),
                        "partition " + ended + " has " + records + " records with sum " + Long.toHexString(sum)
                                + "; by the manifest, " + digest.records() + " with sum "
                                + Long.toHexString(digest.sum()));
            }
            records = 0;
            sum = 0;
        }
    }

    private byte[] read(DiskFile open, int length) throws IOException {
        if (length > expected().size() - at) {
            throw damaged(at, (expected().size() - at) + " bytes are left, " + length + " expected");
        }
        byte[] array = new byte[length];
        for (int from = 0; from < length; from += READ_BYTES) {
            int part = Math.min(READ_BYTES, length - from);
            if (open.read(ByteBuffer.wrap(array, from, part), at + from) < part) {
                throw damaged(at + from, "the file ends");
            }
        }
        checksum.update(array);
        at += length;
        bytes += length;
        return array;
    }

    private BackupDamagedException damaged(long offset, String problem) {
        return new BackupDamagedException(path(), offset, problem);
    }
}
