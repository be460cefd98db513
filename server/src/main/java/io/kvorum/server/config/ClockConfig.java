package io.kvorum.server.config;

/**
 * The hybrid clock.
 *
 * @param driftMaxMillis how far a peer's clock may be ahead and still be followed
 */
public record ClockConfig(long driftMaxMillis) {}
