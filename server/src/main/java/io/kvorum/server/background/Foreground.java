package io.kvorum.server.background;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How long clients waited lately: looks at counts that only grow, one a second, of which it keeps those of the last minute.
 * Owned by one thread.
 */
public final class Foreground {
    /** The longest time that it can look back. */
    public static final int SECONDS_MAX = 60;

    private static final long BOUND_FIRST_NANOS = 50_000;
    private static final double BOUND_STEP = 1.25;
    private static final int BOUNDS = 56;
    private static final long[] UPPER = bounds();

    private final long[] @Nullable [] looks = new long[SECONDS_MAX + 1][];
    private int taken;

    /**
     * Takes a look.
     *
     * @param counts tells how many requests since the start were answered within each bound of ascending ones, in
     *     nanoseconds, the last of which is without limit
     */
    public void look(Function<long[], long[]> counts) {
        looks[taken % looks.length] = counts.apply(UPPER.clone());
        taken++;
    }

    /** How many requests were answered in so many seconds before the last look. */
    public long requests(int seconds) {
        return within(BOUNDS, seconds);
    }

    /**
     * The 99th percentile of these, in nanoseconds, to a quarter of its size; 0 if there were none.
     *
     * @param seconds before the last look, at most {@link #SECONDS_MAX}
     */
    public long p99Nanos(int seconds) {
        long all = requests(seconds);
        for (int bound = 0; bound <= BOUNDS; bound++) {
            if (all > 0 && within(bound, seconds) * 100 >= all * 99) {
                return bound == BOUNDS ? UPPER[BOUNDS - 1] : UPPER[bound];
            }
        }
        return 0;
    }

    private long within(int bound, int seconds) {
        if (taken == 0) {
            return 0;
        }
        int back = Math.min(seconds, taken - 1);
        return look(taken - 1)[bound] - look(taken - 1 - back)[bound];
    }

    private long[] look(int number) {
        long[] look = looks[number % looks.length];
        if (look == null) {
            throw new IllegalStateException("look " + number + " was not taken");
        }
        return look;
    }

    private static long[] bounds() {
        long[] bounds = new long[BOUNDS + 1];
        double bound = BOUND_FIRST_NANOS;
        for (int i = 0; i < BOUNDS; i++) {
            bounds[i] = (long) bound;
            bound *= BOUND_STEP;
        }
        bounds[BOUNDS] = Long.MAX_VALUE;
        return bounds;
    }
}
