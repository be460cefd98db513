package io.kvorum.server.runtime;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Where all of a node's randomness comes from: one seed, split into named streams. The same name under the same seed
 * gives the same stream, whatever else was asked for and in whatever order, so that a new draw here shifts nothing
 * there. Immutable; safe from every thread. The generators it makes are not, but for shared ones:
 * each belongs to one owner.
 */
public final class RandomSource {
    /** Odd, so that all numbers come before one comes again. */
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    private final long seed;

    /** A source whose streams repeat with the seed. */
    public RandomSource(long seed) {
        this.seed = seed;
    }

    /** A source that nobody can foresee. */
    public static RandomSource system() {
        return new RandomSource(new SecureRandom().nextLong());
    }

    /** The stream of one component, from its start. */
    public RandomGenerator generator(String name) {
        return new SplittableRandom(seedOf(name));
    }

    /** As {@link #generator}, but for every thread: what one draws, another does not. */
    public RandomGenerator shared(String name) {
        AtomicLong drawn = new AtomicLong(seedOf(name));
        return () -> mix(drawn.getAndAdd(STEP));
    }

    /** A source of its own for a part that names streams itself, such as one node of a simulated cluster. */
    public RandomSource split(String name) {
        return new RandomSource(mix(seedOf(name) ^ 0x5851_f42d_4c95_7f2dL));
    }

    private long seedOf(String name) {
        long hash = mix(seed);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) hash = mix(hash ^ (b & 0xff));
        return mix(hash ^ name.length());
    }

    /** The finalizer of SplitMix64: every bit of the input reaches every bit of the result. */
    private static long mix(long z) {
        long x = z + STEP;
        x = (x ^ x >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        x = (x ^ x >>> 27) * 0x94d0_49bb_1331_11ebL;
        return x ^ x >>> 31;
    }

    @Override
    public String toString() {
        return "RandomSource"; // not the seed: actors and challenges follow from it
    }
}
