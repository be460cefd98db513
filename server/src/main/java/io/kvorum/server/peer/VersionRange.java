package io.kvorum.server.peer;

/**
 * The versions of the peer protocol that a node speaks: all from the oldest to the newest. Which messages belong to which is
 * {@link io.kvorum.server.peer.message.MessageType#since}; the fields of a message never change.
 *
 * @param oldest at least 1
 * @param newest at least {@code oldest}, at most 255
 */
public record VersionRange(int oldest, int newest) {
    /** What this software speaks: the version before the newest, too, so that nodes can be upgraded one by one. */
    public static final VersionRange SPOKEN = new VersionRange(1, 2);

    /** The version in the frames of the handshake, which are alike in all. */
    static final int HANDSHAKE = 1;

    /** What {@link #newestCommon} returns if there is none. */
    static final int NONE = 0;

    private static final int VERSION_MAX = 255;

    /** Checks the bounds. */
    public VersionRange {
        if (oldest < 1 || newest < oldest || newest > VERSION_MAX) {
            throw new IllegalArgumentException("versions " + oldest + " to " + newest + ", not within 1 to 255");
        }
    }

    /** The newest version that is in this range and in another, of which nothing is taken for granted; or {@link #NONE}. */
    int newestCommon(int otherOldest, int otherNewest) {
        int version = Math.min(newest, otherNewest);
        return version >= Math.max(oldest, otherOldest) ? version : NONE;
    }
}
