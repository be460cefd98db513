package io.kvorum.tests.sim.story;

import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All that was tried on one key, and all that came of it. */
public final class KeyStory {
    /** What is done to a key. A key belongs to one family for a whole run, so that each has promises of its own. */
    public enum Family {
        /** Plain writes and reads; never deleted, never ends. */
        ETERNAL,
        /** Reads and writes with contexts, and plain ones between them; never deleted, never ends. */
        CART,
        /** Written and deleted. */
        DELETED,
        /** Written, and made to end. */
        ENDING,
        /** Counted on. */
        COUNTER,
        /** Counted on and deleted. */
        DELETED_COUNTER,
        /** Counted on, and made to end. */
        ENDING_COUNTER;

        /** Whether a key can be gone though something was written. */
        public boolean isMortal() {
            return this != ETERNAL && this != CART && this != COUNTER;
        }

        /** Whether it is counted on. */
        public boolean isCounter() {
            return this == COUNTER || this == DELETED_COUNTER || this == ENDING_COUNTER;
        }

        /** Whether all tombstones come from commands that delete; where keys end, a time in the past makes one too. */
        boolean isOnlyDeleted() {
            return this == DELETED || this == DELETED_COUNTER;
        }
    }

    private final String name;
    private final Family family;
    private final int partition;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Attempt> done = new ArrayList<>();
    private final List<Write> writes = new ArrayList<>();
    private final Map<Dot, Write> byDot = new HashMap<>();
    private final Map<Increment.Id, Increment> increments = new HashMap<>();
    private final List<Write> reaped = new ArrayList<>();
    private final Supplier<List<Integer>> owners;
    private final IntPredicate disowned;
    private final IntPredicate alone;

    /** By node: the writes that its copy has, or knows to be superseded. */
    private final Map<Integer, BitSet> known = new HashMap<>();

    /** By node: the record that its copy had last. */
    private final Map<Integer, byte[]> records = new HashMap<>();

    /** By node: the record that its copy had when it was changed last while the node was the only owner, for all it knew. */
    private final Map<Integer, byte[]> madeAlone = new HashMap<>();

    /** By node: those of them that its copy took since its machine had power. */
    private final Map<Integer, BitSet> taken = new HashMap<>();

    private final BitSet owned = new BitSet();
    private boolean hinted;
    private @Nullable Attempt deleting;

