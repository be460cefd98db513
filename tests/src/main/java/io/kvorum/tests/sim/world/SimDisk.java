package io.kvorum.tests.sim.world;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A machine's disk, which keeps what {@link Disk} promises and not a byte more.
 *
 * <pre>
 *   names (now) ─── forceDirectory ──► names that a power failure leaves; of what changed since, any part may be there
 *   bytes (now) ─── force ───────────► bytes that it leaves; each write since is there, or not, or torn
 * </pre>
 *
 * A crash of the process alone loses nothing. Space may run out, at which a write fails with part of it done; a force may
 * fail, and what it should have saved counts as unsaved from then on, though nobody will be told again.
 */
public final class SimDisk implements Disk {
    private final RandomGenerator random;
    private final Set<Path> directories = new HashSet<>();
    private final Set<Path> locked = new HashSet<>();
    private final SortedMap<Path, SimFile> names = new TreeMap<>();
    private final SortedMap<Path, SimFile> savedNames = new TreeMap<>();
    private long spaceBytes = Long.MAX_VALUE;
    private int forcesToFail;
    private int uptimes;
    private int files;

    /** An empty disk with room enough. */
    public SimDisk(RandomGenerator random) {
        this.random = random;
    }

    /** Leaves so many bytes for all files together; {@link Long#MAX_VALUE} for room enough. */
    public void limitSpace(long bytes) {
        spaceBytes = bytes;
    }

    /** Lets the next forces fail. */
    public void failForces(int count) {
        forcesToFail = count;
    }

    /** The process ends: its locks are free. */
    public void processEnds() {
        locked.clear();
    }

    /** The power fails: what was not forced may be lost, and what was being written may be torn. */
    public void powerFails() {
        processEnds();
        uptimes++;
        SortedMap<Path, SimFile> left = new TreeMap<>();
        Set<Path> all = new java.util.TreeSet<>(names.keySet());
        all.addAll(savedNames.keySet());
        for (Path name : all) {
            SimFile file = random.nextBoolean() ? names.get(name) : savedNames.get(name);
            if (file != null) {
                left.put(name, file);
            }
        }
        names.clear();
        names.putAll(left);
        savedNames.clear();
        savedNames.putAll(left);
        left.values().forEach(file -> file.powerFails(random));
    }

    @Override
    public void createDirectories(Path directory) {
        for (Path each = directory; each != null; each = each.getParent()) {
            directories.add(each);
        }
    }

    @Override
    public boolean exists(Path path) {
        return names.containsKey(path) || directories.contains(path);
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
        return existing(file).content();
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        SimFile found = names.get(file);
        return (found == null ? make(file) : found).handle();
    }

    @Override
    public DiskFile create(Path file) throws IOException {
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
        names.remove(from);
        names.put(to, file);
    }

    @Override
    public void delete(Path file) throws IOException {
        existing(file);
        names.remove(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        requireDirectory(directory);
        force();
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
        return locked.add(file) ? () -> locked.remove(file) : null;
    }

    /** One force of a file or directory, which may be one that fails. */
    void force() throws IOException {
        if (forcesToFail > 0) {
            forcesToFail--;
            throw new IOException("Input/output error");
        }
    }

    /** How many more bytes there is room for. */
    long room() {
        return spaceBytes - names.values().stream().mapToLong(SimFile::length).sum();
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
