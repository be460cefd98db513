package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import jetbrains.exodus.io.Block;
import org.jspecify.annotations.Nullable;

/**
 * One file of Xodus's log with the file of its sums: only ever appended to, and each page compared with its sum when it is
 * read. What is not sealed is nothing: the next start cuts it off.
 *
 * <p>Read by any thread and written by one. A lock and no hand-over: whoever reads waits for the device anyway.
 */
final class LogFile implements Block {
    static final String SUMS_SUFFIX = ".sums";
    private static final String NEW_SUFFIX = ".new";

    private final LogFiles files;
    private final Disk disk;
    private final long address;
    private final Path path;
    private final Path sumsPath;
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final CRC32C tailSum = new CRC32C();
    private int length;
    private int written;
    private int sealed;
    private int @Nullable [] pages;
    private @Nullable DiskFile open;
    private @Nullable Tail tail;

    /** Both files of it must be there, and so many bytes of it be sealed. */
    LogFile(LogFiles files, long address, int length) {
        this.files = files;
        this.disk = files.disk();
        this.address = address;
        this.path = files.path(address);
        this.sumsPath = sumsPath(path);
        this.length = length;
        this.written = length;
        this.sealed = length;
    }

    static Path sumsPath(Path path) {
        return path.resolveSibling(path.getFileName() + SUMS_SUFFIX);
    }

    @Override
    public long getAddress() {
        return address;
    }

