package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds what a node must not forget, for one process at a time. Owned by the control thread once the
 * node runs.
 *
 * <pre>
 *   file = u32 "KVRD" | u8 format | payload | u32 CRC32C of all before
 * </pre>
 *
 * A file is replaced as a whole: written beside, forced, renamed over the old one, and the directory forced, so that
 * after a crash there is the old one or the new one.
 */
final class DataDirectory implements AutoCloseable {
    private static final long MAGIC = 0x4B565244L;
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 5;
    private static final int CHECKSUM_BYTES = 4;
    private static final String LOCK = "lock";

    private final Disk disk;
    private final Path directory;
    private final Disk.DiskLock lock;

    private DataDirectory(Disk disk, Path directory, Disk.DiskLock lock) {
        this.disk = disk;
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Makes the directory if need be, and locks it until it is closed.
     *
     * @throws StartException if another process has it, or it cannot be used
     */
    static DataDirectory open(Disk disk, Path directory) {
        Disk.DiskLock lock;
        try {
            disk.createDirectories(directory);
            lock = disk.lock(directory.resolve(LOCK));
        } catch (IOException failure) {
            throw new StartException(
                    "data directory " + directory.toAbsolutePath() + " cannot be used: " + failure
                            + "; check data-dir and its permissions",
                    failure);
        }
        if (lock == null) {
            throw new StartException("data directory " + directory.toAbsolutePath()
                    + " is in use by another node: stop that one, or give this one its own data-dir");
        }
        return new DataDirectory(disk, directory, lock);
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    /**
     * Returns the payload of a file, or null if there is no such file.
     *
     * @throws StartException if the file is damaged
     */
    @Nullable
    ByteReader read(String name) {
        Path file = path(name);
        byte[] bytes;
        try {
            if (!disk.exists(file)) {
                return null;
            }
            bytes = disk.readAll(file);
        } catch (IOException failure) {
            throw new StartException(file.toAbsolutePath() + " cannot be read: " + failure, failure);
        }
        int checked = bytes.length - CHECKSUM_BYTES;
        if (checked < HEADER_BYTES) {
            throw damaged(
                    name, bytes.length + " bytes long, at least " + (HEADER_BYTES + CHECKSUM_BYTES) + " expected");
        }
        long found = new ByteReader(bytes, checked, CHECKSUM_BYTES).u32();
        long expected = checksum(bytes, checked);
        if (found != expected) {
            throw damaged(
                    name,
                    "checksum " + Long.toHexString(found) + ", expected " + Long.toHexString(expected) + " of its "
                            + checked + " bytes");
        }
        ByteReader reader = new ByteReader(bytes, 0, checked);
        if (reader.u32() != MAGIC) {
            throw damaged(name, "not a file of a Kvorum node");
        }
        int format = reader.u8();
        if (format != FORMAT) {
            throw new StartException(file.toAbsolutePath() + " has format " + format + ", this version knows " + FORMAT
                    + ": it was written by a later version, use that one");
        }
        return reader;
    }

    /** The refusal of a file whose content means nothing. */
    StartException damaged(String name, DecodeException problem) {
        return damaged(name, String.valueOf(problem.getMessage()));
    }

    /**
     * Replaces a file; when this returns, it survives a crash of the machine.
     *
     * @throws UncheckedIOException if the disk does not take it
     */
    void write(String name, ByteWriter payload) {
        ByteWriter file = new ByteWriter(payload.size() + HEADER_BYTES + CHECKSUM_BYTES);
        file.u32(MAGIC).u8(FORMAT).raw(payload.array(), 0, payload.size());
        file.u32(checksum(file.array(), file.size()));
        Path beside = directory.resolve(name + ".tmp");
        try {
            try (DiskFile written = disk.create(beside)) {
                written.write(ByteBuffer.wrap(file.array(), 0, file.size()), 0);
                written.force();
            }
            disk.move(beside, path(name));
            disk.forceDirectory(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException(path(name).toAbsolutePath() + " cannot be written: " + failure, failure);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("lock of " + directory + " cannot be released", failure);
        }
    }

    private StartException damaged(String name, String problem) {
        return new StartException(
                path(name).toAbsolutePath() + " is damaged: " + problem
                        + "; restore the file from a backup, or move the whole data directory away and let the node start anew");
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
