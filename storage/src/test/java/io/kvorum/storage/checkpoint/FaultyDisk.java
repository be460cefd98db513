package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The machine's disk, which runs full, fails, or loses its power and with it what was not forced. */
final class FaultyDisk implements Disk {
    /** More than any test writes. */
    static final long UNLIMITED = 1L << 40;

    private static final int SECTOR_BYTES = 512;

    private final Disk disk = Disk.system();
    private final Map<Path, Long> forcedBytes = new TreeMap<>();
    private final Set<Path> unforcedNames = new HashSet<>();
    private long bytesLeft = UNLIMITED;
    private long stepsLeft = Long.MAX_VALUE;
    private boolean forcesFail;

    /** Of so many more bytes written, the last part fails. */
    synchronized void space(long bytes) {
        bytesLeft = bytes;
    }

    /** After so many more changes each fails: the power is off. */
    synchronized void powerOffAfter(long steps) {
        stepsLeft = steps;
    }

    synchronized void forcesFail(boolean fail) {
        forcesFail = fail;
    }

    /** Takes away what may be gone when the power comes back. */
    synchronized void losePower(Random random) throws IOException {
        for (Map.Entry<Path, Long> entry : forcedBytes.entrySet()) {
            Path path = entry.getKey();
            if (!disk.exists(path)) {
                continue;
            }
            if (unforcedNames.contains(path)) {
                disk.delete(path);
                continue;
            }
            try (DiskFile file = disk.open(path)) {
                long forced = Math.min(entry.getValue(), file.size());
                long unforced = file.size() - forced;
                if (unforced > 0) {
                    file.truncate(forced + random.nextLong(unforced + 1));
                    for (long at = forced; at < file.size(); at += SECTOR_BYTES) {
                        if (random.nextInt(3) == 0) {
                            file.write(ByteBuffer.allocate((int) Math.min(SECTOR_BYTES, file.size() - at)), at);
                        }
                    }
                }
            }
        }
    }

    private void free(long bytes) {
        bytesLeft = Math.min(bytesLeft + bytes, UNLIMITED);
    }

    private synchronized void step() throws IOException {
        if (stepsLeft <= 0) {
            throw new IOException("the power is off");
        }
        stepsLeft--;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public boolean isDirectory(Path path) {
        return disk.isDirectory(path);
    }

    @Override
    public boolean exists(Path path) {
        return disk.exists(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public byte[] readAll(Path file) throws IOException {
        return disk.readAll(file);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        if (!disk.exists(file)) {
            return create(file);
        }
        return new File(file, disk.open(file));
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        step();
        if (!disk.exists(file)) {
            unforcedNames.add(file);
        }
        forcedBytes.put(file, 0L);
        return new File(file, disk.create(file));
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        step();
        disk.move(from, to);
        forcedBytes.put(to, forcedBytes.getOrDefault(from, Long.MAX_VALUE));
        forcedBytes.remove(from);
        unforcedNames.remove(from);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        step();
        try (DiskFile open = disk.open(file)) {
            free(open.size());
        }
        disk.delete(file);
        forcedBytes.remove(file);
        unforcedNames.remove(file);
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        step();
        unforcedNames.removeIf(path -> directory.equals(path.getParent()));
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

    private final class File implements DiskFile {
        private final Path path;
        private final DiskFile file;

        File(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

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
            synchronized (FaultyDisk.this) {
                step();
                forcedBytes.putIfAbsent(path, file.size());
                if (bytes.remaining() > bytesLeft) {
                    ByteBuffer some = bytes.duplicate();
                    some.limit(some.position() + (int) bytesLeft);
                    file.write(some, at);
                    bytesLeft = 0;
                    throw new IOException("No space left on device");
                }
                bytesLeft -= bytes.remaining();
            }
            file.write(bytes, at);
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (FaultyDisk.this) {
                step();
                free(file.size() - size);
                forcedBytes.computeIfPresent(path, (name, forced) -> Math.min(forced, size));
            }
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
            synchronized (FaultyDisk.this) {
                step();
                if (forcesFail) {
                    throw new IOException("Input/output error");
                }
                forcedBytes.put(path, file.size());
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
