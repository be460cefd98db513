package io.kvorum.server.config;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One property: its name, how its values are written, which are allowed, what it is if nobody sets it, and why one would.
 * Immutable. The catalog holds all of them; file, documentation and validation follow from it.
 *
 * @param <T> what its value is in the program
 */
final class ConfigProperty<T> {
    private final String name;
    private final ConfigType<T> type;
    private final @Nullable T defaultValue;
    private final String defaultText;
    private final String example;
    private final String reason;

    private ConfigProperty(
            String name,
            ConfigType<T> type,
            @Nullable T defaultValue,
            String defaultText,
            String example,
            String reason) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.defaultText = defaultText;
        this.example = example;
        this.reason = reason;
    }

    /** A property whose default is a value. */
    static <T> ConfigProperty<T> property(String name, ConfigType<T> type, T defaultValue, String reason) {
        String defaultText = type.format(defaultValue);
        String example = defaultText.isEmpty() ? type.example() : defaultText;
        return new ConfigProperty<>(name, type, defaultValue, defaultText, example, reason);
    }

    /** A property whose default depends on others or on the machine; the default text says how. */
    static <T> ConfigProperty<T> derived(
            String name, ConfigType<T> type, String example, String defaultText, String reason) {
        return new ConfigProperty<>(name, type, null, defaultText, example, reason);
    }

    String name() {
        return name;
    }

    ConfigType<T> type() {
        return type;
    }

    /** The value if nobody sets it; empty if it depends on others. */
    Optional<T> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** The value if nobody sets it, as one would write it, or how it follows from others. */
    String defaultText() {
        return defaultText;
    }

    /** A value as it may be written. */
    String example() {
        return example;
    }

    /** What it does, and what more or less of it would do. */
    String reason() {
        return reason;
    }

    /** The environment variable that sets it. */
    String environmentName() {
        return "KVORUM_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** A value as it may be shown. */
    String show(T value) {
        return Objects.requireNonNull(type.format(value));
    }

    @Override
    public String toString() {
        return name;
    }
}
