package io.kvorum.server.config;

import io.kvorum.server.runtime.TransportKind;

/**
 * Event loops, and what they have before all that goes on besides.
 *
 * @param ioThreads how many
 * @param transport how they drive sockets
 * @param latencyTargetNanos background work is slowed where clients wait longer, 99 of 100 of them
 * @param slowNanos what SLOWLOG notes takes as long
 * @param slowEntriesMax how many of these are kept
 */
public record RuntimeConfig(
        int ioThreads, TransportKind transport, long latencyTargetNanos, long slowNanos, int slowEntriesMax) {}
