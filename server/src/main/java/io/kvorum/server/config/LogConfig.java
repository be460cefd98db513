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
