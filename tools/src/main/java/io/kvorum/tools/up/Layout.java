package io.kvorum.tools.up;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a data directory was first used with. Identities and addresses in it hold for this number of nodes at these
 * ports, so that the next start takes the same without being told, and another wish is an error that says so.
 */
record Layout(int nodes, int port, String engine) {
    static final String FILE = "up.conf";

    /** What the user asked for; null where nothing was said. */
    record Wish(
            @Nullable Integer nodes,
            @Nullable Integer port,
            @Nullable String engine) {}

    /**
     * The layout of the directory, which the wish must not contradict, or the wish with defaults if there is none.
     *
     * @throws IllegalArgumentException if wish and directory contradict each other
     * @throws IOException if the file is there and cannot be read, or is damaged
     */
    static Layout resolve(Path data, Wish wish) throws IOException {
        Path file = data.resolve(FILE);
        if (!Files.exists(file)) {
            return new Layout(
                    wish.nodes() == null ? 3 : wish.nodes(),
                    wish.port() == null ? NodeSpec.DEFAULT_PORT : wish.port(),
                    wish.engine() == null ? "xodus" : wish.engine());
        }
        Layout found = read(file);
        refuse(data, "--nodes", wish.nodes(), found.nodes());
        refuse(data, "--port", wish.port(), found.port());
        refuse(data, "--engine", wish.engine(), found.engine());
        return found;
    }

    void write(Path data) throws IOException {
        String text = "nodes=" + nodes + "\nport=" + port + "\nengine=" + engine + "\n";
        Path fresh = data.resolve(FILE + ".new");
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        Files.move(fresh, data.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Layout read(Path file) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        try {
            return new Layout(
                    Integer.parseInt(values.getOrDefault("nodes", "")),
                    Integer.parseInt(values.getOrDefault("port", "")),
                    values.getOrDefault("engine", "memory"));
        } catch (NumberFormatException damaged) {
            throw new IOException(file + " is damaged: it should have lines nodes=… and port=…", damaged);
        }
    }

    private static <T> void refuse(Path data, String option, @Nullable T wished, T found) {
        if (wished != null && !wished.equals(found)) {
            throw new IllegalArgumentException(data + " holds a cluster made with " + option + " " + found + ", not "
                    + wished + ". Leave out " + option + ", choose another --data, or delete " + data
                    + " if it is not needed any more.");
        }
    }
}