    KeyStory(
            String name,
            Family family,
            int partition,
            Supplier<List<Integer>> owners,
            IntPredicate disowned,
            IntPredicate alone) {
        this.owners = owners;
        this.disowned = disowned;
        this.alone = alone;
        this.name = name;
        this.family = family;
        this.partition = partition;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its bytes. */
    public byte[] bytes() {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /** What is done to it. */
    public Family family() {
        return family;
    }

    /** Where it is on the ring. */
    public int partition() {
        return partition;
    }

    /** All attempts, in order of their begin. */
    public List<Attempt> attempts() {
        return attempts;
    }

    /** Those that were done, in the order in which their clients were told. */
    public List<Attempt> done() {
        return done;
    }

    /** All writes, in the order in which they were made. */
    public List<Write> writes() {
        return writes;
    }

    /** The increments that were made. */
    public Map<Increment.Id, Increment> increments() {
        return increments;
    }

    /** The writes that went because they were dead for longer than the grace, with the record they were in. */
    public List<Write> reaped() {
        return reaped;
    }

    /** The write with a dot, or null. */
    public @Nullable Write find(Dot dot) {
        return byDot.get(dot);
    }

    /** Whether a delete may begin: while one is not answered, or in doubt, its tombstone could not be told from another's. */
    public boolean mayDelete() {
        Attempt last = deleting;
        return last == null
                || last.outcome() == Attempt.Outcome.DONE
                || last.outcome() == Attempt.Outcome.UNCHANGED
                || last.outcome() == Attempt.Outcome.REFUSED;
    }

    /** The writes and all that they superseded. */
    public BitSet closure(Iterable<Write> of) {
        BitSet closed = new BitSet();
        for (Write write : of) {
            closed.set(write.index());
            closed.or(write.past());
        }
        return closed;
    }

    /**
     * The writes that as many owners as a quorum needs have had at one time. One that is acknowledged without hints is
     * among them before it is: the owners that were counted have it.
     */
    public BitSet owned() {
        return owned;
    }

    /** The writes that a node's copy has, or knows to be superseded. */
    public BitSet known(int node) {
        return known.getOrDefault(node, new BitSet());
    }

    /** Whether a fallback was ever asked to keep something of it. */
    public boolean isHinted() {
        return hinted;
    }

    void hinted() {
        hinted = true;
    }

    /** A node's copy has these. */
    void took(int node, List<Write> present) {
        BitSet fresh = closure(present);
        known.computeIfAbsent(node, none -> new BitSet()).or(fresh);
        BitSet before = taken.computeIfAbsent(node, none -> new BitSet());
        fresh.andNot(before);
        before.or(fresh);
        fresh.stream().filter(this::isTakenByQuorum).forEach(owned::set);
    }

    /**
     * A node's copy has this record now.
     *
     * @param alone whether the node, for all it knows, is the only owner: W of what it acknowledges is one
     */
    void has(int node, byte[] record, boolean alone) {
        records.put(node, record);
        if (alone) {
            madeAlone.put(node, record);
        }
    }

    /** A node lost its copy. */
    void forgot(int node) {
        known.remove(node);
        taken.remove(node);
        records.remove(node);
        madeAlone.remove(node);
    }

    /**
     * Whether a node has something that it acknowledged as the only owner, and that no other owner has got since: with that
     * copy as many are lost as W was.
     */
    public boolean isOnlyAt(int node) {
        byte[] alone = madeAlone.get(node);
        return alone != null && owners.get().stream().noneMatch(owner -> owner != node && hasAll(owner, alone));
    }

    private boolean hasAll(int node, byte[] record) {
        byte[] there = records.get(node);
        return there != null
                && RecordBytes.hash(Merge.merge(there, record, VersionObserver.NONE)) == RecordBytes.hash(there);
    }

    /**
     * A node's machine lost its power, maybe with others. Where hints made up the quorum, a copy that had a write may not have
     * had it on disk; owners that were counted had.
     */
    void lostPower(int node) {
        BitSet unsure = hinted ? taken.remove(node) : null;
        if (unsure != null) {
            unsure.stream().filter(write -> !isTakenByQuorum(write)).forEach(owned::clear);
        }
    }

    private boolean isTakenByQuorum(int write) {
        return isWithQuorum(
                owner -> taken.containsKey(owner) && taken.get(owner).get(write));
    }

    /** Whether some node knows that a machine owns it no more. */
    public boolean isDisowned(int node) {
        return disowned.test(node);
    }

    /** Whether a node is the only owner, for all it knows. */
    boolean isAlone(int node) {
        return alone.test(node);
    }

    /** Whether something is true of as many of them as a quorum needs. */
    public boolean isWithQuorum(IntPredicate of) {
        List<Integer> now = owners.get();
        return now.stream().filter(of::test).count() >= quorum(now);
    }

    /** Two of three, a majority where there are fewer. */
    private static int quorum(List<Integer> owners) {
        return Math.min(2, owners.size());
    }

    void began(Attempt attempt) {
        attempts.add(attempt);
        if (attempt.kind() == Attempt.Kind.PLAIN_DELETE || attempt.kind() == Attempt.Kind.VERSIONED_DELETE) {
            deleting = attempt;
        }
    }

    void done(Attempt attempt) {
        done.add(attempt);
    }

    void wrote(Write write) {
        writes.add(write);
        byDot.put(write.dot(), write);
    }

    @Nullable
    Attempt deleting() {
        return deleting;
    }

    @Override
    public String toString() {
        return name;
    }
}
