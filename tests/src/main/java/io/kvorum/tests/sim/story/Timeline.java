package io.kvorum.tests.sim.story;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What happened to one key, line by line, for a person to read. Keeps nothing unless it was asked for a key. */
public final class Timeline {
    private static final int LINES_MAX = 2_000;
    private static final double NANOS_PER_MILLI = 1e6;

    private final @Nullable String keyName;
    private final Deque<String> lines = new ArrayDeque<>();

    private Timeline(@Nullable String keyName) {
        this.keyName = keyName;
    }

    /** Keeps nothing. */
    public static Timeline none() {
        return new Timeline(null);
    }

    /** Keeps what is about one key, and about all. */
    public static Timeline of(String keyName) {
        return new Timeline(keyName);
    }

    /** Whether anything is kept. */
    public boolean isOn() {
        return keyName != null;
    }

    /** Takes a line about a key; about all keys if that is null. */
    public void say(long nowNanos, @Nullable KeyStory key, Supplier<String> text) {
        if (keyName != null && (key == null || key.name().equals(keyName))) {
            lines.add(String.format(Locale.ROOT, "%12.3f ms  %s", nowNanos / NANOS_PER_MILLI, text.get()));
            if (lines.size() > LINES_MAX) {
                lines.poll();
            }
        }
    }

    void settled(long nowNanos, int node, int partition) {
        say(nowNanos, null, () -> "n" + node + " settled partition " + partition);
    }

    /** The lines, oldest first. */
    public List<String> lines() {
        return new ArrayList<>(lines);
    }
}
