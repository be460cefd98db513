package io.kvorum.server.command;

/**
 * How large the replies to one client have been, so that it is not owed more than can be held: a thousand small requests
 * may bring a thousand large values. Owned by the client's loop.
 */
final class ReplySizes {
    /** What a reply is taken for until some have come. */
    private static final long BYTES_FIRST = 64 << 10;

    /** How much the last reply weighs in what is usual, as a shift. */
    private static final int WEIGHT_SHIFT = 3;

    private long usualBytes = BYTES_FIRST;

    void add(long bytes) {
        usualBytes += (bytes - usualBytes) >> WEIGHT_SHIFT;
    }

    /** How many replies of the usual size fit in so many bytes; at least one. */
    long fittingIn(long bytes) {
        return Math.max(1, bytes / Math.max(1, usualBytes));
    }
}
