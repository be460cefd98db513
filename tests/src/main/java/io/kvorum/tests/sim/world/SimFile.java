package io.kvorum.tests.sim.world;

import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The bytes of one file: those there are now, those a power failure leaves for certain, and the writes between them. */
final class SimFile {
    private final SimDisk disk;
    private final int id;
    private final List<Change> unsaved = new ArrayList<>();
    private byte[] now = {};
    private byte[] saved = {};

    /**
     * Something done since the last force.
     *
     * @param at where, or the new length of a truncation
     * @param bytes what was written; null for a truncation
     */
    private record Change(int at, byte @Nullable [] bytes) {
        byte[] applyTo(byte[] before) {
            byte[] written = bytes;
            if (written == null) {
                return Arrays.copyOf(before, at);
            }
            byte[] after = Arrays.copyOf(before, Math.max(before.length, at + written.length));
            System.arraycopy(written, 0, after, at, written.length);
            return after;
        }

        Change torn(RandomGenerator random) {
            byte[] whole = bytes;
            return whole == null || whole.length == 0
                    ? this
                    : new Change(at, Arrays.copyOf(whole, random.nextInt(whole.length)));
        }
    }

    SimFile(SimDisk disk, int id) {
        this.disk = disk;
        this.id = id;
    }

    int id() {
        return id;
    }

    byte[] content() {
        return now.clone();
    }

    long length() {
        return now.length;
    }

    void truncate(int size) {
        apply(new Change(size, null));
    }

    /** Each write since the last force is there, or not, or in part, whatever became of those before it. */
    void powerFails(RandomGenerator random) {
        byte[] left = saved;
        for (Change change : unsaved) {
            int fate = random.nextInt(3);
            if (fate == 0) {
                left = change.applyTo(left);
            } else if (fate == 1) {
                left = change.torn(random).applyTo(left);
            }
        }
        now = left;
        saved = left;
        unsaved.clear();
    }

    DiskFile handle() {
        return new Handle();
    }

    private void apply(Change change) {
        unsaved.add(change);
        now = change.applyTo(now);
    }

    private void write(byte[] bytes, int at) throws IOException {
        long grows = Math.max(0, (long) at + bytes.length - now.length);
        long room = disk.room();
        if (grows <= room) {
            apply(new Change(at, bytes));
            return;
        }
        // As far as there is room: a full disk is noticed in the middle of a write.
        int fits = (int) Math.max(0, Math.min(bytes.length, bytes.length - (grows - Math.max(0, room))));
        if (fits > 0) {
            apply(new Change(at, Arrays.copyOf(bytes, fits)));
        }
        throw new IOException("No space left on device");
    }

    private void force() throws IOException {
        disk.force();
        saved = now;
        unsaved.clear();
    }

    private final class Handle implements DiskFile {
        private boolean closed;

        @Override
        public long size() throws IOException {
            requireOpen();
            return now.length;
        }

        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            requireOpen();
            int length = (int) Math.max(0, Math.min(into.remaining(), now.length - at));
            if (length > 0) {
                into.put(now, (int) at, length);
            }
            return length;
        }

        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            requireOpen();
            byte[] written = new byte[bytes.remaining()];
            bytes.get(written);
            SimFile.this.write(written, Math.toIntExact(at));
        }

        @Override
        public void truncate(long size) throws IOException {
            requireOpen();
            if (size < now.length) {
                SimFile.this.truncate((int) size);
            }
        }

        @Override
        public void preallocate(long size) throws IOException {
            requireOpen();
            if (size > now.length) {
                SimFile.this.write(new byte[Math.toIntExact(size - now.length)], now.length);
            }
            SimFile.this.force();
        }

        @Override
        public DiskMap map(int length) throws IOException {
            throw new IOException("this disk maps no files");
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            SimFile.this.force();
        }

        @Override
        public void close() {
            closed = true;
        }

        private void requireOpen() throws IOException {
            if (closed) {
                throw new IOException("the file is closed");
            }
        }
    }
}
