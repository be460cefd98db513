package io.kvorum.server.runtime;

/**
 * The two clocks of a node: what the calendar says, and a clock that only goes forward. Safe from every thread.
 *
 * <p>Durations and deadlines come from {@link #nanoTime} alone, since the calendar may jump; stamps and expiry times
 * come from {@link #wallMillis}.
 */
public interface Clock {
    /** Milliseconds since the epoch. May jump either way. */
    long wallMillis();

    /** Nanoseconds since an arbitrary moment. Never goes back; compare by difference, since it may overflow. */
    long nanoTime();

    /** The clocks of this machine. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /** The machine's own clocks. */
    enum SystemClock implements Clock {
        /** The only one. */
        INSTANCE;

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }
}
