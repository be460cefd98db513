package io.kvorum.server.config;

import java.nio.file.Path;
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
     */
    public void publish() {
        if (System.getProperty(LEVEL_PROPERTY) == null) System.setProperty(LEVEL_PROPERTY, level.name());
        if (file == null || System.getProperty(FILE_PROPERTY) != null) return;
        System.setProperty(FILE_PROPERTY, file.toString());
        System.setProperty(APPENDER_PROPERTY, "FILE");
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
