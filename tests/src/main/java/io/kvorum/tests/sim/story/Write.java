package io.kvorum.tests.sim.story;

import io.kvorum.storage.version.Dot;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** One write event: a dot, made on one copy, and all that it superseded, directly or not. */
public final class Write {
    private final int index;
    private final KeyStory key;
    private final Dot dot;
    private final boolean tombstone;
    private final @Nullable Attempt attempt;
    private final int node;
    private final int losses;
    private final long atNanos;
    private final BitSet past;

    Write(
            int index,
            KeyStory key,
            Dot dot,
            boolean tombstone,
            @Nullable Attempt attempt,
            int node,
            int losses,
            long atNanos,
            BitSet past) {
        this.index = index;
        this.key = key;
        this.dot = dot;
        this.tombstone = tombstone;
        this.attempt = attempt;
        this.node = node;
        this.losses = losses;
        this.atNanos = atNanos;
        this.past = past;
    }

    /** Its place among the writes of its key. */
    public int index() {
        return index;
    }

    /** Its key. */
    public KeyStory key() {
        return key;
    }

    /** Its dot. */
    public Dot dot() {
        return dot;
    }

    /** Whether it deletes. */
    public boolean isTombstone() {
        return tombstone;
    }

    /** The attempt that it comes from; null if there are several that it may come from. */
    public @Nullable Attempt attempt() {
        return attempt;
    }

    /** The node whose copy it was made on. */
    public int node() {
        return node;
    }

    /** How often that node had lost its copies before. */
    public int losses() {
        return losses;
    }

    /** When it was made. */
    public long atNanos() {
        return atNanos;
    }

    /** The writes that it superseded, and those that they did. */
    public BitSet past() {
        return past;
    }

    /** Whether it has superseded another, directly or not. */
    public boolean hasSeen(Write other) {
        return past.get(other.index);
    }

    @Override
    public String toString() {
        Attempt from = attempt;
        return "w" + index + (tombstone ? " tombstone" : "") + (from == null ? "" : " of #" + from.number()) + " at n"
                + node + " over " + past + " as " + dot;
    }
}
