package io.kvorum.tests.fuzz;

import java.util.SplittableRandom;

/**
 * The door for Jazzer, which calls these methods by their names and follows where each input leads: the target is named
 * by the system property {@code kvorum.fuzz.target}.
 */
public final class GuidedFuzzing {
    private static final LeakWatch LEAKS = LeakWatch.install();
    private static final FuzzTarget TARGET =
            FuzzTargets.named(System.getProperty("kvorum.fuzz.target", "resp-requests"));

    private GuidedFuzzing() {}

    /** Before the clock runs: classes are loaded and instrumented, and a node is started where there is one. */
    public static void fuzzerInitialize() throws Exception {
        TARGET.run(new byte[0]);
        for (byte[] input : TARGET.seeds(new SplittableRandom(1))) {
            TARGET.run(input);
        }
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        TARGET.run(input);
        LEAKS.check();
    }

    /** The end. */
    public static void fuzzerTearDown() {
        TARGET.close();
        LEAKS.checkAll();
    }
}
