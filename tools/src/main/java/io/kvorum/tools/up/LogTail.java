package io.kvorum.tools.up;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The log of a node, seen from outside. */
final class LogTail {
    private static final int TAIL_BYTES_MAX = 8_192;
    private static final int TAIL_LINES_MAX = 15;
    private static final long KEEP_BYTES_MAX = 16L << 20;

    private LogTail() {}

    /** The last lines, or one that says why there are none. */
    static List<String> of(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long skipped = Math.max(0, file.length() - TAIL_BYTES_MAX);
            file.seek(skipped);
            byte[] bytes = new byte[(int) (file.length() - skipped)];
            file.readFully(bytes);
            List<String> lines =
                    new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return lines.isEmpty()
                    ? List.of("(empty)")
                    : lines.subList(Math.max(0, lines.size() - TAIL_LINES_MAX), lines.size());
        } catch (IOException unreadable) {
            return List.of("(" + unreadable.getMessage() + ")");
        }
    }

    /** Puts a log that has grown large aside, so that a directory used for months does not fill the disk. */
    static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > KEEP_BYTES_MAX) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
