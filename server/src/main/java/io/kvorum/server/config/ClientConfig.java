package io.kvorum.server.config;

import io.kvorum.codec.resp.RespLimits;
import org.jspecify.annotations.Nullable;

/**
 * The doors of clients: Redis's, and memcached's.
 *
 * @param bind the address to listen on
 * @param port the port to listen on; 0 for any free one
 * @param password what AUTH must give, if it is set
 * @param protectedMode whether, without a password, clients of other machines are refused
 * @param connectionsMax how many clients may be connected
 * @param tcpKeepaliveSeconds silence after which the system probes a client; 0 for never
 * @param drainNanos how long requests under way are waited for when clients are let go
 * @param limits of one request
 * @param keyBytesMax the longest key
 * @param pipelineMax how many replies one client may be owed before no more of its requests are read
 * @param outputBufferBytesMax how many bytes of replies may wait for one client before it is disconnected
 * @param memoryBytesMax how many bytes all clients may hold together before who holds the most is disconnected
 * @param session whether clients have a session without asking for one
 * @param sessionKeysMax of how many keys a session remembers what it has seen
 * @param sessionBytesMax how many bytes it takes for that
 * @param memcachedPort the port to listen on for memcached clients, at the same address; 0 for any free one, null if they are
 *     not served
 */
public record ClientConfig(
        String bind,
        int port,
        Secret password,
        boolean protectedMode,
        int connectionsMax,
        int tcpKeepaliveSeconds,
        long drainNanos,
        RespLimits limits,
        int keyBytesMax,
        int pipelineMax,
        long outputBufferBytesMax,
        long memoryBytesMax,
        boolean session,
        int sessionKeysMax,
        long sessionBytesMax,
        @Nullable Integer memcachedPort) {}
