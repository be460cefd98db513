package io.kvorum.storage.journal;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import io.kvorum.storage.disk.DiskMap;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * A disk in memory. At a loss of power each sector that was not forced is as it was or as it should be, by the dice, and
 * so is each name. A force that fails leaves its sectors clean in the cache and old on the device, as Linux does: no later
 * force brings them there unless they are written again.
 */
final class FaultyDisk implements Disk {
    private final int sectorBytes;
    private final List<Runnable> unforcedNames = new ArrayList<>();
    private SortedMap<Path, Node> names = new TreeMap<>();
    private SortedMap<Path, Node> stableNames = new TreeMap<>();
    private long capacity = Long.MAX_VALUE;
    private boolean forcesFail;
    private int forces;
    private Runnable whenForced = () -> {};
    private IntConsumer whenWriting = bytes -> {};

    FaultyDisk(int sectorBytes) {
        this.sectorBytes = sectorBytes;
    }

    private final class Node {
        private byte[] cache = {};
        private byte[] device = {};
        private byte[] clean = {};
        private final BitSet rewritten = new BitSet();
        private boolean mapped;
        private boolean unreadable;

        void resize(int size) {
            cache = Arrays.copyOf(cache, size);
        }

        /** The size goes to the device with the first byte that does. */
        void force(int from, int to) throws IOException {
            forces++;
            whenForced.run();
            device = Arrays.copyOf(device, cache.length);
            clean = Arrays.copyOf(clean, cache.length);
            for (int at = from - from % sectorBytes; at < to; at += sectorBytes) {
                if (isDirty(at) && !forcesFail) {
                    copySector(cache, device, at);
                }
                copySector(cache, clean, at);
                rewritten.clear(at / sectorBytes);
            }
            if (forcesFail) {
                throw new IOException("Input/output error");
            }
        }

        boolean isDirty(int at) {
            int end = Math.min(at + sectorBytes, cache.length);
            return rewritten.get(at / sectorBytes) || !Arrays.equals(cache, at, end, clean, at, end);
        }

        private void copySector(byte[] source, byte[] target, int at) {
            int end = Math.min(at + sectorBytes, source.length);
            System.arraycopy(source, at, target, at, Math.max(0, end - at));
        }

        void losePower(Random random) {
            byte[] after = device.clone();
            clean = Arrays.copyOf(clean, cache.length);
            for (int at = 0; at < after.length; at += sectorBytes) {
                if (isDirty(at) && random.nextBoolean()) {
                    copySector(cache, after, at);
                }
            }
            cache = after;
            device = after.clone();
            clean = after.clone();
            rewritten.clear();
            mapped = false;
        }
    }

    /** The process ends: what was written stays. */
    void killProcess() {
        names.values().forEach(node -> node.mapped = false);
    }

    void losePower(Random random) {
        SortedMap<Path, Node> live = names;
        names = new TreeMap<>(stableNames);
        for (Runnable change : unforcedNames) {
            if (random.nextBoolean()) {
                change.run();
            }
        }
        unforcedNames.clear();
        stableNames = new TreeMap<>(names);
        live.values().forEach(node -> node.losePower(random));
        names.values().stream().filter(node -> !live.containsValue(node)).forEach(node -> node.losePower(random));
    }

    void setCapacity(long bytes) {
        capacity = bytes;
    }

    void setForcesFail(boolean fail) {
        forcesFail = fail;
    }

    /** No page of what is mapped now can be read any more; what is mapped later can. */
    void damageMaps() {
        for (Node node : names.values()) {
            node.unreadable |= node.mapped;
        }
    }

    /** What happens before each write, with how many bytes it has. */
    void whenWriting(IntConsumer happens) {
        whenWriting = happens;
    }

    void whenForced(Runnable happens) {
        whenForced = happens;
    }

    int forces() {
        return forces;
    }

    /** The content of a file, to be damaged in place. */
    byte[] bytes(Path file) {
        return node(file).cache;
    }

    void cut(Path file, int size) {
        node(file).resize(size);
    }

    long used() {
        return names.values().stream().mapToLong(node -> node.cache.length).sum();
    }

    private Node node(Path file) {
        Node node = names.get(file);
        if (node == null) {
            throw new IllegalStateException(file + " is not there");
        }
        return node;
    }

    private void change(Runnable change) {
        change.run();
        unforcedNames.add(change);
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public boolean exists(Path path) {
        return names.containsKey(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return false;
    }

    @Override
    public List<String> list(Path directory) {
        return names.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
    }

    @Override
    public byte[] readAll(Path file) {
        return node(file).cache.clone();
    }

    @Override
    public DiskFile open(Path file) {
        if (!names.containsKey(file)) {
            Node made = new Node();
            change(() -> names.put(file, made));
        }
        return new OpenFile(node(file));
    }

    @Override
    public DiskFile create(Path file) {
        Node made = new Node();
        change(() -> names.put(file, made));
        return new OpenFile(made);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        if (!names.containsKey(from)) {
            throw new FileNotFoundException(from.toString());
        }
        change(() -> {
            Node moved = names.remove(from);
            if (moved != null) {
                names.put(to, moved);
            }
        });
    }

    @Override
    public void delete(Path file) throws IOException {
        if (!names.containsKey(file)) {
            throw new FileNotFoundException(file.toString());
        }
        change(() -> names.remove(file));
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        if (forcesFail) {
            throw new IOException("Input/output error");
        }
        unforcedNames.clear();
        stableNames = new TreeMap<>(names);
    }

    @Override
    public String uptimeId() {
        return "";
    }

    @Override
    public String fileId(Path file) {
        return "";
    }

    @Override
    public DiskLock lock(Path file) {
        throw new UnsupportedOperationException();
    }

    private final class OpenFile implements DiskFile {
        private final Node node;

        OpenFile(Node node) {
            this.node = node;
        }

        @Override
        public long size() {
            return node.cache.length;
        }

        @Override
        public int read(ByteBuffer into, long at) {
            int length = (int) Math.max(0, Math.min(into.remaining(), node.cache.length - at));
            into.put(node.cache, (int) at, length);
            return length;
        }

        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            int from = (int) at;
            int length = bytes.remaining();
            if (from + length > node.cache.length) {
                throw new IOException("a write beyond what was preallocated");
            }
            whenWriting.accept(length);
            bytes.get(node.cache, from, length);
            node.rewritten.set(from / sectorBytes, (from + length + sectorBytes - 1) / sectorBytes);
        }

        @Override
        public void truncate(long size) {
            node.resize((int) size);
        }

        @Override
        public void preallocate(long size) throws IOException {
            long more = size - node.cache.length;
            if (more > 0) {
                if (used() + more > capacity) {
                    node.resize(node.cache.length + (int) Math.max(0, capacity - used()));
                    throw new IOException("No space left on device");
                }
                node.resize((int) size);
            }
            node.force(0, node.cache.length);
        }

        @Override
        public DiskMap map(int length) throws IOException {
            if (node.mapped || length > node.cache.length) {
                throw new IOException("mapped " + node.mapped + ", " + length + " of " + node.cache.length);
            }
            node.mapped = true;
            return new Map(node);
        }

        @Override
        public void force() throws IOException {
            node.force(0, node.cache.length);
        }

        @Override
        public void close() {}
    }

    private static final class Map implements DiskMap {
        private final Node node;
        private final ByteBuffer buffer;

        Map(Node node) {
            this.node = node;
            this.buffer = ByteBuffer.wrap(node.cache);
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public void touch(int from, int length) {
            if (node.unreadable) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
        }

        @Override
        public void close() {
            node.mapped = false;
        }
    }
}
