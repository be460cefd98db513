package io.kvorum.server.config;

import io.kvorum.ring.detector.DetectorPolicy;

/**
 * Gossip and failure detection.
 *
 * @param gossipIntervalNanos the pause between two exchanges
 * @param historyEvents how many of the newest events of the history are kept one by one when it is compacted
 * @param detector the measures of failure detection
 */
public record MembershipConfig(long gossipIntervalNanos, int historyEvents, DetectorPolicy detector) {}
