package io.kvorum.tests.faults;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * The machine's disk, which takes its time to make anything permanent while another process wants it to: as a device does
 * whose own cache is full. What is only written still goes to the memory of the operating system.
 */
final class SlowDisk {
    private static final Set<String> FORCES = Set.of("force", "forceDirectory", "preallocate");
    private static final long LOOK_NANOS = 5_000_000;

    /** As long as it is there, it says how many milliseconds a force takes. */
    private final Path order;

    private SlowDisk(Path order) {
        this.order = order;
    }

    /** The disk of a node whose data lies in a directory. */
    static Disk of(Path dataDirectory) {
        return new SlowDisk(order(dataDirectory)).wrap(Disk.class, Disk.system());
    }

    /** Makes it slow, from another process; forces that have begun are over in their time. */
    static void slow(Path dataDirectory, long millis) throws IOException {
        Path made = Files.writeString(
                dataDirectory.resolveSibling(dataDirectory.getFileName() + ".new"), String.valueOf(millis));
        Files.move(made, order(dataDirectory), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Lets it be as fast as it can again; what waits goes on. */
    static void heal(Path dataDirectory) throws IOException {
        Files.delete(order(dataDirectory));
    }

    private static Path order(Path dataDirectory) {
        return dataDirectory.resolveSibling(dataDirectory.getFileName() + ".disk");
    }

    private <T> T wrap(Class<T> type, Object real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            if (FORCES.contains(method.getName())) {
                takeTime();
            }
            Object result;
            try {
                result = method.invoke(real, args);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
            return result instanceof DiskFile ? wrap(DiskFile.class, result) : result;
        }));
    }

    private void takeTime() throws IOException {
        long begunNanos = System.nanoTime();
        while (System.nanoTime() - begunNanos < orderedNanos()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private long orderedNanos() throws IOException {
        try {
            return Files.exists(order) ? 1_000_000 * Long.parseLong(Files.readString(order)) : 0;
        } catch (NoSuchFileException healedJustNow) {
            return 0;
        }
    }
}
