package io.kvorum.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.status.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogConfigTest {
    private final Properties before = new Properties();

    @TempDir
    Path directory;

    @BeforeEach
    void remember() {
        before.putAll(System.getProperties());
    }

    @AfterEach
    void restore() {
        System.setProperties(before);
    }

    @Test
    void the_log_goes_to_the_file_named_one_readable_line_an_event() throws Exception {
        Path file = directory.resolve("n1.log");
        new LogConfig(LogConfig.Level.DEBUG, file).publish();
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Path.of("../conf/logback.xml").toFile());
        context.getLogger("io.kvorum.server.Node").debug("ready on port {}", 6379);
        context.getLogger("io.kvorum.server.Node").trace("not this");
        context.getLogger("io.netty.channel").info("nor this");
        context.stop();
        List<Status> problems = context.getStatusManager().getCopyOfStatusList().stream()
                .filter(status -> status.getLevel() > Status.INFO)
                .filter(status -> !status.getMessage().contains("[CONSOLE] not referenced"))
                .toList();
        assertThat(problems).isEmpty();
        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z DEBUG \\[main] Node: ready on port 6379");
    }

    @Test
    void a_file_that_cannot_be_written_to_ends_the_start_instead_of_the_log() throws Exception {
        Path taken = Files.writeString(directory.resolve("taken"), "");
        for (Path file : List.of(directory, taken.resolve("n1.log"))) {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> new LogConfig(LogConfig.Level.INFO, file).publish())
                    .withMessageStartingWith("log.file: " + file + " cannot be written to: ");
        }
        assertThat(System.getProperty("kvorum.log.file")).isNull();
        new LogConfig(LogConfig.Level.INFO, directory.resolve("new/n1.log")).publish();
        assertThat(directory.resolve("new/n1.log")).exists();
    }

    @Test
    void what_the_operator_said_on_the_command_line_of_the_process_stays() {
        System.setProperty("kvorum.log.level", "WARN");
        new LogConfig(LogConfig.Level.DEBUG, null).publish();
        assertThat(System.getProperty("kvorum.log.level")).isEqualTo("WARN");
        assertThat(System.getProperty("kvorum.log.appender")).isNull();
    }

    @Test
    void the_same_file_is_built_into_the_node() throws Exception {
        try (var built = LogConfig.class.getClassLoader().getResourceAsStream("logback.xml")) {
            assertThat(built).isNotNull().hasBinaryContent(Files.readAllBytes(Path.of("../conf/logback.xml")));
        }
    }
}
