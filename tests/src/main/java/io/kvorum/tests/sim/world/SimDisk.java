package io.kvorum.tests.sim.world;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A machine's disk, which keeps what {@link Disk} promises and not a byte more.
 *
 * <pre>
 *   names (now) ─── forceDirectory ──► names that a power failure leaves; of what changed since, any part may be there
 *   bytes (now) ─── force ───────────► bytes that it leaves; each sector that is another since is as it was, or as it
 *                                      should be, or torn, and the file as long as it was, or should be, or between
 * </pre>
 *
 * What was put into a map counts like what was written, and a force of a part of it saves that part alone. A file that
 * was moved is there under one of its names. The system may save a page unasked, at any write.
 *
 * <p>The end of the process alone loses nothing that was written or put; what the dead one holds, files, maps and locks,
 * is no use to it any more: its files throw, and its buffers are not the file's.
 *
 * <p>Space may run out, at which a write or preallocation fails with part of it done; puts into a map never do. A force
 * may fail: any of its pages may have been saved, and those that were not count as saved for the system, which will not
 * try them again before they have changed. A disk that can only be read takes no write, no new name and no force; what
 * is put into a map stays in memory.
 */
public final class SimDisk implements Disk {
    private final RandomGenerator random;
    private final Set<Path> directories = new HashSet<>();
    private final Map<Path, Object> locked = new HashMap<>();
    private final SortedMap<Path, SimFile> names = new TreeMap<>();
    private final SortedMap<Path, SimFile> savedNames = new TreeMap<>();
    private final List<SimFile> mapped = new ArrayList<>();
    private final List<LongSupplier> besides = new ArrayList<>();
    private Object process = new Object();
    private long spaceBytes = Long.MAX_VALUE;
    private int forcesToFail;
    private int readsToFail;
    private long slowByNanosMax;
    private boolean readOnly;
    private int uptimes;
    private int files;

    /** An empty disk with room enough. */
    public SimDisk(RandomGenerator random) {
        this.random = random;
    }

    /** Leaves so many bytes for all there is together; {@link Long#MAX_VALUE} for room enough. */
    public void limitSpace(long bytes) {
        spaceBytes = bytes;
    }

    /** Lets so many of the next forces fail, of files, maps and directories; {@link Integer#MAX_VALUE} until told else. */
    public void failForces(int count) {
        forcesToFail = count;
    }

    /** Lets so many of the next reads fail; {@link Integer#MAX_VALUE} until told else. */
    public void failReads(int count) {
        readsToFail = count;
    }

    /** Lets everything take up to so much longer; 0 for not at all. Whoever has a thread for it waits there. */
    public void slow(long byNanosMax) {
        slowByNanosMax = byNanosMax;
    }

    /** By how much everything may take longer. */
    public long slowByNanosMax() {
        return slowByNanosMax;
    }

    /** Lets nothing be written, or everything again. */
    public void readOnly(boolean only) {
        readOnly = only;
    }

    /** Whether nothing is wrong with it, as far as it was told. */
    public boolean isInOrder() {
        return !readOnly && forcesToFail == 0 && readsToFail == 0 && room() > 0;
    }

    /** Damages one bit of a byte of a file, for good. */
    public void flipBit(Path file, long offset) throws NoSuchFileException {
        existing(file).flip(Math.toIntExact(offset), random.nextInt(Byte.SIZE));
    }

    /** Loses what a file has behind so many bytes, for good. */
    public void truncate(Path file, long size) throws NoSuchFileException {
        existing(file).lose(Math.toIntExact(size));
    }

    /** Whether there is no room left. */
    public boolean isFull() {
        return room() <= 0;
    }

    /** Loses all files below a directory, for good; no process runs. */
    public void lose(Path directory) {
        names.keySet().removeIf(file -> file.startsWith(directory));
        savedNames.keySet().removeIf(file -> file.startsWith(directory));
    }

    /** The process ends: its locks are free, and what it had open is not its any more. */
    public void processEnds() {
        process = new Object();
        locked.clear();
        List.copyOf(mapped).forEach(SimFile::processEnds);
    }

    /** The power fails: what was not forced may be lost, and what was being written may be torn. */
    public void powerFails() {
        processEnds();
        uptimes++;
        SortedMap<Path, SimFile> left = namesLeft();
        names.clear();
        names.putAll(left);
        savedNames.clear();
        savedNames.putAll(left);
        left.values().forEach(file -> file.powerFails(random));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (!directories.contains(directory)) {
            requireWritable();
        }
        for (Path each = directory; each != null; each = each.getParent()) {
            directories.add(each);
        }
    }

