package io.kvorum.tests.fuzz;

/**
 * The door for Jazzer, which calls these methods by their names and follows where each input leads: the target is named
 * by the system property {@code kvorum.fuzz.target}.
 */
public final class GuidedFuzzing {
    private static final LeakWatch LEAKS = LeakWatch.install();
    private static final FuzzTarget TARGET =
            FuzzTargets.named(System.getProperty("kvorum.fuzz.target", "resp-requests"));

    private GuidedFuzzing() {}

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
