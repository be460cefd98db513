package io.kvorum.storage.version;

import static io.kvorum.storage.version.RecordBytes.U64;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Amends siblings in place of replacing them: expiry and increments, made here or arriving alone. */
public final class Amendments {
    private Amendments() {}

    /** What became of an increment. */
    public enum Outcome {
        /** Added to the newest sibling. */
        ADDED,
        /** There was nothing: a counter was born with a dot of its own, as by a plain write. */
        BORN,
        /** The newest sibling is no number in Redis's strict form. Nothing changed. */
        NOT_A_NUMBER,
        /** The sum would leave signed 64 bits. Nothing changed. */
        OVERFLOW,
        /** The newest sibling's bytes are not in the record. Nothing changed. */
        NEEDS_BYTES
    }

    /**
     * The result of an increment.
     *
     * @param record the next record; the old one if nothing changed
     * @param number what a reader sees afterwards; 0 if nothing changed
     * @param dot the sibling that was amended or born, or null
     * @param amendment what may travel alone to owners that have the dot, or null; of a birth the record must travel
     */
    public record Increased(
            Outcome outcome,
            byte[] record,
            long number,
            @Nullable Dot dot,
            Amendment.@Nullable Increment amendment) {}

    /** What became of an amendment that arrived alone. */
    public enum Arrival {
        /** It is in the record now, or was. */
        APPLIED,
        /** The dot was never seen here: ask for the record. */
        UNKNOWN_DOT,
        /** The dot was seen and superseded: answer with the record, and do not count toward W. */
        SUPERSEDED
    }

    /**
     * The result of an amendment that arrived alone.
     *
     * @param record the next record, or the very one given if nothing changed. It may {@linkplain Visible#needsBytes need
     *     bytes}: then it must not be kept nor acknowledged before they are here
     */
    public record Arrived(Arrival arrival, byte @Nullable [] record) {}

    /**
     * Sets when all live siblings end; one time in the past ends them.
     *
     * @param stamp newer than {@link Versions#newestStamp}
     * @param expireAtMillis since 1970; 0 for never
     * @return the same instance if no sibling is live
     * @throws IllegalArgumentException if the stamp is not
     */
    public static byte[] expire(byte[] record, long actor, long stamp, long expireAtMillis, long nowMillis) {
        requireNewest(record, stamp);
        RecordModel model = RecordModel.of(record);
        Group group = new Group(model.siblings);
        List<Sibling> before = List.copyOf(model.siblings);
        boolean changed = false;
        for (int i = 0; i < before.size(); i++) {
            Sibling sibling = before.get(i);
            if (group.isLive(sibling, nowMillis)) {
                Sibling amended = sibling.withExpiry(stamp, actor, expireAtMillis);
                changed |= amended != sibling;
                model.siblings.set(i, amended);
            }
        }
        return changed ? model.encode() : record;
    }

    /**
     * Adds to what GET shows: to the newest sibling, or to a counter born now where GET shows nil.
     *
     * @param draft key, dot, and flags and expiry for a birth; its value does not matter. For an increment of what is
     *     there, the dot names actor and stamp of the increment
     * @throws IllegalArgumentException if the draft's stamp is not newer than {@link Versions#newestStamp}
     */
    public static Increased increment(byte @Nullable [] old, Draft draft, long delta, long nowMillis) {
        Versions.requireNewer(old, draft);
        if (old == null) {
            return birth(null, draft, delta);
        }
        requireNewest(old, draft.stamp);
        Increased inPlace = incrementInPlace(old, draft, delta, nowMillis);
        if (inPlace != null) {
            return inPlace;
        }
        RecordModel model = RecordModel.of(old);
        Group group = new Group(model.siblings);
        int target = newestLive(model.siblings, group, nowMillis);
        if (target < 0) {
            return birth(old, draft, delta);
        }
        Sibling sibling = model.siblings.get(target);
        if (!sibling.hasBytes()) {
            return refusal(Outcome.NEEDS_BYTES, old);
        }
        Total total = new Total();
        if (sibling.isBorn()) {
            for (Sibling member : model.siblings) {
                if (member.isBorn() && group.isLive(member, nowMillis)) {
                    total.add(member);
                }
            }
        } else {
            total.add(sibling);
        }
        if (!total.isNumber()) {
            return refusal(Outcome.NOT_A_NUMBER, old);
        }
        total.add(delta);
        long before = sibling.sumOf(draft.actor);
        long sum = before + delta;
        if (!total.fits() || ((before ^ sum) & (delta ^ sum)) < 0) {
            return refusal(Outcome.OVERFLOW, old);
        }
        model.siblings.set(target, sibling.withIncrement(draft.actor, draft.stamp, sum));
        Amendment.Increment amendment = new Amendment.Increment(draft.actor, draft.stamp, sum);
        return new Increased(Outcome.ADDED, model.encode(), total.saturated(), sibling.dot(), amendment);
    }

