package io.kvorum.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is logged, and where to.
 *
 * @param level what is worth a line
 * @param file where the lines go; null for standard output
 */
public record LogConfig(Level level, @Nullable Path file) {
    private static final String LEVEL_PROPERTY = "kvorum.log.level";
    private static final String FILE_PROPERTY = "kvorum.log.file";
    private static final String APPENDER_PROPERTY = "kvorum.log.appender";

    /**
     * Tells the logging library, through the system properties that its file reads; those that are set already stay. To
     * be called before the first logger is made.
     *
     * @throws ConfigException if the file cannot be written to: the logging library would go on without a word
     */
    public void publish() {
        if (System.getProperty(LEVEL_PROPERTY) == null) System.setProperty(LEVEL_PROPERTY, level.name());
        if (file == null || System.getProperty(FILE_PROPERTY) != null) return;
        open(file);
        System.setProperty(FILE_PROPERTY, file.toString());
        System.setProperty(APPENDER_PROPERTY, "FILE");
    }

    private static void open(Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) Files.createDirectories(directory);
            Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException failure) {
            throw new ConfigException(List.of("log.file: " + file.toAbsolutePath() + " cannot be written to: " + failure
                    + "; name another file, or give this user the right to"));
        }
    }

    /** What is worth a line. */
    public enum Level {
        /** What somebody must look at. */
        ERROR,
        /** And what somebody should know. */
        WARN,
        /** And what a node does by itself. */
        INFO,
        /** And why. */
        DEBUG,
        /** And every step. */
        TRACE
    }
}
