package io.kvorum.storage.version;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a client says it has seen: a vector, and exact dots beside it. A write supersedes the siblings its context
 * covers, and no others. Immutable.
 *
 * @param vector what was seen of each actor
 * @param dots single events seen, ascending, none covered by the vector, at most {@link RecordBytes#SUPERSEDED_MAX}
 */
public record Context(VersionVector vector, List<Dot> dots) implements ContextCodec.Decoded {
    /** Has seen nothing: a write under it is a sibling of all that is there. */
    public static final Context EMPTY = new Context(VersionVector.EMPTY, List.of());

    /** Sorts the dots, drops those the vector covers, and forgets the oldest beyond the limit. */
    public Context {
        TreeSet<Dot> sorted = new TreeSet<>();
        for (Dot dot : dots) {
            if (!vector.covers(dot)) {
                sorted.add(dot);
            }
        }
        while (sorted.size() > RecordBytes.SUPERSEDED_MAX) {
            Dot oldest = sorted.first();
            for (Dot dot : sorted) {
                oldest = dot.stamp() < oldest.stamp() ? dot : oldest;
            }
            sorted.remove(oldest);
        }
        dots = List.copyOf(sorted);
    }

    /** Whether nothing was seen. */
    public boolean isEmpty() {
        return vector.size() == 0 && dots.isEmpty();
    }

    /** Whether the event was seen. */
    public boolean covers(long actor, long stamp) {
        return vector.covers(actor, stamp) || (!dots.isEmpty() && dots.contains(new Dot(actor, stamp)));
    }

    /** What a new stamp must exceed, or 0. */
    public long newestStamp() {
        long newest = vector.newestStamp();
        for (Dot dot : dots) {
            newest = Math.max(newest, dot.stamp());
        }
        return newest;
    }

    /**
     * Whether a coordinator must read R owners and merge before it writes under this context: some dot is listed that its
     * record does not know.
     */
    public boolean hasDotUnknownTo(byte @Nullable [] record) {
        for (Dot dot : dots) {
            if (record == null || !RecordBytes.knows(record, dot.actor(), dot.stamp())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether this claims what nobody can have shown: an event past the bound that the record does not know either.
     *
     * @param boundStamp the clock plus the drift allowed
     */
    public boolean isAheadOf(long boundStamp, byte @Nullable [] record) {
        for (int i = 0; i < vector.size(); i++) {
            if (isAhead(boundStamp, record, vector.actor(i), vector.stamp(i))) {
                return true;
            }
        }
        for (Dot dot : dots) {
            if (isAhead(boundStamp, record, dot.actor(), dot.stamp())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAhead(long boundStamp, byte @Nullable [] record, long actor, long stamp) {
        return stamp > boundStamp && (record == null || !RecordBytes.knows(record, actor, stamp));
    }

    /**
     * The context to give back for a write made under this one: this, and the write's own dot; never the record's vector,
     * which has seen siblings the writer was not shown. Listed dots that the record's vector covered are superseded by
     * the write, and need not be listed again.
     *
     * @param before the record that the write replaced, or null
     */
    public Context after(byte @Nullable [] before, Dot written) {
        List<Dot> still = new ArrayList<>();
        for (Dot dot : dots) {
            if (before == null || RecordBytes.vectorStamp(before, dot.actor()) < dot.stamp()) {
                still.add(dot);
            }
        }
        still.add(written);
        return new Context(vector, still);
    }

    /**
     * The context to give back for a write under this one that may not last: this, whole, and the attempt's dot. What
     * {@link #after} leaves out as superseded by the write is superseded by it alone, and comes back if it is lost.
     */
    public Context withAttempt(Dot attempted) {
        List<Dot> all = new ArrayList<>(dots);
        all.add(attempted);
        return new Context(vector, all);
    }
}
