package io.kvorum.server.peer;

/**
 * The measures of connections between members.
 *
 * @param frameBytesMax the longest frame, header included
 * @param inflightBytesMax per peer and loop: how much may be unsent, and how much unanswered, before calls are not sent
 * @param connectTimeoutMillis how long a TCP connection may take to stand
 * @param handshakeTimeoutNanos how long a handshake may take, from the connection on
 * @param reconnectFirstNanos how long after a connection is lost, or could not be made, the first new attempt comes
 * @param reconnectMaxNanos the longest gap between attempts
 */
public record PeerSettings(
        int frameBytesMax,
        long inflightBytesMax,
        int connectTimeoutMillis,
        long handshakeTimeoutNanos,
        long reconnectFirstNanos,
        long reconnectMaxNanos) {
    private static final long MILLI = 1_000_000;

    /** Connection measures that hold where nothing else is configured; bounds on bytes are the configuration's. */
    public static PeerSettings of(int frameBytesMax, long inflightBytesMax) {
        return new PeerSettings(frameBytesMax, inflightBytesMax, 2_000, 3_000 * MILLI, 50 * MILLI, 2_000 * MILLI);
    }
}
