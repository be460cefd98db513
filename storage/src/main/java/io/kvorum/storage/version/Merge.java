package io.kvorum.storage.version;

import static io.kvorum.storage.version.RecordBytes.ENTRY_BYTES;
import static io.kvorum.storage.version.RecordBytes.u64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Joins what two copies know of one key. Commutative, associative in effect, idempotent: copies that exchange their
 * records in any order end with equal bytes.
 *
 * <p>A dot on both sides keeps one sibling with the amendments of both. A dot on one side stays unless the other side's
 * vector covers it or lists it as superseded: then the other had it, and a write that had seen it took its place.
 * Nothing is truncated here and equal values stay apart, for the merge must not depend on who runs it.
 */
public final class Merge {
    private static final int AHEAD_A = 1;
    private static final int AHEAD_B = 2;

    private Merge() {}

    /**
     * The record that knows what both know; the very instance of {@code a} or {@code b} where it says the same, so that
     * "nothing changed" is one comparison. Bytes of a value are kept if either side has them; see
     * {@link Visible#needsBytes} for those that neither has.
     *
     * @throws IllegalArgumentException if the records are of two keys
     */
    public static byte[] merge(byte[] a, byte[] b, VersionObserver observer) {
        if (a == b) {
            return a;
        }
        int keyLength = RecordBytes.keyLength(a);
        if (!RecordBytes.hasKey(b, a, RecordBytes.KEY_AT, keyLength)) {
            throw new IllegalArgumentException("records of two keys were to be merged");
        }
        if (RecordBytes.hash(a) == RecordBytes.hash(b)) {
            if (!RecordBytes.lacksBytes(a)) {
                return a;
            }
            return RecordBytes.lacksBytes(b) ? slow(a, b, observer) : b;
        }
        if (isSimple(a) && isSimple(b)) {
            int ahead = compareVectors(a, b);
            if (ahead == AHEAD_A && replaces(a, b)) {
                return a;
            }
            if (ahead == AHEAD_B && replaces(b, a)) {
                return b;
            }
        }
        return slow(a, b, observer);
    }

    /** One sibling and nothing listed as superseded, as nearly all records. */
    private static boolean isSimple(byte[] record) {
        return RecordBytes.siblingCount(record) == 1 && RecordBytes.supersededCount(record) == 0;
    }

    /** Which vectors have seen events that the other has not. */
    private static int compareVectors(byte[] a, byte[] b) {
        int atA = RecordBytes.vectorAt(a);
        int atB = RecordBytes.vectorAt(b);
        int endA = atA + (RecordBytes.vectorCount(a) * ENTRY_BYTES);
        int endB = atB + (RecordBytes.vectorCount(b) * ENTRY_BYTES);
        int ahead = 0;
        while (atA < endA || atB < endB) {
            int order = atA == endA ? 1 : atB == endB ? -1 : Long.compareUnsigned(u64(a, atA), u64(b, atB));
            if (order == 0) {
                long stampA = u64(a, atA + 8);
                long stampB = u64(b, atB + 8);
                ahead |= stampA > stampB ? AHEAD_A : stampA < stampB ? AHEAD_B : 0;
            } else {
                ahead |= order < 0 ? AHEAD_A : AHEAD_B;
            }
            atA += order <= 0 ? ENTRY_BYTES : 0;
            atB += order >= 0 ? ENTRY_BYTES : 0;
        }
        return ahead;
    }

    /** Whether of two simple records the newer, whose vector dominates, is the whole merge. */
    private static boolean replaces(byte[] newer, byte[] older) {
        int at = RecordBytes.siblingsAt(newer);
        // Actor indexes above 127 take more than a byte: rare enough for the slow way.
        int index = newer[at + 1];
        if (index < 0) {
            return false;
        }
        int entryAt = RecordBytes.vectorAt(newer) + (index * ENTRY_BYTES);
        boolean newest = (newer[at] & RecordBytes.NEWEST_OF_ACTOR) != 0;
        long stamp = newest ? u64(newer, entryAt + 8) : u64(newer, at + 2);
        // A dot the older one has seen is either its own sibling, to be merged, or one that it superseded.
        return RecordBytes.vectorStamp(older, u64(newer, entryAt)) < stamp;
    }

