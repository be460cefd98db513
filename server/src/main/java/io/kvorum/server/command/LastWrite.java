package io.kvorum.server.command;

import io.kvorum.server.coordinator.RequestOptions;
import org.jspecify.annotations.Nullable;

/**
 * How many nodes are known to hold the last write of a connection, which is what WAIT tells. Exactly where this node
 * coordinated it, late acknowledgements included; where another did, or it was on many keys, at least as many as its answer
 * took. Owned by the connection's loop.
 */
final class LastWrite {
    private long drawn;
    private long number;
    private int nodes;
    private int durable;
    private boolean durableHere;
    private boolean open;

    /** What was asked of quorums, where no more than that is known. */
    private @Nullable RequestOptions leastOf;

    private @Nullable Runnable watcher;

    /** Draws the number of a write that begins. */
    long begin() {
        return ++drawn;
    }

    /** See {@link io.kvorum.server.coordinator.WriteCallback#onHeld}; what concerns an earlier write is passed over. */
    void held(long write, int holders, int durably, boolean here, boolean more) {
        if (write < number) {
            return;
        }
        number = write;
        nodes = holders;
        durable = durably;
        durableHere = here;
        open = more;
        leastOf = null;
        Runnable watching = watcher;
        if (watching != null) {
            watching.run();
        }
    }

    /** This node's copy, the only one, has taken a write. */
    void heldHere() {
        held(begin(), 1, 0, false, false);
    }

    /** A write was answered of which this node knows no more than that its quorum was met. */
    void madeElsewhere(RequestOptions options) {
        held(begin(), 0, Math.max(0, options.dw()), false, false);
        leastOf = options;
    }

    /** Whether there was none yet. */
    boolean isNone() {
        return number == 0;
    }

    /** How many nodes hold it; 0 if {@link #leastOf} says what is known. */
    int nodes() {
        return nodes;
    }

    /** What was asked of quorums, if that is all that is known. */
    @Nullable
    RequestOptions leastOf() {
        return leastOf;
    }

    /** How many nodes are known to have it on disk. */
    int durable() {
        return durable;
    }

    /** Whether this node is one of them. */
    boolean isDurableHere() {
        return durableHere;
    }

    /** Whether more may become known. */
    boolean isOpen() {
        return open;
    }

    /** Tells one who waits, whenever more is known or another write was made; null for nobody. */
    void watch(@Nullable Runnable whenMore) {
        watcher = whenMore;
    }
}
