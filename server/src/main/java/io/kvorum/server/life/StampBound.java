package io.kvorum.server.life;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bound on disk that the node's hybrid clock never passes: a restart begins above it, so that no stamp is drawn twice
 * though the calendar went back meanwhile. Moved ahead while the clock runs, long before it is reached. Runs on a thread
 * that may wait for the disk.
 *
 * <pre>
 *   at 0 and at 4096: u64 number | u64 stamp | u32 CRC32C of both; written in turn, the number grows
 * </pre>
 */
final class StampBound {
    private static final Logger LOG = LoggerFactory.getLogger(StampBound.class);
    private static final String FILE = "clock";

    /** Each slot has a block of the device to itself. */
    private static final int SLOT_BYTES = 4096;

    private static final int VALUE_BYTES = (2 * Long.BYTES) + Integer.BYTES;

    private static final long AHEAD_MILLIS = 3_000;

    /** A life begins above the last one's bound, and its own must be above its first stamps. */
    private static final long START_MILLIS = 1_000;

    private static final long LOOK_NANOS = 500_000_000L;

    private final DataDirectory directory;
    private final StampClock clock;
    private final Background thread;
    private @Nullable DiskFile file;
    private long number;
    private long before;
    private long written;
    private boolean failing;
    private boolean closed;

    StampBound(DataDirectory directory, StampClock clock, Background thread) {
        this.directory = directory;
        this.clock = clock;
        this.thread = thread;
    }

    /** Puts the clock above what an earlier life may have drawn, and sets the bound of this one. */
    void start() {
        before = read();
        clock.startAbove(before);
        moveAhead();
        thread.schedule(LOOK_NANOS, this::look);
    }

    /** Stamps are drawn from here on, above those of the records that were found: the bound is above the first of them. */
    void started() {
        moveAhead();
    }

    /** The bound that the lives before left: none of them began after it. */
    long before() {
        return before;
    }

    /** The clock draws nothing more: the next life begins just above. Nothing runs on the thread any more. */
    synchronized void end() {
        closed = true;
        write(clock.newest());
        close();
    }

    /** Ends use without a word. Works twice. */
    synchronized void close() {
        closed = true;
        DiskFile opened = file;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException failure) {
                LOG.warn("{} cannot be closed", directory.path(FILE), failure);
            }
        }
    }

    private synchronized void look() {
        if (closed) {
            return;
        }
        try {
            if (Stamp.millis(written) - clock.currentMillis() < AHEAD_MILLIS / 2) {
                moveAhead();
            }
            failing = false;
        } catch (UncheckedIOException failure) {
            if (!failing) {
                LOG.warn("the clock's bound cannot be moved; writes wait once it is reached: {}", failure.getMessage());
            }
            failing = true;
        } finally {
            thread.schedule(LOOK_NANOS, this::look);
        }
    }

    private synchronized void moveAhead() {
        // Stamps beyond the clock come from records that are beyond it, and those are found again at the start.
        long ahead = Stamp.ofMillis(clock.currentMillis() + AHEAD_MILLIS);
        write(Math.max(ahead, Math.max(before, clock.newest()) + Stamp.ofMillis(START_MILLIS)));
        clock.setBound(written);
    }

    /** Into the slot that does not have the bound there is: a crash in the midst leaves that. */
    private void write(long stamp) {
        try {
            file().write(slotOf(number + 1, stamp), (number + 1) % 2 * SLOT_BYTES);
            file().force();
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    directory.path(FILE).toAbsolutePath() + " cannot be written: " + failure, failure);
        }
        number++;
        written = stamp;
    }

    /** Leaves a bound for the next life, above which it begins; nobody has the file open. */
    static void leave(DataDirectory directory, long stamp) {
        try (DiskFile made = directory.disk().create(directory.path(FILE))) {
            made.write(slotOf(0, stamp), 0);
            made.force();
            directory.disk().forceDirectory(directory.path(""));
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    directory.path(FILE).toAbsolutePath() + " cannot be written: " + failure, failure);
        }
    }

    private static ByteBuffer slotOf(long number, long stamp) {
        ByteWriter out = new ByteWriter(SLOT_BYTES);
        out.u64(number).u64(stamp).u32(checksum(number, stamp));
        return ByteBuffer.wrap(out.array(), 0, out.size());
    }

    private DiskFile file() {
        DiskFile opened = file;
        if (opened == null) {
            throw new IllegalStateException("the clock's bound was not read yet");
        }
        return opened;
    }

    /** The newer of the two slots; stays open, so that a node without a descriptor left moves its bound all the same. */
    private long read() {
        try {
            Path path = directory.path(FILE);
            boolean known = directory.disk().exists(path);
            DiskFile opened = directory.disk().open(path);
            file = opened;
            if (!known) {
                directory.disk().forceDirectory(directory.path(""));
            }
            long bound = -1;
            for (int i = 0; i < 2; i++) {
                byte[] bytes = new byte[SLOT_BYTES];
                boolean whole = opened.read(ByteBuffer.wrap(bytes), (long) i * SLOT_BYTES) >= VALUE_BYTES;
                ByteReader in = new ByteReader(bytes);
                long itsNumber = in.u64();
                long stamp = in.u64();
                if (whole && in.u32() == checksum(itsNumber, stamp) && (bound < 0 || itsNumber > number)) {
                    bound = stamp;
                    number = itsNumber;
                }
            }
            if (bound < 0 && opened.size() > SLOT_BYTES) {
                throw new StartException(path.toAbsolutePath()
                        + " is damaged: neither of its two bounds has its checksum; delete it if the machine's clock has"
                        + " never gone back");
            }
            return Math.max(0, bound);
        } catch (IOException failure) {
            throw new StartException(directory.path(FILE).toAbsolutePath() + " cannot be read: " + failure, failure);
        }
    }

    private static long checksum(long number, long stamp) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(0, number).putLong(Long.BYTES, stamp));
        return crc.getValue();
    }
}
