package io.kvorum.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was set, and where: the ground on which a {@link NodeConfig} is built. Used by the thread that loads it. */
final class Settings {
    static final String DEFAULT_ORIGIN = "default";

    /** What a source says of a property: its text and its place, {@code file:line} for instance. */
    record Given(String text, String origin) {}

    private final Map<String, Given> given = new LinkedHashMap<>();
    private final Map<String, String> effective = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    /** Sets a property; what an earlier source said of it is forgotten. */
    void give(ConfigProperty<?> property, String text, String origin) {
        given.put(property.name(), new Given(text, origin));
    }

    @Nullable
    Given givenOf(ConfigProperty<?> property) {
        return given.get(property.name());
    }

    boolean isGiven(ConfigProperty<?> property) {
        return given.containsKey(property.name());
    }

    /** The value that was set, or else the default. A bad value is noted as a problem, and read as the default. */
    <T> T get(ConfigProperty<T> property) {
        return get(property, property.defaultValue().orElseThrow());
    }

    /** The value that was set, or else a default that follows from others. */
    <T> T get(ConfigProperty<T> property, T derived) {
        T value = find(property).orElse(derived);
        effective.put(property.name(), property.show(value));
        return value;
    }

    /** The value that was set, if one was, and it can be read. */
    <T> Optional<T> find(ConfigProperty<T> property) {
        Given is = given.get(property.name());
        if (is == null) return Optional.empty();
        try {
            T value = property.type().parse(is.text());
            effective.put(property.name(), property.show(value));
            return Optional.of(value);
        } catch (ConfigType.BadValueException refused) {
            given.remove(property.name());
            ConfigType<T> type = property.type();
            String found = type.isSecret() ? "a text of " + is.text().length() + " characters" : quoted(is.text());
            problems.add(is.origin() + ": " + property.name() + ": found " + found + " (" + refused.getMessage()
                    + "); allowed: " + type.allowed() + "; for example: " + property.example());
            return Optional.empty();
        }
    }

    /** Notes what makes the configuration unusable. */
    void problem(String problem) {
        problems.add(problem);
    }

    /** Notes that a property does not go with others. */
    void problem(ConfigProperty<?> property, String why) {
        problems.add(origin(property) + ": " + property.name() + ": " + why);
    }

    String origin(ConfigProperty<?> property) {
        Given is = given.get(property.name());
        return is == null ? DEFAULT_ORIGIN : is.origin();
    }

    void throwIfAnyProblem() {
        if (!problems.isEmpty()) throw new ConfigException(problems);
    }

    /** Every property as it is in effect, once each has been asked for. */
    List<NodeConfig.Setting> effective() {
        return ConfigCatalog.properties()
                .map(property -> new NodeConfig.Setting(
                        property.name(), effective.getOrDefault(property.name(), ""), origin(property)))
                .toList();
    }

    private static String quoted(String text) {
        int shown = 100;
        return '"' + (text.length() <= shown ? text : text.substring(0, shown) + "…") + '"';
    }
}
