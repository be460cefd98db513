package io.kvorum.server.data;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that holds what a node must not forget, for one process at a time. Each file is one thread's.
 *
 * <pre>
 *   file = u32 "KVRD" | u8 format | payload | u32 CRC32C of all before
 * </pre>
 *
 * Such a file is replaced as a whole: written beside, forced, renamed over the old one, and the directory forced, so that
 * after a crash there is the old one or the new one. {@link EntryFile} is for what only grows.
 */
public final class DataDirectory implements AutoCloseable {
    private static final long MAGIC = 0x4B565244L;
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 5;
    private static final int CHECKSUM_BYTES = 4;
    private static final String LOCK = "lock";
    private static final String TEMPORARY = ".tmp";
    private static final String RESTORING = "restoring";
    private static final String SPARE = ".spare";
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

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
     * @throws StartException if another process has it, it cannot be used, or a restore into it has not ended
     */
    public static DataDirectory open(Disk disk, Path directory) {
        DataDirectory opened = lock(disk, directory);
        if (opened.isRestoring()) {
            opened.close();
            throw new StartException("data directory " + directory.toAbsolutePath()
                    + " is half restored: the restore was cut off. Repeat it with --force, or empty the directory");
        }
        return opened;
    }

    /**
     * Like {@link #open}, for a restore: takes a directory that holds nothing, and marks it as one that no node may open
     * until {@link #restored}.
     *
     * @param force whether to take one that a restore was cut off in, and to delete what that left
     * @throws StartException if the directory holds anything else, or cannot be used
     */
    public static DataDirectory openToRestore(Disk disk, Path directory, boolean force) {
        DataDirectory opened = lock(disk, directory);
        boolean done = false;
        try {
            opened.beginRestore(force);
            done = true;
            return opened;
        } catch (IOException failure) {
            throw unusable(directory, failure);
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    private boolean isRestoring() {
        return disk.exists(path(RESTORING));
    }

    /**
     * Refuses a directory that {@link #openToRestore} would refuse for what it holds, and changes nothing.
     *
     * @throws StartException if it does
     */
    public static void checkToRestore(Disk disk, Path directory, boolean force) {
        try {
            List<String> there = disk.exists(directory) ? new ArrayList<>(disk.list(directory)) : new ArrayList<>();
            String where = "data directory " + directory.toAbsolutePath();
            if (there.contains(RESTORING)) {
                if (!force) {
                    throw new StartException(
                            where + " is half restored: an earlier restore was cut off. --force deletes"
                                    + " what that left and begins anew");
                }
                return;
            }
            there.removeAll(List.of(LOCK, RESTORING + TEMPORARY));
            if (!there.isEmpty()) {
                throw new StartException(where + " is not empty (" + String.join(", ", there)
                        + "): a restore replaces nothing. Name a new directory, or move this one away");
            }
        } catch (IOException failure) {
            throw unusable(directory, failure);
        }
    }

    private void beginRestore(boolean force) throws IOException {
        checkToRestore(disk, directory, force);
        if (isRestoring()) {
            deleteAllBut(directory, List.of(LOCK, RESTORING));
        }
        write(RESTORING, new ByteWriter(0));
    }

    private void deleteAllBut(Path from, List<String> kept) throws IOException {
        for (String name : disk.list(from)) {
            Path path = from.resolve(name);
            if (!kept.contains(name)) {
                if (disk.isDirectory(path)) {
                    deleteAllBut(path, List.of());
                }
                disk.delete(path);
            }
        }
    }

    /** The restore has ended: a node may open the directory. */
    public void restored() {
        delete(RESTORING);
    }

    /**
     * Deletes a file; nothing happens if there is none. When this returns, that survives a crash of the machine.
     *
     * @throws UncheckedIOException if the disk does not take it
     */
    public void delete(String name) {
        try {
            if (disk.exists(path(name))) {
                disk.delete(path(name));
                disk.forceDirectory(directory);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(path(name).toAbsolutePath() + " cannot be deleted: " + failure, failure);
        }
    }

    private static DataDirectory lock(Disk disk, Path directory) {
        Disk.DiskLock lock;
        try {
            disk.createDirectories(directory);
            lock = disk.lock(directory.resolve(LOCK));
        } catch (IOException failure) {
            throw unusable(directory, failure);
        }
        if (lock == null) {
            throw new StartException("data directory " + directory.toAbsolutePath()
                    + " is in use by another node: stop that one, or give this one its own data-dir");
        }
        return new DataDirectory(disk, directory, lock);
    }

    private static StartException unusable(Path directory, IOException failure) {
        return new StartException(
                "data directory " + directory.toAbsolutePath() + " cannot be used: " + failure
                        + "; check data-dir and its permissions",
                failure);
    }

    /** Makes the names of new files survive a crash of the machine. */
    void forceNames() throws IOException {
        disk.forceDirectory(directory);
    }

    /** Where a file of that name is. */
    public Path path(String name) {
        return directory.resolve(name);
    }

    /**
     * Returns the payload of a file, or null if there is no such file.
     *
     * @throws StartException if the file is damaged
     */
    public @Nullable ByteReader read(String name) {
        Path file = path(name);
        if (!disk.exists(file)) {
            return null;
        }
        byte[] bytes = bytes(name);
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

    /**
     * Returns all bytes of a file, as they are; none if there is no such file.
     *
     * @throws StartException if it cannot be read
     */
    byte[] bytes(String name) {
        Path file = path(name);
        try {
            return disk.exists(file) ? disk.readAll(file) : new byte[0];
        } catch (IOException failure) {
            throw new StartException(file.toAbsolutePath() + " cannot be read: " + failure, failure);
        }
    }

    /**
     * Like {@link #read}, of a file that {@link #writeTwice} wrote: where it is missing or damaged, its spare serves.
     *
     * @throws StartException if both are damaged
     */
    public @Nullable ByteReader readEither(String name) {
        StartException damage = null;
        ByteReader found = null;
        try {
            found = read(name);
        } catch (StartException problem) {
            damage = problem;
        }
        if (found == null) {
            found = readSpare(name, damage);
        }
        return found;
    }

    private @Nullable ByteReader readSpare(String name, @Nullable StartException damage) {
        try {
            ByteReader spare = read(name + SPARE);
            if (spare == null && damage != null) {
                throw damage;
            }
            if (spare != null) {
                LOG.warn("{} is missing or damaged; {}{} serves in its place", path(name), name, SPARE);
            }
            return spare;
        } catch (StartException problem) {
            throw damage == null ? problem : damage;
        }
    }

    /** Like {@link #write}, and keeps a spare, which is written first: so it is never older than the file itself. */
    public void writeTwice(String name, ByteWriter payload) {
        write(name + SPARE, payload);
        write(name, payload);
    }

    /** Names a file beyond its path, as {@link Disk#fileId} does; empty if there is none. */
    public String fileId(String name) {
        try {
            return disk.exists(path(name)) ? disk.fileId(path(name)) : "";
        } catch (IOException failure) {
            throw new StartException(path(name).toAbsolutePath() + " cannot be read: " + failure, failure);
        }
    }

    /** The disk it is on. */
    public Disk disk() {
        return disk;
    }

    /** The refusal of a file whose content means nothing. */
    public StartException damaged(String name, DecodeException problem) {
        return damaged(name, String.valueOf(problem.getMessage()));
    }

    /**
     * Replaces a file; when this returns, it survives a crash of the machine.
     *
     * @throws UncheckedIOException if the disk does not take it
     */
    public void write(String name, ByteWriter payload) {
        write(name, fileId -> payload);
    }

    /**
     * Like {@link #write(String, ByteWriter)}, with a payload that may say which file it was written to: one that was
     * copied or put back from elsewhere then gives itself away.
     *
     * @param payload made from what {@link #fileId} will return for the file
     */
    public void write(String name, Function<String, ByteWriter> payload) {
        Path beside = directory.resolve(name + TEMPORARY);
        try {
            try (DiskFile written = disk.create(beside)) {
                ByteWriter file = framed(payload.apply(disk.fileId(beside)));
                written.write(ByteBuffer.wrap(file.array(), 0, file.size()), 0);
                written.force();
            }
            disk.move(beside, path(name));
            disk.forceDirectory(directory);
        } catch (IOException failure) {
            throw unwritable(name, failure);
        }
    }

    UncheckedIOException unwritable(String name, IOException failure) {
        return new UncheckedIOException(path(name).toAbsolutePath() + " cannot be written: " + failure, failure);
    }

    private static ByteWriter framed(ByteWriter payload) {
        ByteWriter file = new ByteWriter(payload.size() + HEADER_BYTES + CHECKSUM_BYTES);
        file.u32(MAGIC).u8(FORMAT).raw(payload.array(), 0, payload.size());
        return file.u32(checksum(file.array(), file.size()));
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("lock of " + directory + " cannot be released", failure);
        }
    }

    /** The refusal of a file, with what is wrong with it. */
    StartException damaged(String name, String problem) {
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
