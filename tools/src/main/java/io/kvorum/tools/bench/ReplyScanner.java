package io.kvorum.tools.bench;

import io.netty.buffer.ByteBuf;

/**
 * Finds where replies end, and whether they are errors or absent, without building them: the generator shares its
 * machine with the server it measures. Keeps its place when a reply comes in pieces. Owned by the loop of its
 * connection.
 */
interface ReplyScanner {
    /** Gets the replies, in order. */
    interface Sink {
        void onValue();

        void onAbsent();

        /** An error with its first word. */
        void onError(String code);
    }

    /** The other side does not speak the protocol, or too much of it. */
    final class NotUnderstoodException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotUnderstoodException(String message) {
            super(message);
        }
    }

    /**
     * Reads all there is.
     *
     * @throws NotUnderstoodException if it is no reply; nothing more can be read from the connection
     */
    void scan(ByteBuf in, Sink sink);
}
