package io.kvorum.server.peer;

/**
 * What the frame of a request said about it.
 *
 * @param deadlineNanos when the asker stops waiting, on this node's nanoTime scale, or a little before; it may be over
 *     when the frame is read ({@link PeerClock})
 * @param senderClock the sender's hybrid clock when it wrote the frame
 */
public record FrameInfo(long deadlineNanos, long senderClock) {}
