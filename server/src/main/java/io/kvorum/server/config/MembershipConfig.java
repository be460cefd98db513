package io.kvorum.server.config;

import io.kvorum.ring.detector.DetectorPolicy;

/**
 * Gossip and failure detection.
 *
 * @param gossipIntervalNanos the pause between two exchanges
 * @param detector the measures of failure detection
 */
public record MembershipConfig(long gossipIntervalNanos, DetectorPolicy detector) {}
