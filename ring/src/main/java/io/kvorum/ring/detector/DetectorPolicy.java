package io.kvorum.ring.detector;

/**
 * The measures of failure detection. All durations in nanoseconds of the monotonic clock.
 *
 * @param tickNanos how often {@code tick} is called
 * @param missesMax requests missed in a row that make a peer suspect
 * @param probeFirstNanos from suspicion to the first probe after the immediate one
 * @param probeMaxNanos longest gap between probes; with the trial it bounds how late a recovery is noticed
 * @param trialGapNanos least gap between two answers that both count for a peer that has flapped
 * @param trialAnswersMax most answers in a row that a peer that has flapped must give before it is trusted
 * @param calmNanos time without suspicion after which one flap is forgotten
 * @param pauseMinNanos how late a tick must be to count as a pause of this node's own
 */
public record DetectorPolicy(
        long tickNanos,
        int missesMax,
        long probeFirstNanos,
        long probeMaxNanos,
        long trialGapNanos,
        int trialAnswersMax,
        long calmNanos,
        long pauseMinNanos) {
    private static final long MILLI = 1_000_000;

    /** Ticks of 100 ms; a recovered peer is trusted again within 2 s however often it flapped. */
    public static final DetectorPolicy DEFAULT =
            new DetectorPolicy(100 * MILLI, 2, 100 * MILLI, 800 * MILLI, 200 * MILLI, 3, 30_000 * MILLI, 100 * MILLI);
}
