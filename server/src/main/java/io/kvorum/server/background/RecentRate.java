package io.kvorum.server.background;

import java.util.Arrays;

/** How fast a counter that only grows has grown in the last seconds. Owned by the thread that looks at it. */
public final class RecentRate {
    private static final int SECONDS = 10;

    private final long[] counts = new long[SECONDS + 1];
    private int looks;

    /** From this count on. */
    public RecentRate(long count) {
        Arrays.fill(counts, count);
    }

    /** Takes the count a second later. */
    public void look(long count) {
        looks = (looks + 1) % counts.length;
        counts[looks] = count;
    }

    /** By how much it grew in a second. */
    public double perSecond() {
        // The cell after the newest is the oldest.
        return (double) (counts[looks] - counts[(looks + 1) % counts.length]) / SECONDS;
    }

    /** How long it takes until so many more are counted, if it goes on like this; -1 if nothing says so. */
    public static long secondsLeft(long left, double perSecond) {
        if (left == 0) {
            return 0;
        }
        return left < 0 || perSecond <= 0 ? -1 : (long) Math.ceil(left / perSecond);
    }
}