    /** An older amendment would be one that never happened, though it was acknowledged. */
    private static void requireNewest(byte[] record, long stamp) {
        if (stamp <= Versions.newestStamp(record)) {
            throw new IllegalArgumentException("amendment at " + stamp + " is not newer than the record");
        }
    }

    private static Increased refusal(Outcome outcome, byte[] old) {
        return new Increased(outcome, old, 0, null, null);
    }

    private static Increased birth(byte @Nullable [] old, Draft draft, long delta) {
        byte[] record = Versions.rewrite(old, draft, new Sibling(draft, delta));
        return new Increased(Outcome.BORN, record, delta, draft.dot(), null);
    }

    /** The sibling that GET shows, or -1 where it shows nil. */
    private static int newestLive(List<Sibling> siblings, Group group, long nowMillis) {
        for (int i = 0; i < siblings.size(); i++) {
            Sibling sibling = siblings.get(i);
            if (sibling.isBorn() == siblings.get(0).isBorn() && group.isLive(sibling, nowMillis)) {
                return i;
            }
            if (!siblings.get(0).isBorn()) {
                return -1;
            }
        }
        return -1;
    }

    /** The usual increment, one that an actor repeats on an only sibling: same bytes but for stamp, sum and hash. */
    private static @Nullable Increased incrementInPlace(byte[] old, Draft draft, long delta, long nowMillis) {
        if (RecordBytes.siblingCount(old) != 1
                || (old[RecordBytes.siblingsAt(old)] & RecordBytes.INCREMENTS) == 0
                || !RecordBytes.hasKey(old, draft.key, draft.keyOffset, draft.keyLength)) {
            return null;
        }
        SiblingCursor only = new SiblingCursor().of(old);
        only.next();
        int i = 0;
        while (i < only.incrementCount && only.incrementActor(i) != draft.actor) {
            i++;
        }
        if (i == only.incrementCount || only.isDropped() || !only.isLiveAlone(nowMillis)) {
            return null;
        }
        Total total = new Total().add(only);
        total.add(delta);
        long sum = only.incrementSum(i) + delta;
        if (!total.isNumber() || !total.fits() || ((only.incrementSum(i) ^ sum) & (delta ^ sum)) < 0) {
            return null;
        }
        byte[] record = old.clone();
        int at = only.incrementsAt + (i * SiblingCursor.INCREMENT_BYTES);
        U64.set(record, at + 8, draft.stamp);
        U64.set(record, at + 16, sum);
        long head = RecordHash.head(record, only.at);
        long hash = RecordHash.sibling(head, record, only.at, only.valueLengthAt, only.valueHash());
        U64.set(record, RecordBytes.HASH_AT, hash);
        Dot dot = new Dot(only.actor, only.stamp);
        Amendment.Increment amendment = new Amendment.Increment(draft.actor, draft.stamp, sum);
        return new Increased(Outcome.ADDED, record, total.saturated(), dot, amendment);
    }

    /** Attaches an amendment that travelled alone to the sibling it is for. */
    public static Arrived arrive(byte @Nullable [] record, Dot dot, Amendment amendment) {
        if (record == null) {
            return new Arrived(Arrival.UNKNOWN_DOT, null);
        }
        if (!RecordBytes.knows(record, dot.actor(), dot.stamp())) {
            return new Arrived(Arrival.UNKNOWN_DOT, record);
        }
        RecordModel model = RecordModel.of(record);
        boolean found = false;
        boolean changed = false;
        for (int i = 0; i < model.siblings.size(); i++) {
            Sibling sibling = model.siblings.get(i);
            // Two contents of one dot are damage; both are amended, as they would be on any other copy.
            if (sibling.actor == dot.actor() && sibling.stamp == dot.stamp() && !sibling.isTombstone()) {
                Sibling amended = apply(sibling, amendment);
                found = true;
                changed |= amended != sibling;
                model.siblings.set(i, amended);
            }
        }
        if (!found) {
            return new Arrived(Arrival.SUPERSEDED, record);
        }
        return new Arrived(Arrival.APPLIED, changed ? model.encode() : record);
    }

    private static Sibling apply(Sibling sibling, Amendment amendment) {
        if (amendment instanceof Amendment.Expiry expiry) {
            return sibling.withExpiry(expiry.stamp(), expiry.actor(), expiry.timeMillis());
        }
        return sibling.withIncrement(amendment.actor(), amendment.stamp(), ((Amendment.Increment) amendment).sum());
    }
}