    @Override
    public long length() {
        lock.lock();
        try {
            return length;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Block refresh() {
        return this;
    }

    @Override
    public int read(byte[] output, long position, int offset, int count) {
        lock.lock();
        try {
            int from = (int) position;
            int readable = Math.min(count, length - from);
            if (readable <= 0) {
                return 0;
            }
            int inFile = Math.max(0, Math.min(readable, written - from));
            if (inFile > 0) {
                int read = opened().read(ByteBuffer.wrap(output, offset, inFile), position);
                if (read < inFile) {
                    throw new CheckpointDamagedException(path, from + read, "the file ends too early");
                }
            }
            if (inFile < readable) {
                // From memory: a read must not depend on whether the disk takes what was appended.
                tail().buffer.get(from + inFile - written, output, offset + inFile, readable - inFile);
            }
            checkPages(output, offset, from, readable);
            return readable;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            lock.unlock();
        }
    }

    /** Begins to append, at its end. */
    void beginAppend(ByteBuffer buffer) throws IOException {
        lock.lock();
        try {
            int[] sums = sums();
            int inTail = length % LogSums.PAGE_BYTES;
            tailSum.reset();
            if (inTail > 0) {
                byte[] bytes = new byte[inTail];
                int unused = read(bytes, length - inTail, 0, inTail);
                tailSum.update(bytes);
                sums[length / LogSums.PAGE_BYTES] = (int) tailSum.getValue();
            }
            DiskFile sumsFile = disk.open(sumsPath);
            tail = new Tail(buffer.clear(), sumsFile, sumsFile.size());
        } finally {
            lock.unlock();
        }
    }

    void append(byte[] bytes, int offset, int count) throws IOException {
        lock.lock();
        try {
            sum(bytes, offset, count);
            ByteBuffer buffer = tail().buffer;
            int at = offset;
            int left = count;
            while (left > 0) {
                if (!buffer.hasRemaining()) {
                    flush();
                }
                int some = Math.min(left, buffer.remaining());
                buffer.put(bytes, at, some);
                length += some;
                at += some;
                left -= some;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes what was appended durable, and says so on disk. */
    void seal() throws IOException {
        lock.lock();
        try {
            if (length == sealed) {
                return;
            }
            flush();
            opened().force();
            Tail now = tail();
            ByteBuffer block = ByteBuffer.wrap(LogSums.block(address, sealed, length, sums()));
            long blockEnd = now.sumsEnd + block.remaining();
            now.sumsFile.write(block, now.sumsEnd);
            now.sumsFile.force();
            now.sumsEnd = blockEnd;
            sealed = length;
        } finally {
            lock.unlock();
        }
    }

    void endAppend() throws IOException {
        lock.lock();
        try {
            if (tail != null) {
                tail.sumsFile.close();
                tail = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Cuts it off, durably. Not while it is appended to. */
    void truncate(int newLength) throws IOException {
        lock.lock();
        try {
            if (newLength > sealed || tail != null) {
                throw new IllegalStateException("cut " + path + " at " + newLength + " of " + sealed);
            }
            int[] sums = sums();
            int inTail = newLength % LogSums.PAGE_BYTES;
            if (inTail > 0) {
                int pageAt = newLength - inTail;
                byte[] page = new byte[Math.min(LogSums.PAGE_BYTES, length - pageAt)];
                int unused = read(page, pageAt, 0, page.length);
                CRC32C crc = new CRC32C();
                crc.update(page, 0, inTail);
                sums[newLength / LogSums.PAGE_BYTES] = (int) crc.getValue();
            }
            // The sums first: a log file that is longer than they say is cut off by the next start, a shorter one is
            // damage.
            replaceSums(newLength == 0 ? new byte[0] : LogSums.block(address, 0, newLength, sums));
            DiskFile file = opened();
            file.truncate(newLength);
            file.force();
            length = newLength;
            written = newLength;
            sealed = newLength;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the file and forgets its sums until they are needed again, unless it is appended to or being read. */
    boolean release() throws IOException {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (tail != null) {
                return false;
            }
            close();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void close() throws IOException {
        lock.lock();
        try {
            endAppend();
            DiskFile file = open;
            open = null;
            pages = null;
            if (file != null) {
                file.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes both files away. */
    void delete() throws IOException {
        close();
        disk.delete(path);
        // A log file without sums would be damage, sums without a log file are nothing.
        disk.forceDirectory(files.directory());
        if (disk.exists(sumsPath)) {
            disk.delete(sumsPath);
        }
    }

    private void sum(byte[] bytes, int offset, int count) throws IOException {
        int[] sums = sums();
        int at = offset;
        int end = length;
        int left = count;
        while (left > 0) {
            int some = Math.min(left, LogSums.PAGE_BYTES - end % LogSums.PAGE_BYTES);
            tailSum.update(bytes, at, some);
            sums[end / LogSums.PAGE_BYTES] = (int) tailSum.getValue();
            end += some;
            at += some;
            left -= some;
            if (end % LogSums.PAGE_BYTES == 0) {
                tailSum.reset();
            }
        }
    }

    private void flush() throws IOException {
        ByteBuffer buffer = tail().buffer;
        // The buffer itself stays as it is if the disk fails: what it has may still be read.
        opened().write(buffer.duplicate().flip(), written);
        buffer.clear();
        written = length;
    }

    /** Compares the pages that were read to their ends; Xodus reads from the beginning of one. */
    private void checkPages(byte[] bytes, int offset, int from, int count) throws IOException {
        int[] sums = sums();
        int end = from + count;
        CRC32C crc = new CRC32C();
        for (int at = from; at < end; at += LogSums.PAGE_BYTES) {
            int pageEnd = Math.min(at + LogSums.PAGE_BYTES, length);
            if (at % LogSums.PAGE_BYTES != 0 || pageEnd > end) {
                return;
            }
            crc.reset();
            crc.update(bytes, offset + at - from, pageEnd - at);
            if ((int) crc.getValue() != sums[at / LogSums.PAGE_BYTES]) {
                throw new CheckpointDamagedException(path, at, "a page of the log does not have its sum");
            }
        }
    }

    private DiskFile opened() throws IOException {
        DiskFile file = open;
        if (file == null) {
            file = disk.open(path);
            open = file;
            files.opened(this);
        }
        return file;
    }

    private int[] sums() throws IOException {
        int[] sums = pages;
        if (sums == null) {
            LogSums read = LogSums.read(disk, sumsPath, address, LogFiles.FILE_BYTES);
            if (read.sealed() != length) {
                throw new CheckpointDamagedException(sumsPath, read.blocksEnd(), "sums of the log's pages are missing");
            }
            sums = read.pages();
            pages = sums;
        }
        return sums;
    }

    private void replaceSums(byte[] blocks) throws IOException {
        Path fresh = sumsPath.resolveSibling(sumsPath.getFileName() + NEW_SUFFIX);
        try (DiskFile file = disk.create(fresh)) {
            file.write(ByteBuffer.wrap(blocks), 0);
            file.force();
        }
        disk.move(fresh, sumsPath);
        disk.forceDirectory(files.directory());
    }

    private Tail tail() {
        Tail now = tail;
        if (now == null) {
            throw new IllegalStateException(path + " is not appended to");
        }
        return now;
    }

    /** What a file needs while it is appended to. */
    private static final class Tail {
        private final ByteBuffer buffer;
        private final DiskFile sumsFile;
        private long sumsEnd;

        Tail(ByteBuffer buffer, DiskFile sumsFile, long sumsEnd) {
            this.buffer = buffer;
            this.sumsFile = sumsFile;
            this.sumsEnd = sumsEnd;
        }
    }
}
