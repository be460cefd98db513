package io.kvorum.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The machine's own file systems. */
enum SystemDisk implements Disk {
    INSTANCE;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int ZEROS_BYTES = 1 << 20;

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public byte[] readAll(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new SystemFile(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new SystemFile(FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String uptimeId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException otherSystem) {
            // Only Linux tells; elsewhere each start counts as one of the machine.
            return "";
        }
    }

    @Override
    public String fileId(Path file) throws IOException {
        // The inode without its device, whose number changes when volumes are attached anew.
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
                ? String.valueOf(Files.getAttribute(file, "unix:ino"))
                : "";
    }

    @Override
    public @Nullable DiskLock lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException inThisProcess) {
            // Another caller in this process has it: as good as another process.
            locked = false;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? channel::close : null;
    }

    private record SystemFile(FileChannel channel) implements DiskFile {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            int before = into.position();
            while (into.hasRemaining() && channel.read(into, at + into.position() - before) > 0) {
                // a read may stop short anywhere; only the end of the file ends it
            }
            return into.position() - before;
        }

        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            int before = bytes.position();
            while (bytes.hasRemaining()) {
                channel.write(bytes, at + bytes.position() - before);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void preallocate(long size) throws IOException {
            // Written and not only reserved: the first write into a reserved block makes the file system work again.
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
            for (long at = channel.size(); at < size; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(ZEROS_BYTES, size - at));
                write(zeros, at);
            }
            force();
        }

        @Override
        public DiskMap map(int length) throws IOException {
            return new SystemMap(channel.map(FileChannel.MapMode.READ_WRITE, 0, length));
        }

        @Override
        public void force() throws IOException {
            // Without what nobody needs to read it back, such as the time of the last change.
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