    @Override
    public boolean exists(Path path) {
        return names.containsKey(path) || directories.contains(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return directories.contains(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        requireDirectory(directory);
        List<String> found = new ArrayList<>();
        for (Path file : names.keySet()) {
            if (directory.equals(file.getParent())) {
                found.add(String.valueOf(file.getFileName()));
            }
        }
        return found;
    }

    @Override
    public byte[] readAll(Path file) throws IOException {
        SimFile found = existing(file);
        requireReadable();
        return found.content();
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        requireWritable();
        SimFile found = names.get(file);
        return (found == null ? make(file) : found).handle();
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        requireWritable();
        SimFile found = names.get(file);
        if (found == null) {
            return make(file).handle();
        }
        found.truncate(0);
        return found.handle();
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        SimFile file = existing(from);
        requireDirectory(to.getParent());
        requireWritable();
        names.remove(from);
        names.put(to, file);
    }

    @Override
    public void delete(Path file) throws IOException {
        existing(file);
        requireWritable();
        names.remove(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        requireDirectory(directory);
        if (forceFails()) {
            throw new IOException("Input/output error");
        }
        savedNames.keySet().removeIf(file -> directory.equals(file.getParent()));
        names.forEach((file, content) -> {
            if (directory.equals(file.getParent())) {
                savedNames.put(file, content);
            }
        });
    }

    @Override
    public String uptimeId() {
        return "uptime " + uptimes;
    }

    @Override
    public String fileId(Path file) throws IOException {
        return "file " + existing(file).id();
    }

    @Override
    public @Nullable DiskLock lock(Path file) throws IOException {
        open(file).close();
        Object holder = new Object();
        return locked.putIfAbsent(file, holder) == null ? () -> locked.remove(file, holder) : null;
    }

    /** Begins a force of a file or directory, and says whether it fails. */
    boolean forceFails() throws IOException {
        requireWritable();
        if (forcesToFail == 0) {
            return false;
        }
        forcesToFail -= forcesToFail == Integer.MAX_VALUE ? 0 : 1;
        return true;
    }

    void requireReadable() throws IOException {
        if (readsToFail > 0) {
            readsToFail -= readsToFail == Integer.MAX_VALUE ? 0 : 1;
            throw new IOException("Input/output error");
        }
    }

    void requireWritable() throws IOException {
        if (readOnly) {
            throw new IOException("Read-only file system");
        }
    }

    boolean isReadOnly() {
        return readOnly;
    }

    /** The process that runs now. */
    Object process() {
        return process;
    }

    /** Ends what a process does that is dead. */
    void requireProcess(Object caller) throws IOException {
        if (!caller.equals(process)) {
            throw new IOException("the process has ended");
        }
    }

    RandomGenerator random() {
        return random;
    }

    void mapped(SimFile file) {
        mapped.add(file);
    }

    void unmapped(SimFile file) {
        mapped.remove(file);
    }

    /** Has something besides files that takes room: so many bytes. */
    void holds(LongSupplier bytes) {
        besides.add(bytes);
    }

    /** How many more bytes there is room for; negative if there is less than is taken. */
    long room() {
        long taken = names.values().stream().mapToLong(SimFile::length).sum();
        return spaceBytes
                - taken
                - besides.stream().mapToLong(LongSupplier::getAsLong).sum();
    }

    /** Each name is as it was or as it should be, but a file that has been moved is under just one of its two. */
    private SortedMap<Path, SimFile> namesLeft() {
        SortedMap<Path, SimFile> left = new TreeMap<>();
        Set<Path> all = new TreeSet<>(names.keySet());
        all.addAll(savedNames.keySet());
        for (Path name : all) {
            SimFile file = random.nextBoolean() ? names.get(name) : savedNames.get(name);
            if (file != null) {
                left.put(name, file);
            }
        }
        boolean undone = true;
        while (undone) {
            // A move that is undone undoes the one onto its old name.
            undone = false;
            for (Map.Entry<Path, SimFile> saved : savedNames.entrySet()) {
                Path before = saved.getKey();
                SimFile file = saved.getValue();
                Path after = nameOf(file);
                if (after == null || after.equals(before)) {
                    continue;
                }
                boolean moved = file.equals(left.get(after));
                boolean there = file.equals(left.get(before));
                if (moved && there) {
                    left.remove(before);
                    undone = true;
                } else if (!moved && !there) {
                    left.put(before, file);
                    undone = true;
                }
            }
        }
        return left;
    }

    private @Nullable Path nameOf(SimFile file) {
        for (Map.Entry<Path, SimFile> each : names.entrySet()) {
            if (each.getValue().equals(file)) {
                return each.getKey();
            }
        }
        return null;
    }

    private SimFile make(Path file) throws IOException {
        requireDirectory(file.getParent());
        if (directories.contains(file)) {
            throw new FileAlreadyExistsException(file + " is a directory");
        }
        SimFile made = new SimFile(this, files++);
        names.put(file, made);
        return made;
    }

    private SimFile existing(Path file) throws NoSuchFileException {
        SimFile found = names.get(file);
        if (found == null) {
            throw new NoSuchFileException(String.valueOf(file));
        }
        return found;
    }

    private void requireDirectory(@Nullable Path directory) throws NoSuchFileException {
        if (directory == null || !directories.contains(directory)) {
            throw new NoSuchFileException(String.valueOf(directory));
        }
    }
}
