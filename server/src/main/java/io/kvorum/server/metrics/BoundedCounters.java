package io.kvorum.server.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters by a name that comes from outside: at most so many names, the rest together as "other", so that nobody fills
 * the memory of a node or of whoever scrapes it with names made up. Safe from every thread; not for hot paths.
 */
final class BoundedCounters {
    private static final String OTHER = "other";
    private static final int NAME_CHARS_MAX = 32;

    private final MetricRegistry registry;
    private final String family;
    private final String label;
    private final int namesMax;
    private final ConcurrentHashMap<String, Counter> counters = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();

    BoundedCounters(MetricRegistry registry, String family, String label, int namesMax) {
        this.registry = registry;
        this.family = family;
        this.label = label;
        this.namesMax = namesMax;
    }

    void increment(String name) {
        String shown = shown(name);
        Counter counter = counters.get(shown);
        if (counter == null) counter = create(shown);
        counter.inc();
    }

    /** All counts by name. */
    SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>();
        counters.forEach((name, counter) -> counts.put(name, counter.getCount()));
        return counts;
    }

    private Counter create(String name) {
        // Counted before it is known to be new: a race may cost a place, never exceed the bound. Once that is reached
        // nothing is
        // counted any more, or names made up for some hours would make the count negative, and the bound none.
        boolean full = !name.equals(OTHER) && (names.get() >= namesMax || names.incrementAndGet() > namesMax);
        return counters.computeIfAbsent(
                full ? OTHER : name, key -> registry.counter(MetricName.of(family, label, key)));
    }

    /** At most 32 characters, those that do not print replaced. */
    private static String shown(String name) {
        return isPlain(name) ? name : plain(name);
    }

    private static boolean isPlain(String name) {
        boolean plain = name.length() <= NAME_CHARS_MAX;
        for (int i = 0; plain && i < name.length(); i++) {
            plain = name.charAt(i) > ' ' && name.charAt(i) < 0x7f;
        }
        return plain;
    }

    private static String plain(String name) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), NAME_CHARS_MAX); i++) {
            char c = name.charAt(i);
            shown.append(c > ' ' && c < 0x7f ? c : '?');
        }
        return shown.toString();
    }
}
