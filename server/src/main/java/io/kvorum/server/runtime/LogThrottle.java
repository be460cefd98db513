package io.kvorum.server.runtime;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets a line of the log through once in a while, per subject, and no more than some in all: what strangers can cause,
 * they can cause a thousand times a second, and under a thousand names. Any thread; its monitor guards a small map and
 * nothing else, since every loop meets the same subjects.
 */
public final class LogThrottle {
    private static final long GAP_NANOS = 30_000_000_000L;
    private static final int LINES_MAX = 20;

    /** The subjects of the current gap, each with the time of its line; the first is the oldest. */
    private final Map<String, Long> lastNanos = new LinkedHashMap<>();

    /** Nothing was logged yet. */
    public LogThrottle() {}

    /** Whether a line about this subject may be logged now; {@code nowNanos} is the clock's nanoTime. */
    public synchronized boolean permits(String subject, long nowNanos) {
        Iterator<Long> oldest = lastNanos.values().iterator();
        while (oldest.hasNext() && nowNanos - oldest.next() >= GAP_NANOS) {
            oldest.remove();
        }
        return lastNanos.size() < LINES_MAX && lastNanos.putIfAbsent(subject, nowNanos) == null;
    }
}
