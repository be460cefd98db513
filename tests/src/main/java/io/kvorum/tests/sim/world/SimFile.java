package io.kvorum.tests.sim.world;

import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one file: those there are now, and those that the disk has for certain. What is put into a map cannot be
 * seen when it happens, so what a power failure may take is found page by page, as that which differs.
 */
final class SimFile {
    /** The system writes a page of its own accord, unasked, at one in so many changes. */
    private static final int WRITES_BACK_ONE_IN = 8;

    private final SimDisk disk;
    private final int id;

    /** Enough for what is longer, now or saved; zeros behind the end. */
    private final List<SimPage> pages = new ArrayList<>();

    private int length;
    private int savedLength;
    private int preallocated;
    private @Nullable Mapping map;

    SimFile(SimDisk disk, int id) {
        this.disk = disk;
        this.id = id;
    }

    int id() {
        return id;
    }

    byte[] content() {
        ByteBuffer all = ByteBuffer.allocate(length);
        read(all, 0);
        return all.array();
    }

    long length() {
        return length;
    }

    DiskFile handle() {
        return new Handle();
    }

    void truncate(int size) {
        requireNotMappedBeyond(size);
        for (int page = size / SimPage.BYTES; page < SimPage.count(length); page++) {
            pages.get(page).clear(Math.max(0, size - page * SimPage.BYTES));
        }
        length = Math.min(length, size);
        preallocated = Math.min(preallocated, size);
    }

    /** The process ends: the map that it had is no part of the file any more. */
    void processEnds() {
        if (map != null) {
            map.detach();
        }
    }

    /** What was not saved since is there, or not, or in part; not mapped. */
    void powerFails(RandomGenerator random) {
        pages.forEach(page -> page.powerFails(random));
        int left = switch (random.nextInt(3)) {
            case 0 -> savedLength;
            case 1 -> length;
            default -> random.nextInt(Math.min(length, savedLength), Math.max(length, savedLength) + 1);
        };
        setLength(left);
    }

    /** Damages one bit. */
    void flip(int at, int bit) {
        Objects.checkIndex(at, length);
        pages.get(at / SimPage.BYTES).flip(at % SimPage.BYTES, bit);
    }

    /** Loses what is behind, beyond recovery. */
    void lose(int size) {
        requireNotMappedBeyond(size);
        setLength(Math.min(length, size));
    }

    private void setLength(int left) {
        length = left;
        savedLength = left;
        preallocated = Math.min(preallocated, left);
        for (int page = left / SimPage.BYTES; page < pages.size(); page++) {
            pages.get(page).lose(Math.max(0, left - page * SimPage.BYTES));
        }
        pages.subList(SimPage.count(left), pages.size()).clear();
    }

    private int read(ByteBuffer into, long at) {
        int total = (int) Math.max(0, Math.min(into.remaining(), length - at));
        int done = 0;
        while (done < total) {
            int place = (int) at + done;
            int from = place % SimPage.BYTES;
            int some = Math.min(total - done, SimPage.BYTES - from);
            pages.get(place / SimPage.BYTES).read(from, some, into);
            done += some;
        }
        return total;
    }

    private void write(ByteBuffer bytes, int at) throws IOException {
        disk.requireWritable();
        int wanted = bytes.remaining();
        if (wanted == 0) {
            return;
        }
        int end = Math.addExact(at, wanted);
        int reaches = roomUpTo(end);
        put(bytes, at, Math.max(0, Math.min(wanted, reaches - at)));
        if (reaches < end) {
            throw noSpace();
        }
        writeBack();
    }

    private void put(ByteBuffer bytes, int at, int count) {
        if (count > 0) {
            grow(at + count);
        }
        int done = 0;
        while (done < count) {
            int from = (at + done) % SimPage.BYTES;
            int some = Math.min(count - done, SimPage.BYTES - from);
            pages.get((at + done) / SimPage.BYTES).write(from, some, bytes);
            done += some;
        }
    }

    /** Where the file would end if it were to reach so far: earlier if the disk is full before. */
    private int roomUpTo(int end) {
        long grows = Math.max(0, end - length);
        return grows == 0 ? end : end - (int) (grows - Math.min(grows, Math.max(0, disk.room())));
    }

