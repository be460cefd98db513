package io.kvorum.server.command.memcached;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What memcached's clients did, counted as memcached counts it. Each loop writes a part of its own; every thread may read.
 */
public final class McCounters {
    private final List<Part> parts = new CopyOnWriteArrayList<>();

    /** What is taken off since {@code stats reset}. Volatile: any loop may reset. */
    private volatile long[] base = new long[Counter.values().length];

    /** All zero. */
    public McCounters() {}

    /** The names are those of {@code stats}, in lower case. */
    enum Counter {
        CMD_GET,
        CMD_SET,
        CMD_FLUSH,
        CMD_TOUCH,
        CMD_META,
        GET_HITS,
        GET_MISSES,
        DELETE_MISSES,
        DELETE_HITS,
        INCR_MISSES,
        INCR_HITS,
        DECR_MISSES,
        DECR_HITS,
        CAS_MISSES,
        CAS_HITS,
        CAS_BADVAL,
        TOUCH_HITS,
        TOUCH_MISSES,
        STORE_TOO_LARGE,
        AUTH_CMDS,
        AUTH_ERRORS
    }

    /** Adds a loop. */
    Part join() {
        Part part = new Part();
        parts.add(part);
        return part;
    }

    /** The sum of all loops since the last reset. */
    long sum(Counter counter) {
        return total(placeOf(counter)) - base[placeOf(counter)];
    }

    void reset() {
        long[] now = new long[base.length];
        Arrays.setAll(now, this::total);
        base = now;
    }

    @SuppressWarnings("EnumOrdinal") // a place in arrays of this process alone
    private static int placeOf(Counter counter) {
        return counter.ordinal();
    }

    private long total(int index) {
        long total = 0;
        for (Part part : parts) {
            total += part.counts.get(index);
        }
        return total;
    }

    /** One loop's, written by it alone. */
    static final class Part {
        private final AtomicLongArray counts = new AtomicLongArray(Counter.values().length);

        void add(Counter counter) {
            add(counter, 1);
        }

        void add(Counter counter, long count) {
            int place = placeOf(counter);
            counts.lazySet(place, counts.getPlain(place) + count);
        }
    }
}
