package io.kvorum.server.coordinator;

import java.util.Arrays;

/**
 * How long each peer takes to answer reads, as this loop sees it: a running mean, by which the fastest owner is asked,
 * and a running 95th percentile, after which one more owner is asked (hedging). Both follow a change within some dozens
 * of answers; neither keeps samples. Owned by its loop.
 */
final class PeerLatency {
    private static final double INITIAL_MEAN_NANOS = 1_000_000;
    private static final double INITIAL_P95_NANOS = 20_000_000;
    private static final double MEAN_WEIGHT = 0.05;
    private static final double QUANTILE = 0.95;
    private static final double QUANTILE_STEP = 0.1;

    private double[] meanNanos = new double[0];
    private double[] p95Nanos = new double[0];

    /** Takes one answer's time. */
    void observe(int peer, long nanos) {
        grow(peer);
        meanNanos[peer] += MEAN_WEIGHT * (nanos - meanNanos[peer]);
        // Stochastic approximation of a quantile: 19 small steps down weigh as much as one step up.
        double step = QUANTILE_STEP * p95Nanos[peer];
        p95Nanos[peer] += nanos > p95Nanos[peer] ? step * QUANTILE : -step * (1 - QUANTILE);
    }

    double meanNanos(int peer) {
        return peer < meanNanos.length ? meanNanos[peer] : INITIAL_MEAN_NANOS;
    }

    long p95Nanos(int peer) {
        return (long) (peer < p95Nanos.length ? p95Nanos[peer] : INITIAL_P95_NANOS);
    }

    private void grow(int peer) {
        int known = meanNanos.length;
        if (peer < known) {
            return;
        }
        meanNanos = Arrays.copyOf(meanNanos, peer + 1);
        p95Nanos = Arrays.copyOf(p95Nanos, peer + 1);
        Arrays.fill(meanNanos, known, peer + 1, INITIAL_MEAN_NANOS);
        Arrays.fill(p95Nanos, known, peer + 1, INITIAL_P95_NANOS);
    }
}
