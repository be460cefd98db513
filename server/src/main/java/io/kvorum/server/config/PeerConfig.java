package io.kvorum.server.config;

/**
 * The connections between nodes.
 *
 * @param bind the address to listen on
 * @param port the port to listen on; 0 for any free one
 * @param frameBytesMax the longest frame
 * @param inflightBytesMax how many bytes may wait to be sent on one connection before its peer counts as slow
 * @param connectTimeoutNanos how long connecting may take, and then the handshake
 */
public record PeerConfig(String bind, int port, int frameBytesMax, long inflightBytesMax, long connectTimeoutNanos) {}
