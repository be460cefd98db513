package io.kvorum.tools.runtime;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random generators, each from a seed that can be printed and given again. */
public final class Seeds {
    private Seeds() {}

    /** A seed that nobody has seen before, non-negative so that it reads well. */
    public static long fresh() {
        return new SecureRandom().nextLong() >>> 1;
    }

    /** The generator of one component: other components of the same run have other streams from the same seed. */
    public static RandomGenerator generator(long seed, int component) {
        SplittableRandom root = new SplittableRandom(seed);
        for (int i = 0; i < component; i++) {
            root.split();
        }
        return root.split();
    }
}
