package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kvorum.server.config.ConfigException;
import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.Machine;
import io.kvorum.server.config.NodeConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a node is told: whatever the file and the command line say, it is a configuration, or it is refused and what is
 * wrong is named.
 *
 * <pre>
 *   YAML file [NUL name=value of the command line]...
 * </pre>
 */
final class ConfigurationTarget implements FuzzTarget {
    private final Machine machine = Machine.local();
    private @Nullable Path file;

    @Override
    public String name() {
        return "configuration";
    }

    @Override
    public int runs() {
        return 150;
    }

    @Override
    public void run(byte[] input) throws IOException {
        int end = 0;
        while (end < input.length && input[end] != 0) {
            end++;
        }
        if (file == null) {
            file = Files.createTempFile("kvorum-fuzz-", ".yaml");
        }
        Files.write(file, Arrays.copyOf(input, end));
        String sets = new String(input, end, input.length - end, UTF_8);
        List<String> words =
                sets.isEmpty() ? List.of() : List.of(sets.substring(1).split("\0", -1));
        try {
            NodeConfig config = ConfigLoader.load(file, Map.of(), words, machine);
            Claims.holds(!config.name().isEmpty(), "a node without a name");
        } catch (ConfigException refused) {
            Claims.holds(!String.valueOf(refused.getMessage()).isBlank(), "a refusal without a reason");
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<String> properties = List.of(
                "port: 6379",
                "node.name: n1",
                "node:\n  name: n1\n  zone: a",
                "cluster.initial-members: [n1@127.0.0.1:1, 'n2@[::1]:2:3?zone=b&weight=5']",
                "cluster:\n  name: c\n  partitions: 8\n  partitioner: md5",
                "replication:\n  n: 3\n  r: 2\n  w: 2\n  read-timeout: 500ms",
                "max-memory: 16mb",
                "client.bulk-max: 1kb",
                "bind: localhost",
                "a: &x [*x]",
                "requirepass: \"p\"",
                "log.level: debug # comment");
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(4); j >= 0; j--) {
                text.append(properties.get(random.nextInt(properties.size()))).append('\n');
            }
            for (int j = random.nextInt(3); j > 0; j--) {
                text.append('\0')
                        .append(properties
                                .get(random.nextInt(properties.size()))
                                .replaceFirst(": *", "="));
            }
            seeds.add(text.toString().getBytes(UTF_8));
        }
        return seeds;
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
