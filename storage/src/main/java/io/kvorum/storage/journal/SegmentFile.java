package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of a segment's size, whatever it holds; open once it was used, from segment to segment. Owned by the background
 * thread.
 */
final class SegmentFile {
    private Path path;
    private @Nullable DiskFile file;

    SegmentFile(Path path) {
        this.path = path;
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
        DiskFile openFile = file;
        file = null;
        if (openFile != null) {
            openFile.close();
        }
    }
}
