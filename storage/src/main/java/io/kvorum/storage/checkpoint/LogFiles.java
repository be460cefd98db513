package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import jetbrains.exodus.io.Block;
import jetbrains.exodus.io.DataReader;
import jetbrains.exodus.log.LogUtil;

/**
 * The files of Xodus's log in a directory, all of the same length but the last. An address is a place in the log: that of
 * a file is the place of its first byte.
 *
 * <p>Any thread. A lock and no hand-over, for the reason {@link LogFile} gives; it is never held while another is waited
 * for.
 */
final class LogFiles implements DataReader {
    /** Length of each log file but the last; of the format on disk. */
    static final int FILE_BYTES = 4 << 20;

    private static final int OPEN_MAX = 512;

    private final Disk disk;
    private final Path directory;
    private final NavigableMap<Long, LogFile> byAddress = new TreeMap<>();
    private final Deque<LogFile> open = new ArrayDeque<>();

    private LogFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * Finds what a directory has, and cuts off what was never sealed.
     *
     * @param cutAt address beyond which nothing is to stay, sealed or not; {@link Long#MAX_VALUE} for nowhere
     * @throws CheckpointDamagedException if something that was sealed is missing
     */
    static LogFiles open(Disk disk, Path directory, long cutAt) throws IOException {
        disk.createDirectories(directory);
        LogFiles files = new LogFiles(disk, directory);
        files.find();
        files.cut(cutAt);
        return files;
    }

    Disk disk() {
        return disk;
    }

    Path directory() {
        return directory;
    }

    Path path(long address) {
        return directory.resolve(LogUtil.getLogFilename(address));
    }

    @Override
    public String getLocation() {
        return directory.toString();
    }

    @Override
    public Iterable<Block> getBlocks() {
        return getBlocks(0);
    }

    @Override
    public synchronized Iterable<Block> getBlocks(long fromAddress) {
        return new ArrayList<>(byAddress.tailMap(fromAddress, true).values());
    }

    @Override
    public void close() {
        // The store closes the files: Xodus does it before it has written its last.
    }

    /** Closes all files without sealing. */
    void closeFiles() throws IOException {
        List<LogFile> all;
        synchronized (this) {
            all = new ArrayList<>(byAddress.values());
        }
        for (LogFile file : all) {
            file.close();
        }
    }

    /** Bytes of all files. */
    long bytes() {
        long bytes = 0;
        for (Block file : getBlocks()) {
            bytes += file.length();
        }
        return bytes;
    }

    /** Returns the file that is to be appended to, a new one if there is none, with so many bytes. */
    LogFile appendable(long address, long length) throws IOException {
        LogFile file;
        synchronized (this) {
            file = byAddress.get(address);
        }
        if (file == null) {
            file = create(address);
        }
        if (file.length() > length) {
            file.truncate((int) length);
        }
        if (file.length() != length) {
            throw new CheckpointDamagedException(path(address), file.length(), "the file ends too early");
        }
        return file;
    }

    /** Takes a file away. */
    void delete(long address) throws IOException {
        LogFile file;
        synchronized (this) {
            file = byAddress.remove(address);
            open.remove(file);
        }
        if (file != null) {
            file.delete();
        }
    }

    void truncate(long address, long length) throws IOException {
        LogFile file;
        synchronized (this) {
            file = byAddress.get(address);
        }
        if (file != null && file.length() > length) {
            file.truncate((int) length);
        }
    }

    /** A file was opened; one that was opened long ago is closed in its place. */
    void opened(LogFile file) throws IOException {
        LogFile oldest = null;
        synchronized (this) {
            open.add(file);
            if (open.size() > OPEN_MAX) {
                oldest = open.poll();
            }
        }
        if (oldest != null && !oldest.release()) {
            synchronized (this) {
                open.add(oldest);
            }
        }
    }

    private LogFile create(long address) throws IOException {
        Path path = path(address);
        disk.create(path).close();
        disk.create(LogFile.sumsPath(path)).close();
        LogFile file = new LogFile(this, address, 0);
        synchronized (this) {
            byAddress.put(address, file);
        }
        return file;
    }

    private void find() throws IOException {
        List<String> names = disk.list(directory);
        List<Long> addresses = new ArrayList<>();
        for (String name : names) {
            if (LogUtil.isLogFileName(name)) {
                addresses.add(LogUtil.getAddress(name));
            }
        }
        Set<String> there = new HashSet<>(names);
        for (String name : names) {
            if (name.endsWith(LogFile.SUMS_SUFFIX) && !there.contains(logName(name))) {
                disk.delete(directory.resolve(name));
            }
        }
        for (int i = 0; i < addresses.size(); i++) {
            long address = addresses.get(i);
            if (address % FILE_BYTES != 0) {
                throw new CheckpointDamagedException(path(address), 0, "no log file begins at " + address);
            }
            int length = i < addresses.size() - 1 ? checkedWhole(address) : cutUnsealed(address);
            if (length > 0) {
                byAddress.put(address, new LogFile(this, address, length));
            }
        }
    }

    private static String logName(String sumsName) {
        return sumsName.substring(0, sumsName.length() - LogFile.SUMS_SUFFIX.length());
    }

    private int checkedWhole(long address) throws IOException {
        Path path = path(address);
        try (DiskFile file = disk.open(path)) {
            if (file.size() != FILE_BYTES) {
                throw new CheckpointDamagedException(
                        path, Math.min(file.size(), FILE_BYTES), "a file is not as long as it was");
            }
        }
        return FILE_BYTES;
    }

    /** Leaves of the last file what was sealed, and nothing if nothing was. */
    private int cutUnsealed(long address) throws IOException {
        Path path = path(address);
        Path sumsPath = LogFile.sumsPath(path);
        try (DiskFile file = disk.open(path)) {
            long size = file.size();
            int sealed = size == 0 && !disk.exists(sumsPath) ? 0 : cutSums(sumsPath, address);
            if (size < sealed) {
                throw new CheckpointDamagedException(path, size, "the file is not as long as it was");
            }
            if (sealed > 0) {
                file.truncate(sealed);
                file.force();
                return sealed;
            }
        }
        new LogFile(this, address, 0).delete();
        return 0;
    }

    private int cutSums(Path sumsPath, long address) throws IOException {
        LogSums sums = LogSums.read(disk, sumsPath, address, FILE_BYTES);
        try (DiskFile file = disk.open(sumsPath)) {
            if (file.size() > sums.blocksEnd()) {
                file.truncate(sums.blocksEnd());
                file.force();
            }
        }
        return sums.sealed();
    }

    private void cut(long cutAt) throws IOException {
        while (end() > cutAt) {
            Map.Entry<Long, LogFile> last;
            synchronized (this) {
                last = byAddress.lastEntry();
            }
            if (last.getKey() >= cutAt) {
                delete(last.getKey());
            } else {
                last.getValue().truncate((int) (cutAt - last.getKey()));
            }
        }
    }

    /** Where the last commit ended, unless it ended with a file: then where one before it did. */
    long committedEnd() throws IOException {
        for (Block file : newestFirst()) {
            Path sumsPath = LogFile.sumsPath(path(file.getAddress()));
            LogSums sums = LogSums.read(disk, sumsPath, file.getAddress(), FILE_BYTES);
            if (sums.committed() > 0) {
                return file.getAddress() + sums.committed();
            }
        }
        return 0;
    }

    private synchronized List<Block> newestFirst() {
        return new ArrayList<>(byAddress.descendingMap().values());
    }

    /** Where the log ends. */
    long end() {
        Map.Entry<Long, LogFile> last;
        synchronized (this) {
            last = byAddress.lastEntry();
        }
        return last == null ? 0 : last.getKey() + last.getValue().length();
    }
}
