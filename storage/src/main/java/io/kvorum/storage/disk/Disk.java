package io.kvorum.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories as a node needs them. Any thread; every call may wait for the device.
 *
 * <p>What survives a crash of the machine, and nothing else, is: the bytes of a file up to its last {@link
 * DiskFile#force}, and its name up to the last {@link #forceDirectory} of the directory it stands in. A crash of the
 * process alone loses nothing that was written.
 */
public interface Disk {
    /** The disk of this machine. */
    static Disk system() {
        return SystemDisk.INSTANCE;
    }

    /** Makes a directory and those above it; nothing happens if it is there. */
    void createDirectories(Path directory) throws IOException;

    /** Whether there is such a file or directory. */
    boolean exists(Path path);

    /** Whether there is such a directory. */
    boolean isDirectory(Path path);

    /** Returns the names of the files in a directory, ascending. */
    List<String> list(Path directory) throws IOException;

    /** Returns all bytes of a file. */
    byte[] readAll(Path file) throws IOException;

    /** Opens a file to read and write, empty if it is new. */
    DiskFile open(Path file) throws IOException;

    /** Opens a file to read and write, and makes it empty. */
    DiskFile create(Path file) throws IOException;

    /** Gives a file another name in the same file system, in one step; the file that had it is gone. */
    void move(Path from, Path to) throws IOException;

    /** Takes the name of a file or of an empty directory away; it must be there. */
    void delete(Path file) throws IOException;

    /** Makes the names in a directory survive a crash of the machine. */
    void forceDirectory(Path directory) throws IOException;

    /**
     * Names this uptime of the machine: as long as it is the same, nothing that was written has been lost, forced or
     * not. Empty if the machine does not tell, and then equal to nothing.
     */
    String uptimeId();

    /**
     * Names a file beyond its path: a copy of it elsewhere, or put back from a backup, has another. Empty if the file
     * system does not tell.
     */
    String fileId(Path file) throws IOException;

    /**
     * Takes a lock that no other process and no other caller can have at the same time; the end of the process frees it.
     *
     * @return null if somebody else has it
     */
    @Nullable
    DiskLock lock(Path file) throws IOException;

    /** A lock that is held. */
    interface DiskLock extends AutoCloseable {
        /** Gives it up; works twice. */
        @Override
        void close() throws IOException;
    }
}
