package io.kvorum.server.config;

/**
 * Health and metrics.
 *
 * @param bind the address to listen on
 * @param port the port to listen on; 0 for any free one
 */
public record HttpConfig(String bind, int port) {}
