package io.kvorum.server.background;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How long clients waited lately: looks at counts that only grow, one a second, of which it keeps those of the last minute.
 * A client waits for a loop to come to its request, and from then on for the answer; of the first samples are known, of the
 * second all. Owned by one thread.
 */
public final class Foreground {
    /** The longest time that it can look back. */
    public static final int SECONDS_MAX = 60;

    private static final long BOUND_FIRST_NANOS = 50_000;
    private static final double BOUND_STEP = 1.25;
    private static final int BOUNDS = 56;
    private static final double P99 = 0.99;
    private static final long[] UPPER = makeBounds();

    private final Looks answers = new Looks();
    private final Looks waits = new Looks();

    /**
     * Takes a look.
     *
     * @param answered tells how many requests since the start were answered within each bound of ascending ones, in
     *     nanoseconds from when a loop came to them, the last of which is without limit
     * @param waited tells the same of how long loops took to come to what was due
     */
    public void look(Function<long[], long[]> answered, Function<long[], long[]> waited) {
        answers.take(answered);
        waits.take(waited);
    }

    /** How many requests were answered in so many seconds before the last look. */
    public long requests(int seconds) {
        return answers.within(BOUNDS, seconds);
    }

    /**
     * What 99 of 100 clients waited at the most, in nanoseconds, to a quarter of its size; 0 if there were none. Of two waits
     * one after the other, each seldom long, the longer is taken for both.
     *
     * @param seconds before the last look, at most {@link #SECONDS_MAX}
     */
    public long p99Nanos(int seconds) {
        for (int bound = 0; bound <= BOUNDS && requests(seconds) > 0; bound++) {
            if (answers.part(bound, seconds) * waits.part(bound, seconds) >= P99) {
                return bound == BOUNDS ? UPPER[BOUNDS - 1] : UPPER[bound];
            }
        }
        return 0;
    }

    /** Within which times is counted: ascending, in nanoseconds, the last without limit. */
    static long[] bounds() {
        return UPPER.clone();
    }

    /** The looks of the last minute at one kind of counts. */
    private static final class Looks {
        private final long[] @Nullable [] looks = new long[SECONDS_MAX + 1][];
        private int taken;

        void take(Function<long[], long[]> counts) {
            looks[taken % looks.length] = counts.apply(bounds());
            taken++;
        }

        /** All of nothing is within every bound. */
        double part(int bound, int seconds) {
            long all = within(BOUNDS, seconds);
            return all == 0 ? 1 : within(bound, seconds) / (double) all;
        }

        long within(int bound, int seconds) {
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
    }

    private static long[] makeBounds() {
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
