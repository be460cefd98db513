package io.kvorum.storage.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import jetbrains.exodus.io.AbstractDataWriter;
import jetbrains.exodus.io.Block;
import jetbrains.exodus.io.RemoveBlockType;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the log for Xodus, which calls it from one thread at a time. After a failure it refuses all further work:
 * what a device has after a write or a force that failed is known only when it is read anew.
 *
 * <p>It refuses to take away what a commit wrote, too. Xodus looks for an older state when it cannot read the newest, and
 * cuts off all that came after: commits would be lost, and nobody told.
 */
final class LogWriter extends AbstractDataWriter {
    private static final int BUFFER_BYTES = 256 << 10;

    private final LogFiles files;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private @Nullable LogFile appending;
    private volatile @Nullable IOException failure;
    private volatile boolean abandoned;
    private volatile long sealedEnd;
    private volatile long committedEnd;

    LogWriter(LogFiles files) throws IOException {
        this.files = files;
        this.sealedEnd = files.end();
        this.committedEnd = files.committedEnd();
    }

    /** Where the log ended when it was last sealed. */
    long sealedEnd() {
        return sealedEnd;
    }

    /** What made it refuse all work, or null. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /** Ends its work: what is not sealed is not going to be. */
    void abandon() {
        abandoned = true;
    }

    @Override
    public Block write(byte[] bytes, int offset, int count) {
        LogFile file = appending();
        run(() -> file.append(bytes, offset, count));
        return file;
    }

    @Override
    public void removeBlock(long address, RemoveBlockType type) {
        run(() -> {
            // Xodus cleans old files only, and cuts off from the newest on: the one with the last commit is never old.
            if (address < committedEnd && committedEnd <= address + LogFiles.FILE_BYTES) {
                throw damaged(address, 0);
            }
            files.delete(address);
        });
    }

    @Override
    public void truncateBlock(long address, long length) {
        run(() -> {
            if (address + length < committedEnd) {
                throw damaged(address, length);
            }
            files.truncate(address, length);
            sealedEnd = files.end();
        });
    }

    @Override
    public void syncDirectory() {
        run(() -> files.disk().forceDirectory(files.directory()));
    }

    @Override
    public boolean lock(long timeout) {
        return true;
    }

    @Override
    public boolean release() {
        return true;
    }

    @Override
    public String lockInfo() {
        return "";
    }

    @Override
    protected void syncImpl() {
        if (abandoned) {
            return;
        }
        LogFile file = appending();
        run(() -> {
            file.seal();
            long end = files.end();
            sealedEnd = end;
            committedEnd = end % LogFiles.FILE_BYTES == 0 ? committedEnd : end;
        });
    }

    @Override
    protected void closeImpl() {
        LogFile file = appending();
        appending = null;
        try {
            file.endAppend();
        } catch (IOException closing) {
            throw new UncheckedIOException(closing);
        }
    }

    @Override
    protected void clearImpl() {
        throw new UnsupportedOperationException("clear");
    }

    @Override
    protected Block openOrCreateBlockImpl(long address, long length) {
        run(() -> {
            LogFile file = files.appendable(address, length);
            file.beginAppend(buffer);
            appending = file;
        });
        return appending();
    }

    private CheckpointDamagedException damaged(long address, long length) {
        return new CheckpointDamagedException(
                files.path(address),
                length,
                "the last commit cannot be read, a file that it needs is gone or was changed");
    }

    private LogFile appending() {
        LogFile file = appending;
        if (file == null) {
            throw new IllegalStateException("no log file is appended to");
        }
        return file;
    }

    private void run(DiskWork work) {
        IOException before = failure;
        if (before != null) {
            throw new UncheckedIOException("refused after an earlier failure", before);
        }
        try {
            work.run();
        } catch (IOException now) {
            failure = now;
            throw new UncheckedIOException(now);
        } catch (UncheckedIOException now) {
            failure = now.getCause();
            throw now;
        }
    }

    @FunctionalInterface
    private interface DiskWork {
        void run() throws IOException;
    }
}
