package io.kvorum.server.peer;

import io.kvorum.server.config.PeerConfig;

/**
 * The measures of connections between members.
 *
 * @param versions the versions of the protocol that this node speaks
 * @param frameBytesMax the longest frame, header included
 * @param inflightBytesMax per peer and loop: how much may be unsent, and how much unanswered, before calls are not sent
 * @param connectTimeoutMillis how long a TCP connection may take to stand
 * @param handshakeTimeoutNanos how long a handshake may take, from the connection on
 * @param reconnectFirstNanos the gap between the loss of a connection, or the begin of a failed attempt, and the next attempt
 * @param reconnectMaxNanos the longest that it grows to
 * @param staleMillis answers with records that are older by their sender's clock are taken for lost
 */
public record PeerSettings(
        VersionRange versions,
        int frameBytesMax,
        long inflightBytesMax,
        int connectTimeoutMillis,
        long handshakeTimeoutNanos,
        long reconnectFirstNanos,
        long reconnectMaxNanos,
        long staleMillis) {
    private static final long MILLI = 1_000_000;

    /**
     * The configured measures, and fixed ones for what nobody needs to configure.
     *
     * @param versions {@link VersionRange#SPOKEN}, or those of the release that a test needs a node of
     * @param tombstoneGraceMillis what is reaped was dead for so long
     */
    public static PeerSettings of(VersionRange versions, PeerConfig config, long tombstoneGraceMillis) {
        return new PeerSettings(
                versions,
                config.frameBytesMax(),
                config.inflightBytesMax(),
                (int) Math.min(Integer.MAX_VALUE, Math.max(1, config.connectTimeoutNanos() / MILLI)),
                config.connectTimeoutNanos(),
                50 * MILLI,
                1_000 * MILLI,
                tombstoneGraceMillis / 2);
    }
}
