package io.kvorum.storage.version;

/** Readings of the hybrid logical clock: 48 bits of milliseconds, then 16 of logic, compared as positive longs. */
public final class Stamp {
    static final int LOGIC_BITS = 16;

    private Stamp() {}

    /** The first stamp of a millisecond since 1970. */
    public static long ofMillis(long millis) {
        return millis << LOGIC_BITS;
    }

    /** The last stamp of a millisecond since 1970. */
    public static long endOfMillis(long millis) {
        return (millis << LOGIC_BITS) | 0xffff;
    }

    /** Milliseconds since 1970. */
    public static long millis(long stamp) {
        return stamp >>> LOGIC_BITS;
    }
}
