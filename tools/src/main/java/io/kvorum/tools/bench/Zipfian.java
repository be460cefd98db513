package io.kvorum.tools.bench;

import java.util.random.RandomGenerator;

/**
 * Ranks from 0, where rank r comes with a probability in proportion to 1 / (r + 1)^theta: the distribution of YCSB,
 * drawn in constant time by the method of Gray et al., "Quickly Generating Billion-Record Synthetic Databases"
 * (SIGMOD 1994). Immutable.
 */
final class Zipfian {
    /** What YCSB uses. */
    static final double YCSB_THETA = 0.99;

    private final long count;
    private final double zeta;
    private final double alpha;
    private final double eta;
    private final double secondBelow;

    /** Takes time in proportion to {@code count}: a second for some ten millions. */
    Zipfian(long count, double theta) {
        if (count < 1 || theta <= 0 || theta >= 1) {
            throw new IllegalArgumentException("count " + count + ", theta " + theta);
        }
        double sum = 0;
        for (long rank = 1; rank <= count; rank++) {
            sum += Math.pow((double) rank, -theta);
        }
        this.count = count;
        zeta = sum;
        alpha = 1 / (1 - theta);
        secondBelow = 1 + Math.pow(0.5, theta);
        eta = (1 - Math.pow(2.0 / count, 1 - theta)) / (1 - secondBelow / zeta);
    }

    long next(RandomGenerator random) {
        double uniform = random.nextDouble();
        double scaled = uniform * zeta;
        if (scaled < 1) {
            return 0;
        }
        if (scaled < secondBelow) {
            return 1;
        }
        long rank = (long) (count * Math.pow(eta * uniform - eta + 1, alpha));
        return Math.min(rank, count - 1);
    }
}
