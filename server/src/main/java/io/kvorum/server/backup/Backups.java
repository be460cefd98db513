package io.kvorum.server.backup;

import io.kvorum.server.command.admin.BackupControl;
import io.kvorum.server.command.admin.BackupStatus;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The backups of a node, one at a time. For any thread: its monitor guards which one runs, and is never held while one
 * works; loops come here, and the background thread does the work.
 */
public final class Backups implements BackupControl {
    private final BackupOrigin origin;
    private final Disk disk;
    private final Path dataDirectory;
    private final Background thread;
    private final RandomGenerator random;
    private @Nullable BackupJob job;

    /**
     * No backup yet.
     *
     * @param disk where backups go
     * @param dataDirectory of the node, where none may go
     * @param thread for the work; whoever made it closes it before the engine
     * @param random draws the names of backups; used here alone
     */
    public Backups(BackupOrigin origin, Disk disk, Path dataDirectory, Background thread, RandomGenerator random) {
        this.origin = origin;
        this.disk = disk;
        this.dataDirectory = dataDirectory.toAbsolutePath().normalize();
        this.thread = thread;
        this.random = random;
    }

    @Override
    public synchronized @Nullable String start(String directory) {
        Path path;
        try {
            path = Path.of(directory).normalize();
        } catch (InvalidPathException wrong) {
            return "the directory is no path of this machine: " + wrong.getReason();
        }
        if (!path.isAbsolute()) {
            return "the directory must be absolute: it is one of the node's machine";
        }
        if (path.startsWith(dataDirectory)) {
            return "the directory is in the node's data directory " + dataDirectory + ": a backup must outlive that";
        }
        BackupStatus last = status();
        if (last.state().runs()) {
            return "a backup to " + last.directory() + " runs; KV.BACKUP CANCEL ends it";
        }
        BackupJob next = new BackupJob(
                origin, disk, path, new UUID(random.nextLong(), random.nextLong()), BackupSettings.DEFAULT, thread);
        job = next;
        thread.execute(next::begin);
        return null;
    }

    @Override
    public synchronized boolean cancel() {
        BackupJob running = job;
        if (running == null || !running.status().state().runs()) {
            return false;
        }
        running.cancel();
        return true;
    }

    @Override
    public synchronized BackupStatus status() {
        BackupJob last = job;
        return last == null ? BackupStatus.NONE : last.status();
    }
}
