package io.kvorum.server.coordinator;

/**
 * Why a request has no answer.
 *
 * @param kind decides what a client may do about it
 * @param text the sentence behind the first word of the error
 */
public record Failure(Kind kind, String text) {
    /** The node is at its memory limit; in Redis's words. */
    public static final Failure OUT_OF_MEMORY =
            new Failure(Kind.OOM, "command not allowed when used memory > 'maxmemory'.");

    /** The node's disk refused the write. */
    public static final Failure DISK =
            new Failure(Kind.ERR, "the disk of this node does not take writes; nothing was written");

    /** The node's disk was behind all the time that the write had. */
    public static final Failure BUSY =
            new Failure(Kind.TRYAGAIN, "the disk of this node was behind for too long; nothing was written");

    /** The write's time was over before it began: it lay in a queue, or this node stood still. */
    public static final Failure TOO_LATE =
            new Failure(Kind.TRYAGAIN, "the time was over before the write could begin; nothing was written");

    /** This node's copy is not one, or not one that may take writes and answer reads by itself. */
    public static final Failure NOT_COORDINATOR =
            new Failure(Kind.NOT_COORDINATOR, "this node may not coordinate the key");

    /** A bug: the log says more. */
    public static final Failure INTERNAL = new Failure(Kind.ERR, "internal error; the node's log says more");

    /** The classes of failure; each is the first word of the error that the client gets. */
    public enum Kind {
        /** Nothing was attempted: too few healthy nodes. */
        CLUSTERDOWN,
        /** Nothing was attempted, or only reads were: ask again. */
        TRYAGAIN,
        /** The write reached some replicas and may become visible; the error ends with the context of the attempt. */
        INDOUBT,
        /** Nothing was attempted: the node is at its memory limit. */
        OOM,
        /** Nothing was attempted: the request cannot be met here as it is. */
        ERR,
        /** Nothing was attempted here: this node may not coordinate the key. Never reaches a client. */
        NOT_COORDINATOR;

        /** Whether nothing was attempted for a reason that need not hold at another node. */
        public boolean leavesItToOthers() {
            return this == NOT_COORDINATOR || this == CLUSTERDOWN || this == TRYAGAIN;
        }
    }
}
