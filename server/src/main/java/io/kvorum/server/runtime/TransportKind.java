package io.kvorum.server.runtime;

/** How sockets are driven. */
public enum TransportKind {
    /** The best that works here. */
    AUTO,
    /** Linux: completion rings. */
    IO_URING,
    /** Linux: edge-triggered readiness. */
    EPOLL,
    /** Anywhere: the JDK's selector. */
    NIO
}
