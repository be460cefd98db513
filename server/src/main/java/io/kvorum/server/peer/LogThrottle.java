package io.kvorum.server.peer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets a line of the log through once in a while, per subject: refused peers come back every second or two. Any thread;
 * its monitor guards a small map and nothing else, since every loop meets the same subjects.
 */
final class LogThrottle {
    private static final long GAP_NANOS = 30_000_000_000L;
    private static final int SUBJECTS_MAX = 256;

    private final Map<String, Long> lastNanos = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > SUBJECTS_MAX;
        }
    };

    synchronized boolean permits(String subject, long nowNanos) {
        Long last = lastNanos.get(subject);
        if (last != null && nowNanos - last < GAP_NANOS) {
            return false;
        }
        lastNanos.put(subject, nowNanos);
        return true;
    }
}
