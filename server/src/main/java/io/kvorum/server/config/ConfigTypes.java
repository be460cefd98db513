package io.kvorum.server.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of value that are not whole numbers. */
final class ConfigTypes {
    private ConfigTypes() {}

    /** A word out of a few: the names of an enum in lower case. */
    static final class Choice<E extends Enum<E>> extends ConfigType<E> {
        private final List<E> values;

        Choice(Class<E> type) {
            this.values = List.of(type.getEnumConstants());
        }

        @Override
        E parse(String text) {
            for (E value : values) {
                if (format(value).equalsIgnoreCase(text.strip())) return value;
            }
            throw new BadValueException("not one of them");
        }

        @Override
        String format(E value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @Override
        String allowed() {
            return values.stream().map(this::format).collect(Collectors.joining(", "));
        }

        @Override
        String example() {
            return format(values.get(0));
        }

        @Override
        List<String> samples() {
            return values.stream().map(this::format).toList();
        }

        @Override
        List<String> nonsense() {
            return List.of("", "perhaps", "0");
        }
    }

    /** Yes or no, in the words that YAML and Redis know. */
    static final class Flag extends ConfigType<Boolean> {
        private static final List<String> YES = List.of("yes", "true", "on");
        private static final List<String> NO = List.of("no", "false", "off");

        @Override
        Boolean parse(String text) {
            String word = text.strip().toLowerCase(Locale.ROOT);
            if (YES.contains(word)) return true;
            if (NO.contains(word)) return false;
            throw new BadValueException("neither yes nor no");
        }

        @Override
        String format(Boolean value) {
            return value ? "yes" : "no";
        }

        @Override
        String allowed() {
            return "yes, no";
        }

        @Override
        String example() {
            return "yes";
        }

        @Override
        List<String> samples() {
            return List.of("yes", "no", "true", "false", "on", "off");
        }

        @Override
        List<String> nonsense() {
            return List.of("", "1", "maybe", "yes no");
        }
    }

    /** A share between 0 and 1. */
    static final class Ratio extends ConfigType<Double> {
        @Override
        Double parse(String text) {
            double ratio;
            try {
                ratio = Double.parseDouble(text);
            } catch (NumberFormatException none) {
                throw new BadValueException("not a number");
            }
            if (!(ratio >= 0 && ratio <= 1)) throw new BadValueException("out of range");
            return ratio;
        }

        @Override
        String format(Double value) {
            return value == Math.rint(value) ? Long.toString(Math.round(value)) : Double.toString(value);
        }

        @Override
        String allowed() {
            return "0 to 1";
        }

        @Override
        String example() {
            return "0.1";
        }

        @Override
        List<String> samples() {
            return List.of("0", "1", "0.1", "0.005");
        }

        @Override
        List<String> nonsense() {
            return List.of("", "-0.1", "1.01", "10%", "NaN", "Infinity", "half");
        }
    }

    /**
     * Text that a function reads, and says of what it does not like why.
     *
     * @param <T> what a value is in the program
     */
    static final class Parsed<T> extends ConfigType<T> {
        private final Function<String, T> parser;
        private final Function<T, String> formatter;
        private final String allowed;
        private final List<String> samples;
        private final List<String> nonsense;

        /** The parser throws an {@link IllegalArgumentException} or {@link BadValueException} that says what is wrong. */
        Parsed(
                Function<String, T> parser,
                Function<T, String> formatter,
                String allowed,
                List<String> samples,
                List<String> nonsense) {
            this.parser = parser;
            this.formatter = formatter;
            this.allowed = allowed;
            this.samples = List.copyOf(samples);
            this.nonsense = List.copyOf(nonsense);
        }

        @Override
        T parse(String text) {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException refused) {
                throw new BadValueException(String.valueOf(refused.getMessage()));
            }
        }

        @Override
        String format(T value) {
            return formatter.apply(value);
        }

        @Override
        String allowed() {
            return allowed;
        }

        @Override
        String example() {
            return samples.get(0);
        }

        @Override
        List<String> samples() {
            return samples;
        }

        @Override
        List<String> nonsense() {
            return nonsense;
        }
    }

    /** A password or key. */
    static final class SecretText extends ConfigType<Secret> {
        private static final int CHARS_MAX = 512;

        @Override
        Secret parse(String text) {
            if (text.length() > CHARS_MAX) throw new BadValueException("too long");
            return Secret.of(text);
        }

        @Override
        String format(Secret value) {
            return value.toString();
        }

        @Override
        String allowed() {
            return "up to " + CHARS_MAX + " characters";
        }

        @Override
        String example() {
            return "a long random text";
        }

        @Override
        List<String> samples() {
            return List.of("", "x", " spaces count ", "x".repeat(CHARS_MAX));
        }

        @Override
        List<String> nonsense() {
            return List.of("x".repeat(CHARS_MAX + 1));
        }

        @Override
        boolean isSecret() {
            return true;
        }
    }

    /**
     * Several values.
     *
     * @param <T> what one of them is in the program
     */
    static final class Listing<T> extends ConfigType<List<T>> {
        private final ConfigType<T> element;

        Listing(ConfigType<T> element) {
            this.element = element;
        }

        @Override
        List<T> parse(String text) {
            List<T> values = new ArrayList<>();
            if (text.isBlank()) return values;
            for (String part : Arrays.asList(text.split(",", -1))) values.add(element.parse(part.strip()));
            return List.copyOf(values);
        }

        @Override
        String format(List<T> values) {
            return values.stream().map(element::format).collect(Collectors.joining(", "));
        }

        @Override
        String allowed() {
            return "a list of " + element.allowed();
        }

        @Override
        String example() {
            return element.example();
        }

        @Override
        List<String> samples() {
            List<String> samples = new ArrayList<>(element.samples());
            samples.add("");
            samples.add(String.join(",", element.samples()));
            return samples;
        }

        @Override
        List<String> nonsense() {
            List<String> nonsense = new ArrayList<>();
            for (String bad : element.nonsense()) {
                if (!bad.isBlank()) nonsense.add(bad);
                nonsense.add(element.example() + "," + bad);
            }
            return nonsense;
        }

        @Override
        boolean isList() {
            return true;
        }
    }
}
