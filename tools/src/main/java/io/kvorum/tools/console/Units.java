package io.kvorum.tools.console;

import java.util.Locale;

/** Numbers for the eye: rounded, with their unit, always with a decimal point whatever the locale. */
public final class Units {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Units() {}

    /** For example {@code 512 B}, {@code 1.5 MiB}. */
    public static String bytes(long count) {
        double value = count;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < BINARY.length - 1) {
            value /= 1024;
            unit++;
        }
        return (unit == 0 ? Long.toString(count) : decimal(value, 1)) + " " + BINARY[unit];
    }

    /** The two largest units of a duration: {@code 42 s}, {@code 3 min 5 s}, {@code 2 d 4 h}. */
    public static String seconds(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return pair(seconds, 60, "min", "s");
        }
        return seconds < 86_400 ? pair(seconds / 60, 60, "h", "min") : pair(seconds / 3600, 24, "d", "h");
    }

    /** Milliseconds with three decimals, without the unit. */
    public static String millisOfNanos(long nanos) {
        return decimal(nanos / 1e6, 3);
    }

    /** Digits in groups of three: {@code 12,345}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    public static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static String pair(long smaller, int perLarger, String large, String small) {
        long rest = smaller % perLarger;
        return smaller / perLarger + " " + large + (rest == 0 ? "" : " " + rest + " " + small);
    }
}
