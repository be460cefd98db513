package io.kvorum.server.backup;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine's disk, which is full after so many bytes, or changes a bit of what it is given. */
final class FailingDisk implements Disk {
    private final Disk disk = Disk.system();
    private long bytesLeft = Long.MAX_VALUE;
    private long flipAt = -1;
    private long written;
    private boolean unlistable;

    static FailingDisk fullAfter(long bytes) {
        FailingDisk made = new FailingDisk();
        made.bytesLeft = bytes;
        return made;
    }

    /** Of all bytes written, the one of this number comes to the disk changed. */
    static FailingDisk flipping(long at) {
        FailingDisk made = new FailingDisk();
        made.flipAt = at;
        return made;
    }

    /** A directory ends with an error in the midst of its names. */
    static FailingDisk unlistable() {
        FailingDisk made = new FailingDisk();
        made.unlistable = true;
        return made;
    }

    private DiskFile watched(DiskFile file) {
        return new DiskFile() {
            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public int read(ByteBuffer into, long at) throws IOException {
                return file.read(into, at);
            }

            @Override
            public void write(ByteBuffer bytes, long at) throws IOException {
                int length = bytes.remaining();
                if (length > bytesLeft) {
                    throw new IOException("No space left on device");
                }
                bytesLeft -= length;
                byte[] copy = new byte[length];
                bytes.get(copy);
                if (flipAt >= written && flipAt < written + length) {
                    copy[(int) (flipAt - written)] ^= 1;
                }
                written += length;
                file.write(ByteBuffer.wrap(copy), at);
            }

            @Override
            public void truncate(long size) throws IOException {
                file.truncate(size);
            }

            @Override
            public void preallocate(long size) throws IOException {
                file.preallocate(size);
            }

            @Override
            public DiskMap map(int length) throws IOException {
                return file.map(length);
            }

            @Override
            public void force() throws IOException {
                file.force();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public boolean exists(Path path) {
        return disk.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return disk.isDirectory(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        if (unlistable) {
            throw new UncheckedIOException(new IOException("Input/output error"));
        }
        return disk.list(directory);
    }

    @Override
    public byte[] readAll(Path file) throws IOException {
        return disk.readAll(file);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return watched(disk.open(file));
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return watched(disk.create(file));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        disk.move(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    @Override
    public String uptimeId() {
        return disk.uptimeId();
    }

    @Override
    public String fileId(Path file) throws IOException {
        return disk.fileId(file);
    }

    @Override
    public @Nullable DiskLock lock(Path file) throws IOException {
        return disk.lock(file);
    }
}
