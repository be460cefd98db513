package io.kvorum.server.command.admin;

import java.util.Locale;

/** The text of INFO in the making: sections of lines {@code name:value}. Owned by the call that makes it. */
final class InfoText {
    private static final String[] UNITS = {"B", "K", "M", "G", "T"};
    private static final double STEP = 1024;

    private final StringBuilder text = new StringBuilder();

    InfoText section(String title) {
        text.append(text.isEmpty() ? "# " : "\r\n# ").append(title).append("\r\n");
        return this;
    }

    InfoText field(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    InfoText field(String name, long value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    InfoText field(String name, double value, int decimals) {
        return field(name, String.format(Locale.ROOT, "%." + decimals + "f", value));
    }

    /** A number of bytes, and the same for people. */
    InfoText bytes(String name, long bytes) {
        return field(name, bytes).field(name + "_human", human(bytes));
    }

    private static String human(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f%s" : "%.2f%s", value, UNITS[unit]);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
