package io.kvorum.tests.cluster;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the only writer of a key knows of it. Writes have rising numbers, 0 being the key's state before the first; each is
 * sent, and then acknowledged, refused, or in doubt for ever. A read must show the last that was acknowledged, or one that
 * was sent later and is in doubt. What is in doubt when a delete is acknowledged stays so, since a delete takes what it has
 * heard of. Owned by the writer.
 */
public final class Acknowledged {
    /** By number, of those sent and not refused that may show yet: whether the write deletes the key. */
    private final TreeMap<Long, Boolean> open = new TreeMap<>();

    private final boolean doubtLasts;

    private long last;
    private boolean lastDeletes = true;

    /** Of a key whose writes are run by the node that they are sent to, if by any. */
    public Acknowledged() {
        this(false);
    }

    /**
     * Of a key.
     *
     * @param doubtLasts whether a write that is in doubt may be run yet when later ones are done, because it was passed on
     *     to a node that stood still
     */
    public Acknowledged(boolean doubtLasts) {
        this.doubtLasts = doubtLasts;
    }

    /** A write is about to be sent; its number is above all before. */
    public void sent(long number, boolean deletes) {
        open.put(number, deletes);
    }

    /** A write is done. */
    public void acknowledged(long number) {
        lastDeletes = open.getOrDefault(number, lastDeletes);
        last = number;
        open.remove(number);
        if (!doubtLasts) {
            open.headMap(number).values().removeIf(deletes -> !lastDeletes || deletes);
        }
    }

    /** A write was refused: it left no trace. */
    public void refused(long number) {
        open.remove(number);
    }

    /** What was in doubt turned out not to be there, and cannot come any more. */
    public void nothingIsOpen() {
        open.clear();
    }

    /** Whether a read may show the value of this write. */
    public boolean allows(long number) {
        return number == last ? !lastDeletes : Boolean.FALSE.equals(open.get(number));
    }

    /** Whether a read may find no value. */
    public boolean allowsAbsence() {
        return lastDeletes || open.containsValue(true);
    }

    /** For messages. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(last == 0 ? "nothing" : (lastDeletes ? "the delete " : "the value ") + last)
                .append(" was acknowledged last");
        for (Map.Entry<Long, Boolean> write : open.entrySet()) {
            text.append(write.getValue() ? ", the delete " : ", the value ")
                    .append(write.getKey())
                    .append(" is in doubt");
        }
        return text.toString();
    }
}
