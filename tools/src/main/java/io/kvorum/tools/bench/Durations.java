package io.kvorum.tools.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are typed: {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h}, or seconds without a unit. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|)");

    private Durations() {}

    /**
     * The duration in nanoseconds.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static long parseNanos(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration; say 500ms, 30s, 2m or 1h");
        }
        long unit = switch (matcher.group(2)) {
            case "ms" -> 1_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1_000_000_000L;
        };
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    }
}
