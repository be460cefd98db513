package io.kvorum.tests.sim.bug;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A disk in front of another, for bugs that change a part of what it does. */
class ForwardingDisk implements Disk {
    private final Disk disk;

    ForwardingDisk(Disk disk) {
        this.disk = disk;
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
    public DiskFile open(Path file) throws IOException {
        return disk.open(file);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return disk.create(file);
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