    private void grow(int size) {
        int missing = SimPage.count(size) - pages.size();
        if (missing > 0) {
            byte[] zeros = new byte[missing * SimPage.BYTES];
            for (int page = 0; page < missing; page++) {
                pages.add(new SimPage(zeros, page * SimPage.BYTES));
            }
        }
        length = Math.max(length, size);
    }

    private void preallocate(int size) throws IOException {
        disk.requireWritable();
        if (size > length) {
            int reaches = roomUpTo(size);
            grow(reaches);
            if (reaches < size) {
                throw noSpace();
            }
        }
        force();
        preallocated = Math.max(preallocated, size);
    }

    private void force() throws IOException {
        boolean fails = disk.forceFails();
        save(fails);
        if (!fails || disk.random().nextBoolean()) {
            savedLength = length;
        }
        if (fails) {
            throw new IOException("Input/output error");
        }
        pages.subList(SimPage.count(length), pages.size()).clear();
    }

    private void save(boolean fails) {
        for (SimPage page : pages) {
            if (fails && disk.random().nextBoolean()) {
                page.giveUp();
            } else {
                page.save(0, SimPage.BYTES);
            }
        }
    }

    private void writeBack() {
        RandomGenerator random = disk.random();
        if (random.nextInt(WRITES_BACK_ONE_IN) == 0 && !pages.isEmpty() && !disk.isReadOnly()) {
            pages.get(random.nextInt(pages.size())).save(0, SimPage.BYTES);
        }
    }

    private void requireNotMappedBeyond(int size) {
        if (map != null && map.buffer.capacity() > size) {
            throw new IllegalStateException("a file is cut off at " + size + " within its map");
        }
    }

    private static IOException noSpace() {
        return new IOException("No space left on device");
    }

    private final class Handle implements DiskFile {
        private final Object process = disk.process();
        private boolean closed;

        @Override
        public long size() throws IOException {
            requireOpen();
            return length;
        }

        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            requireOpen();
            disk.requireReadable();
            return SimFile.this.read(into, at);
        }

        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            requireOpen();
            SimFile.this.write(bytes, Math.toIntExact(at));
        }

        @Override
        public void truncate(long size) throws IOException {
            requireOpen();
            disk.requireWritable();
            if (size < length) {
                SimFile.this.truncate((int) size);
            }
        }

        @Override
        public void preallocate(long size) throws IOException {
            requireOpen();
            SimFile.this.preallocate(Math.toIntExact(size));
        }

        @Override
        public DiskMap map(int bytes) throws IOException {
            requireOpen();
            disk.requireWritable();
            if (bytes > preallocated) {
                throw new IllegalStateException(
                        "a map of " + bytes + " bytes, of which " + preallocated + " are there");
            }
            if (map != null) {
                throw new IllegalStateException("a second map of a file");
            }
            map = new Mapping(bytes);
            disk.mapped(SimFile.this);
            return map;
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
            disk.requireProcess(process);
        }
    }

    /** An array that the file's first pages lie in, until the map or its process ends. */
    private final class Mapping implements DiskMap {
        private final ByteBuffer buffer;

        Mapping(int bytes) {
            byte[] array = new byte[SimPage.count(bytes) * SimPage.BYTES];
            moveTo(array);
            this.buffer = ByteBuffer.wrap(array, 0, bytes).slice();
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void touch(int from, int bytes) {
            Objects.checkFromIndexSize(from, bytes, buffer.capacity());
            if (map == this) {
                writeBack();
            }
        }

        @Override
        public void close() {
            if (map == this) {
                detach();
            }
        }

        /** Whoever still has the buffer changes the file no more. */
        void detach() {
            moveTo(new byte[SimPage.count(buffer.capacity()) * SimPage.BYTES]);
            map = null;
            disk.unmapped(SimFile.this);
        }

        private void moveTo(byte[] array) {
            for (int at = 0; at < array.length; at += SimPage.BYTES) {
                pages.get(at / SimPage.BYTES).moveTo(array, at);
            }
        }
    }
}
