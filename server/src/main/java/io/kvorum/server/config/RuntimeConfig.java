package io.kvorum.server.config;

import io.kvorum.server.runtime.TransportKind;

/**
 * Event loops.
 *
 * @param ioThreads how many
 * @param transport how they drive sockets
 */
public record RuntimeConfig(int ioThreads, TransportKind transport) {}
