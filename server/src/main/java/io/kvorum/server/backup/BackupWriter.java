package io.kvorum.server.backup;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Writes the data files of a backup, partition by partition, ascending. One thread. */
final class BackupWriter implements AutoCloseable {
    private static final int WRITE_BYTES = 256 << 10;

    private final Disk disk;
    private final Path directory;
    private final UUID backup;
    private final BackupSettings settings;
    private final List<DataFile> finished = new ArrayList<>();
    private final CRC32C checksum = new CRC32C();
    private ByteWriter block;
    private @Nullable DiskFile file;
    private long size;
    private long forced;
    private long bytes;
    private long allRecords;

    private int partition;
    private int inBlock;
    private long records;
    private long sum;
    private boolean placed;
    private int placeFile;
    private long placeOffset;

    BackupWriter(Disk disk, Path directory, UUID backup, BackupSettings settings) {
        this.disk = disk;
        this.directory = directory;
        this.backup = backup;
        this.settings = settings;
        this.block = new ByteWriter(settings.blockBytes() + Blocks.PREFIX_BYTES);
    }

    /** Written so far. */
    long bytes() {
        return bytes;
    }

    /** Put so far. */
    long records() {
        return allRecords;
    }

    void beginPartition(int number) {
        partition = number;
        records = 0;
        sum = 0;
        placed = false;
        inBlock = 0;
    }

    void put(byte[] record) throws IOException {
        if (inBlock > 0 && block.size() + 4 + record.length > settings.blockBytes()) {
            writeBlock();
        }
        if (inBlock == 0) {
            block.reset().u32(0).u32(0).u16(partition).u32(0);
        }
        block.u32(record.length).raw(record);
        inBlock++;
        records++;
        allRecords++;
        sum += RecordBytes.hash(record);
    }

    /**
     * Ends the partition.
     *
     * @param actor of the copy
     * @param settled whether it was
     * @param flushedUpTo of the copy, before its first record was put
     */
    PartitionDigest endPartition(long actor, boolean settled, long flushedUpTo) throws IOException {
        if (inBlock > 0) {
            writeBlock();
        }
        int number = placed ? placeFile : finished.size();
        return new PartitionDigest(actor, settled, flushedUpTo, records, sum, number, placed ? placeOffset : size);
    }

    /** Ends the last file; all of them survive a crash of the machine when this returns. */
    List<DataFile> finish() throws IOException {
        finishFile();
        disk.forceDirectory(directory);
        return List.copyOf(finished);
    }

    /** The names of the files that were made. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (int number = 0; number < finished.size() + (file == null ? 0 : 1); number++) {
            names.add(DataFile.name(number));
        }
        return names;
    }

    /** Ends use without forcing. Works twice. */
    @Override
    public void close() throws IOException {
        DiskFile open = file;
        if (open != null) {
            open.close();
        }
    }

    private void writeBlock() throws IOException {
        int content = block.size() - Blocks.PREFIX_BYTES;
        block.u32At(0, content).u32At(Blocks.PREFIX_BYTES + 2, inBlock);
        byte[] array = block.array();
        block.u32At(4, Blocks.checksum(array, array, Blocks.PREFIX_BYTES, content));
        if (file != null && size > Blocks.HEADER_BYTES && size + block.size() > settings.fileBytes()) {
            finishFile();
        }
        if (file == null) {
            beginFile();
        }
        if (!placed) {
            placed = true;
            placeFile = finished.size();
            placeOffset = size;
        }
        write(array, block.size());
        inBlock = 0;
        if (array.length > 4 * settings.blockBytes()) {
            // A giant record's room is not kept.
            block = new ByteWriter(settings.blockBytes() + Blocks.PREFIX_BYTES);
        }
    }

    private void beginFile() throws IOException {
        file = disk.create(directory.resolve(DataFile.name(finished.size())));
        size = 0;
        forced = 0;
        checksum.reset();
        write(Blocks.header(finished.size(), backup), Blocks.HEADER_BYTES);
    }

    private void finishFile() throws IOException {
        DiskFile open = file;
        if (open != null) {
            open.force();
            open.close();
            finished.add(new DataFile(size, checksum.getValue()));
            file = null;
            size = 0;
        }
    }

    private void write(byte[] array, int length) throws IOException {
        DiskFile open = file;
        if (open == null) {
            throw new IllegalStateException("no file is open");
        }
        checksum.update(array, 0, length);
        for (int from = 0; from < length; from += WRITE_BYTES) {
            // In parts: each is copied to memory outside the heap on its way.
            open.write(ByteBuffer.wrap(array, from, Math.min(WRITE_BYTES, length - from)), size + from);
        }
        size += length;
        bytes += length;
        if (size - forced >= settings.forceBytes()) {
            // Little by little: one large force at the end would hold up the journal's.
            open.force();
            forced = size;
        }
    }
}
