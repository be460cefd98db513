package io.kvorum.tools.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NodeCommandTest {
    private static List<String> with(String... flags) {
        return new NodeCommand(Path.of("java"), "x.jar", "Main", List.of(flags), "1g").of(List.of("node"));
    }

    @Test
    void one_collector_is_chosen_the_users_if_he_names_one() {
        assertThat(with("-Dfile.encoding=UTF-8")).contains("-XX:+UseSerialGC");
        assertThat(with("-XX:+UseParallelGC"))
                .doesNotContain("-XX:+UseSerialGC")
                .contains("-XX:+UseParallelGC");
    }
}