    /** The merge as its rule reads, whatever the records; {@link #merge} answers the same sooner. */
    static byte[] slow(byte[] a, byte[] b, VersionObserver observer) {
        RecordModel modelA = RecordModel.of(a);
        RecordModel modelB = RecordModel.of(b);
        RecordModel merged = new RecordModel(a, RecordBytes.KEY_AT, RecordBytes.keyLength(a));
        merged.vector = modelA.vector.join(modelB.vector);
        mergeSiblings(modelA, modelB, merged.siblings, observer);
        merged.superseded.addAll(modelA.superseded);
        merged.supersede(modelB.superseded, observer);
        byte[] record = merged.encode();
        return Arrays.equals(record, a) ? a : Arrays.equals(record, b) ? b : record;
    }

    private static void mergeSiblings(RecordModel a, RecordModel b, List<Sibling> into, VersionObserver observer) {
        List<Sibling> ofA = new ArrayList<>(a.siblings);
        List<Sibling> ofB = new ArrayList<>(b.siblings);
        ofA.sort(Sibling::compareIdentity);
        ofB.sort(Sibling::compareIdentity);
        int i = 0;
        int j = 0;
        while (i < ofA.size() || j < ofB.size()) {
            int order = i == ofA.size() ? 1 : j == ofB.size() ? -1 : Sibling.compareDot(ofA.get(i), ofB.get(j));
            if (order < 0) {
                keepUnlessKnown(ofA.get(i++), b, into);
            } else if (order > 0) {
                keepUnlessKnown(ofB.get(j++), a, into);
            } else {
                int endA = endOfDot(ofA, i);
                int endB = endOfDot(ofB, j);
                mergeDot(ofA.subList(i, endA), ofB.subList(j, endB), into, observer);
                i = endA;
                j = endB;
            }
        }
    }

    private static void keepUnlessKnown(Sibling sibling, RecordModel other, List<Sibling> into) {
        if (!other.knows(sibling.actor, sibling.stamp)) {
            into.add(sibling);
        }
    }

    /** Where the siblings of one dot end; more than one only where an identity was damaged. */
    private static int endOfDot(List<Sibling> siblings, int from) {
        int end = from + 1;
        while (end < siblings.size() && Sibling.compareDot(siblings.get(from), siblings.get(end)) == 0) {
            end++;
        }
        return end;
    }

    /** One dot on both sides: contents on both are amended by each other, a content on one side only is kept too. */
    private static void mergeDot(List<Sibling> ofA, List<Sibling> ofB, List<Sibling> into, VersionObserver observer) {
        int i = 0;
        int j = 0;
        int kept = 0;
        while (i < ofA.size() || j < ofB.size()) {
            int order = i == ofA.size() ? 1 : j == ofB.size() ? -1 : Sibling.compareIdentity(ofA.get(i), ofB.get(j));
            if (order == 0) {
                into.add(amended(ofA.get(i), ofB.get(j), observer));
            } else {
                into.add(order < 0 ? ofA.get(i) : ofB.get(j));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
            kept++;
        }
        // Twins that both sides had were reported when they met.
        if (kept > Math.min(ofA.size(), ofB.size())) {
            observer.damagedIdentity(ofA.get(0).actor, ofA.get(0).stamp);
        }
    }

    private static Sibling amended(Sibling a, Sibling b, VersionObserver observer) {
        Sibling both = a.amendedBy(b);
        if (both.increments.length > 0
                && !Arrays.equals(both.increments, a.increments)
                && !Arrays.equals(both.increments, b.increments)
                && !new Total().add(both).fits()) {
            observer.counterSaturated();
        }
        return both;
    }
}
