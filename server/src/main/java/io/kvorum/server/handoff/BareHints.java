package io.kvorum.server.handoff;

import io.kvorum.server.coordinator.MissedWrites;
import io.kvorum.server.replica.KeyRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which keys of this node's copies an owner, or who is about to be one, missed writes of, where no fallback keeps them: the
 * record is in the own table already, so its key is enough. In memory alone, and bounded: what finds no room, or is lost with
 * the process, is a difference of copies like any other, for anti-entropy to find.
 *
 * <p>Loops note, the control thread hands off. Behind a lock, held for a look into a map, because a loop that handed every
 * miss over could fill the control thread's queue.
 */
public final class BareHints implements MissedWrites {
    private static final int ENTRY_BYTES = 150;

    private final long bytesMax;

    /** By peer number, then by key: the latest note, oldest first. */
    private final Map<Integer, LinkedHashMap<Key, Note>> notes = new HashMap<>();

    private long bytes;
    private long count;
    private long dropped;
    private long sequence;

    /**
     * One key that an owner missed a write of.
     *
     * @param sequence tells this note from a later one of the same key
     */
    public record Note(KeyRef key, long sequence) {}

    private record Key(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /** No notes yet. */
    public BareHints(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public synchronized void missed(int owner, KeyRef key) {
        LinkedHashMap<Key, Note> of = notes.computeIfAbsent(owner, none -> new LinkedHashMap<>());
        Key id = new Key(key.bytes());
        boolean known = of.containsKey(id);
        if (!known && bytes + sizeOf(key) > bytesMax) {
            dropped++;
            return;
        }
        of.put(id, new Note(key, ++sequence));
        if (!known) {
            bytes += sizeOf(key);
            count++;
        }
    }

    /** The oldest notes of an owner, so many at most; they stay. */
    synchronized List<Note> oldest(int owner, int max) {
        List<Note> oldest = new ArrayList<>();
        Map<Key, Note> of = notes.get(owner);
        if (of != null) {
            for (Iterator<Note> each = of.values().iterator(); each.hasNext() && oldest.size() < max; ) {
                oldest.add(each.next());
            }
        }
        return oldest;
    }

    /** The owner has what this node had when the note was read: it goes, unless the key was missed again since. */
    synchronized void done(int owner, Note note) {
        Map<Key, Note> of = notes.get(owner);
        if (of != null && of.remove(new Key(note.key().bytes()), note)) {
            bytes -= sizeOf(note.key());
            count--;
        }
    }

    /** The owner is none any more. */
    synchronized void forget(int owner) {
        Map<Key, Note> of = notes.remove(owner);
        if (of != null) {
            of.values().forEach(note -> bytes -= sizeOf(note.key()));
            count -= of.size();
        }
    }

    /** How many notes there are. */
    public synchronized long count() {
        return count;
    }

    /** How many of them are for an owner. */
    public synchronized long count(int owner) {
        Map<Key, Note> of = notes.get(owner);
        return of == null ? 0 : of.size();
    }

    /** How many found no room. */
    public synchronized long dropped() {
        return dropped;
    }

    private static long sizeOf(KeyRef key) {
        return (long) ENTRY_BYTES + key.bytes().length;
    }
}
