package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of a segment's size, whatever it holds, and its map once it has one: that stays with the file from segment to
 * segment. Owned by the background thread.
 */
final class SegmentFile {
    private Path path;
    private @Nullable DiskFile file;
    private @Nullable DiskMap map;

    SegmentFile(Path path, @Nullable DiskFile file, @Nullable DiskMap map) {
        this.path = path;
        this.file = file;
        this.map = map;
    }

    Path path() {
        return path;
    }

    long size(Disk disk) throws IOException {
        return file(disk).size();
    }

    DiskFile file(Disk disk) throws IOException {
        if (file == null) {
            file = disk.open(path);
        }
        return file;
    }

    DiskMap map(Disk disk, int bytes) throws IOException {
        if (map == null) {
            map = file(disk).map(bytes);
        }
        return map;
    }

    /** Gives it another name, which then survives a crash of the machine. Works again after it failed half way. */
    void rename(Disk disk, Path to, Path directory) throws IOException {
        if (!path.equals(to)) {
            disk.move(path, to);
            path = to;
        }
        disk.forceDirectory(directory);
    }

    void delete(Disk disk) throws IOException {
        close();
        if (disk.exists(path)) {
            disk.delete(path);
        }
    }

    void close() throws IOException {
        DiskMap openMap = map;
        DiskFile openFile = file;
        map = null;
        file = null;
        if (openMap != null) {
            openMap.close();
        }
        if (openFile != null) {
            openFile.close();
        }
    }
}
