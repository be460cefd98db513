package io.kvorum.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.kvorum.server.config.ConfigType.BadValueException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class ConfigCatalogTest {
    private static final Machine MACHINE = new Machine(4, 1L << 30, Machine.UNLIMITED, "host");

    @TestFactory
    Stream<DynamicTest> every_property_reads_what_is_allowed_and_refuses_the_rest() {
        return ConfigCatalog.properties().map(property -> dynamicTest(property.name(), () -> check(property)));
    }

    private static <T> void check(ConfigProperty<T> property) {
        ConfigType<T> type = property.type();
        property.defaultValue().ifPresent(value -> {
            if (!type.isSecret()) assertThat(type.parse(property.defaultText())).isEqualTo(value);
        });
        for (String sample : type.samples()) {
            T value = type.parse(sample);
            if (!type.isSecret())
                assertThat(type.parse(type.format(value))).as(sample).isEqualTo(value);
        }
        type.parse(type.example());
        type.parse(property.example());
        for (String bad : type.nonsense()) {
            assertThatExceptionOfType(BadValueException.class)
                    .as("%s: \"%s\"", property.name(), bad)
                    .isThrownBy(() -> type.parse(bad));
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(
                            () -> ConfigLoader.load(null, Map.of(property.environmentName(), bad), List.of(), MACHINE))
                    .withMessageStartingWith(
                            "environment variable " + property.environmentName() + ": " + property.name() + ": found ")
                    .withMessageContaining("; allowed: " + type.allowed() + "; for example: ");
        }
    }

    @Test
    void every_property_says_what_it_is_for() {
        ConfigCatalog.properties().forEach(property -> {
            assertThat(property.reason())
                    .as(property.name())
                    .hasSizeGreaterThan(20)
                    .endsWith(".");
            assertThat(property.type().allowed()).as(property.name()).isNotBlank();
            assertThat(property.defaultText()).as(property.name()).isNotNull();
        });
    }

    @Test
    void names_and_environment_variables_are_unique_and_no_name_is_a_part_of_another() {
        List<String> names =
                ConfigCatalog.properties().map(ConfigProperty::name).toList();
        Set<String> variables = new HashSet<>();
        ConfigCatalog.properties().forEach(property -> {
            assertThat(variables.add(property.environmentName()))
                    .as(property.name())
                    .isTrue();
            assertThat(names).noneMatch(name -> name.startsWith(property.name() + "."));
        });
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void every_property_is_asked_for_when_a_node_is_configured() {
        NodeConfig config = ConfigLoader.load(null, Map.of(), List.of(), MACHINE);
        assertThat(config.settings())
                .filteredOn(setting -> setting.value().isEmpty())
                .extracting(NodeConfig.Setting::name)
                .containsExactlyInAnyOrder(
                        "node.zone",
                        "memcached.port",
                        "requirepass",
                        "cluster.initial-members",
                        "cluster.seeds",
                        "cluster.secret",
                        "log.file");
        assertThat(config.settings()).hasSameSizeAs(ConfigCatalog.properties().toList());
    }
}
