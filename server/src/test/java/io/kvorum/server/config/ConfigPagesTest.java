package io.kvorum.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigPagesTest {
    private static final Machine MACHINE = new Machine(4, 8L << 30, Machine.UNLIMITED, "host");

    @Test
    void the_committed_file_is_what_the_catalog_makes() throws IOException {
        assertCommitted("conf/kvorum.yaml", ConfigPages.yaml());
    }

    @Test
    void the_committed_page_is_what_the_catalog_makes() throws IOException {
        assertCommitted("docs/configuration.md", ConfigPages.markdown());
    }

    @Test
    void the_file_as_it_stands_changes_nothing(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("kvorum.yaml"), ConfigPages.yaml());
        assertThat(ConfigLoader.load(file, Map.of(), List.of(), MACHINE))
                .isEqualTo(ConfigLoader.load(null, Map.of(), List.of(), MACHINE));
    }

    @Test
    void every_line_of_the_file_works_when_its_mark_is_taken_away(@TempDir Path directory) throws IOException {
        for (String line : ConfigPages.yaml().lines().toList()) {
            if (!line.matches("#[a-z].*")) continue;
            Path file = Files.writeString(directory.resolve("kvorum.yaml"), line.substring(1) + "\n");
            List<String> sets = line.startsWith("#cluster.secret") ? List.of() : List.of("cluster.secret=x");
            NodeConfig config = ConfigLoader.load(file, Map.of(), sets, MACHINE);
            assertThat(config.settings())
                    .as(line)
                    .anyMatch(setting -> setting.origin().equals(file + ":1"));
        }
    }

    private static void assertCommitted(String name, String expected) throws IOException {
        Path file = Path.of("..").resolve(name);
        if (Boolean.getBoolean("kvorum.regenerate")) Files.writeString(file, expected);
        assertThat(file)
                .as("differs from the catalog: run this test again with -Dkvorum.regenerate=true")
                .hasContent(expected);
    }
}
