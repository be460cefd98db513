package io.kvorum.storage.version;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader has seen who was shown one value of a record, and not all there is. Its context names exact dots: a vector
 * would claim siblings that it was not shown.
 */
public final class Shown {
    private Shown() {}

    /**
     * What who is answered as by GET has seen ({@link Visible#plain}): the dot of the newest sibling, live or not; of a group of
     * born counters, which is shown as one sum, those of its live members. Nothing where there is no record.
     */
    public static Context newest(byte @Nullable [] record, long nowMillis) {
        SiblingCursor newest = new SiblingCursor();
        if (record == null || !newest.of(record).next()) {
            return Context.EMPTY;
        }
        Dot dot = new Dot(newest.actor, newest.stamp);
        if (!newest.isBorn() || RecordBytes.siblingCount(record) == 1) {
            return new Context(VersionVector.EMPTY, List.of(dot));
        }
        List<Sibling> siblings = RecordModel.of(record).siblings;
        Group group = new Group(siblings);
        List<Dot> summed = new ArrayList<>();
        for (Sibling sibling : siblings) {
            if (sibling.isBorn() && group.isLive(sibling, nowMillis)) {
                summed.add(sibling.dot());
            }
        }
        return new Context(VersionVector.EMPTY, summed.isEmpty() ? List.of(dot) : summed);
    }

    /**
     * What a reader has seen by now. Dots that the record's vector covers, and of which it has no sibling, are superseded:
     * whoever writes under the newer ones supersedes them, too, and they need not be listed again.
     *
     * @param before what it had seen, or null
     * @param shown what it is shown now
     * @param record of which it is shown that, or null
     */
    public static Context join(@Nullable Context before, Context shown, byte @Nullable [] record) {
        if (before == null) {
            return shown;
        }
        List<Dot> dots = new ArrayList<>(shown.dots());
        for (Dot dot : before.dots()) {
            if (record == null || RecordBytes.vectorStamp(record, dot.actor()) < dot.stamp() || has(record, dot)) {
                dots.add(dot);
            }
        }
        return new Context(before.vector().join(shown.vector()), dots);
    }

    /** Whether a context covers a sibling that is live: then a delete under it deletes something. */
    public static boolean coversLive(Context context, byte[] record, long nowMillis) {
        List<Sibling> siblings = RecordModel.of(record).siblings;
        Group group = new Group(siblings);
        return siblings.stream()
                .anyMatch(sibling -> context.covers(sibling.actor, sibling.stamp) && group.isLive(sibling, nowMillis));
    }

    private static boolean has(byte[] record, Dot dot) {
        SiblingCursor cursor = new SiblingCursor().of(record);
        while (cursor.next()) {
            if (cursor.actor == dot.actor() && cursor.stamp == dot.stamp()) {
                return true;
            }
        }
        return false;
    }
}
