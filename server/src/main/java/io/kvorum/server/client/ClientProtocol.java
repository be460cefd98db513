package io.kvorum.server.client;

import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import io.netty.buffer.ByteBuf;

/**
 * What one connection speaks: bytes to requests, requests to replies. Everything else about a client, its {@link
 * ClientConnection} does. Owned by the connection's event loop.
 *
 * <p>At any time there is one request at hand at the most: the one that {@link #next} found, or the one kept.
 */
interface ClientProtocol {
    /** Whether the client has shown who it is, or need not; it holds from the next request on. */
    void setAuthenticated(boolean authenticated);

    /** Takes all readable bytes, which stay the caller's to release. */
    void append(ByteBuf bytes);

    /** The end of a batch: what is left over leaves the memory that all connections share. */
    void retain();

    /** Lets everything go. */
    void close();

    /** Bytes of memory that this connection holds for requests that are not whole. */
    int heldBytes();

    /** Whether the client has begun a request that is not whole: then it is not idle. */
    boolean isWithinRequest();

    /** Begins to run requests that have come: the clock is read. */
    void beginBatch();

    /** How long the requests run since {@link #beginBatch} have taken. */
    long batchNanos();

    /**
     * Turns to the next whole request; false if there is none. A client that does not speak this protocol gets its error
     * here, and its session is closed.
     */
    boolean next(Session session, ReplyQueue replies);

    /** Which earlier requests the one at hand has to wait for, as {@link ReplyQueue#mustWait} takes it. */
    int place();

    /** Keeps the request at hand, to be run when it has waited long enough; returns how many bytes that takes. */
    int keep();

    /** Whether CLIENT PAUSE holds anything back now. */
    boolean isPaused();

    /** Whether it holds the request at hand back. */
    boolean isHeldBack();

    /** When that ends, on the clock's nanoTime scale. */
    long pauseEndNanos();

    /** Runs the request at hand; afterwards there is none. */
    void run(Session session, ReplyQueue replies);

    /** Writes why a client is turned away, before it has a session. */
    void refuse(ByteBuf reply, String codeAndText);
}
