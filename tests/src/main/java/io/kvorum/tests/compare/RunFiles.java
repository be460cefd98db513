package io.kvorum.tests.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a run of this process writes: its results, and what it takes away again. */
public final class RunFiles {
    private RunFiles() {}

    /** When this process was started, as the system remembers it. */
    public static Instant started() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .orElse(Instant.EPOCH)
                .truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * The file for the samples. Its directory is there when this returns: that it cannot be written should not come out at
     * the end.
     *
     * @param directory for a new file, whose name begins with {@code name}
     * @param given takes the place of that
     */
    public static Path results(Path directory, String name, @Nullable Path given) throws IOException {
        String fresh = name + "-" + started().toString().replaceAll("[-:]", "") + ".json";
        Path file = (given != null ? given : directory.resolve(fresh)).toAbsolutePath();
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return file;
    }

    /** Deletes a directory with all that is in it. */
    public static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
