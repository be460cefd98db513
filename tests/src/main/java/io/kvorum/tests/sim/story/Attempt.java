package io.kvorum.tests.sim.story;

import io.kvorum.codec.resp.RespReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thing that a client asked of one key: what it was to do, what became of it, and what the client was told. */
public final class Attempt {
    /** What an attempt is to do to its key. */
    public enum Kind {
        /** To show values. */
        READ,
        /** To write a value that takes the place of all that its coordinator has. */
        PLAIN_WRITE,
        /** The same, unless a condition is not met. */
        CONDITIONAL_WRITE,
        /** To write a value that takes the place of what the client has seen. */
        VERSIONED_WRITE,
        /** To delete all that its coordinator has. */
        PLAIN_DELETE,
        /** To delete what the client has seen. */
        VERSIONED_DELETE,
        /** To add to a number. */
        INCREMENT,
        /** To set when the key ends. */
        EXPIRE
    }

    /** How the reply to a read shows the key. */
    public enum Shape {
        /** Not at all. */
        NONE,
        /** As a value, or nil. */
        PLAIN,
        /** As a context and all values. */
        VERSIONED
    }

    /** What the client was told. */
    public enum Outcome {
        /** Nothing yet. */
        OPEN,
        /** It was done. */
        DONE,
        /** There was nothing to do. */
        UNCHANGED,
        /** It was refused, and certainly not done. */
        REFUSED,
        /** It may have been done. */
        IN_DOUBT,
        /** The connection broke before an answer came. */
        UNANSWERED
    }

    private final int number;
    private final int step;
    private final KeyStory key;
    private final Kind kind;
    private final String command;
    private final int client;
    private final int node;
    private final long startNanos;
    private final List<Write> writes = new ArrayList<>();
    private BitSet seen = new BitSet();
    private Shape shape = Shape.NONE;
    private int quorum;
    private long delta;
    private long expireAtMillis;
    private long endNanos = Long.MAX_VALUE;
    private int doneBefore;
    private final BitSet ownedBefore;
    private long[] flushedOwners = {};
    private long[] flushedMembers = {};
    private Outcome outcome = Outcome.OPEN;
    private @Nullable RespReply reply;

    Attempt(
            int number,
            int step,
            KeyStory key,
            Kind kind,
            String command,
            int client,
            int node,
            long startNanos,
            int doneBefore,
            BitSet ownedBefore) {
        this.number = number;
        this.step = step;
        this.key = key;
        this.kind = kind;
        this.command = command;
        this.client = client;
        this.node = node;
        this.startNanos = startNanos;
        this.doneBefore = doneBefore;
        this.ownedBefore = (BitSet) ownedBefore.clone();
    }

    /** Says what the client has seen of the key, for a write under a context. */
    public Attempt seeing(BitSet events) {
        seen = (BitSet) events.clone();
        return this;
    }

    /** Says how the reply will show the key. */
    public Attempt showing(Shape of) {
        shape = of;
        return this;
    }

    /** Says how many owners must have taken part; 0 for the default of 2. */
    public Attempt quorum(int owners) {
        quorum = owners;
        return this;
    }

    /** Says what is added; no two increments of a key add the same. */
    public Attempt adding(long number) {
        delta = number;
        return this;
    }

    /** Says when the key, or the value written, is to end. */
    public Attempt endingAt(long millis) {
        expireAtMillis = millis;
        return this;
    }

    /** Says what each owner of the key and each member had flushed when this began; 0 for one that did not run. */
    public Attempt afterFlushes(long[] ofOwners, long[] ofMembers) {
        flushedOwners = ofOwners.clone();
        flushedMembers = ofMembers.clone();
        Arrays.sort(flushedOwners);
        Arrays.sort(flushedMembers);
        return this;
    }

    /** The client was told. */
    public void end(Outcome told, @Nullable RespReply answer, long nowNanos) {
        outcome = told;
        reply = answer;
        endNanos = nowNanos;
        if (told == Outcome.DONE) {
            key.done(this);
        }
    }

    /** Its number in the run. */
    public int number() {
        return number;
    }

    /** The step of the plan that it is from. */
    public int step() {
        return step;
    }

    /** The key. */
    public KeyStory key() {
        return key;
    }

    /** What it is to do. */
    public Kind kind() {
        return kind;
    }

    /** Whether it is to make a write event: a value or a tombstone under a dot of its own. */
    public boolean writes() {
        return switch (kind) {
            case PLAIN_WRITE, CONDITIONAL_WRITE, VERSIONED_WRITE, PLAIN_DELETE, VERSIONED_DELETE -> true;
            case READ, INCREMENT, EXPIRE -> false;
        };
    }

    /** When it was sent. */
    public long startNanos() {
        return startNanos;
    }

    /** When the client was told; {@link Long#MAX_VALUE} if it was not. */
    public long endNanos() {
        return endNanos;
    }

    /** How many attempts on the key were done before this one began: the first of {@link KeyStory#done()}. */
    public int doneBefore() {
        return doneBefore;
    }

    /** The writes that as many owners as a quorum needs had had at one time, before this began. */
    public BitSet ownedBefore() {
        return ownedBefore;
    }

    /** Whether one of its writes is among these. */
    public boolean isOwned(BitSet owned) {
        return writes.stream().anyMatch(write -> owned.get(write.index()));
    }

    /** The writes that came of it; more than one if it was passed on twice. */
    public List<Write> writesMade() {
        return writes;
    }

    /** How the reply shows the key. */
    public Shape shape() {
        return shape;
    }

    /** What the client had seen. */
    public BitSet seen() {
        return seen;
    }

    /** How many owners must have taken part; 0 for the default. */
    public int quorum() {
        return quorum;
    }

    /** What one at least of any so many owners had flushed before this began; 0 for nothing. */
    public long flushedAmongOwners(int count) {
        return among(flushedOwners, count);
    }

    /** What one at least of any so many members had flushed before this began; 0 for nothing. */
    public long flushedAmongMembers(int count) {
        return among(flushedMembers, count);
    }

    private static long among(long[] ascending, int count) {
        return ascending.length == 0 ? 0 : ascending[Math.min(count, ascending.length) - 1];
    }

    /** What is added. */
    public long delta() {
        return delta;
    }

    /** When the value is to end; 0 for never. */
    public long expireAtMillis() {
        return expireAtMillis;
    }

    /** What the client was told. */
    public Outcome outcome() {
        return outcome;
    }

    /** The reply, if there was one. */
    public @Nullable RespReply reply() {
        return reply;
    }

    /** Whether the client was told that it is done. */
    public boolean isDone() {
        return outcome == Outcome.DONE;
    }

    @Override
    public String toString() {
        RespReply told = reply;
        return "#" + number + " client " + client + " at n" + node + ": " + command + " → "
                + (told == null ? outcome.toString() : told.toString().replace('\n', ' '));
    }
}
