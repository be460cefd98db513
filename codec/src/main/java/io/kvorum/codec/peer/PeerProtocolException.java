package io.kvorum.codec.peer;

/**
 * What a peer sent is no frame of ours. The stream cannot be understood any further and the connection must be closed.
 *
 * <p>It carries no stack trace: anybody who reaches the port can cause it.
 */
public final class PeerProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    PeerProtocolException(String problem) {
        super(problem, null, false, false);
    }
}
