package io.kvorum.storage.table;

import io.kvorum.storage.version.RecordBytes;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The records of one copy of a partition: an open-addressing table, ordered by hash, read without a lock.
 *
 * <pre>
 *   table hash (32 bits)   0 ........................................ 2^32
 *                          |  slot = hash * homes / 2^32  (monotonic)  |
 *   hashes   int[]       [ 07 12 12 -- 31 33 .. 7e -- -- a0 a1 .. fd | fe -- -- ]
 *   records  byte[][]    [  r  r  r --  r  x ..  r -- --  r  r ..  r |  r -- -- ]   x: removed, passed by probes
 *                          └ cluster ┘                                └─ tail ─┘
 * </pre>
 *
 * <p><b>Probing</b> goes to the right and never wraps: the last clusters run out into a tail of spare slots. It looks
 * at hashes alone, sixteen to a cache line, and touches a record only when all 32 bits agree. A record never moves
 * while its array lives, and no empty slot ever stands between its home and itself; so a reader beside a writer finds
 * every record that is there throughout.
 *
 * <p><b>Growth</b> copies hashes and references; no key is read again. It is by two fifths and not by doubling, since
 * slots per key are a headline figure: between 0.6 and 0.83 full, 8 bytes to a slot, a key costs less than 12 bytes.
 *
 * <p><b>Scans</b>: because of the order, everything in and before a cluster has a smaller hash than everything behind
 * the empty slot that ends it. A hash is therefore a complete cursor: stateless, and as good after growth as before.
 *
 * <p>Writers hold the lock of the copy; readers and scans are free. A reader on another thread sees the table as it was
 * at some moment of its call.
 */
public final class PartitionTable {
    /** The end of the hash space, and the cursor bound of a scan over all of it. */
    public static final long HASH_END = 1L << Integer.SIZE;

    /** Returned by a scan that has visited everything. */
    public static final long SCAN_DONE = -1;

    /** Position bits above those of the table hash: a hash slot's, which all keys of a hash tag share. */
    static final int BITS_ABOVE_HASH = 14;

    private static final int FIRST_HOMES = 16;
    private static final int FIRST_HOMES_PHASES = 6;
    private static final int TAIL_MIN = 8;
    private static final int TAIL_MAX = 64;
    private static final int RECORDS_MAX = 1 << 30;
    private static final Slots NONE = new Slots(1, 0, TableKind.PLAIN);

    private final int firstHomes;
    private final TableKind kind;
    /** Volatile, since readers take no lock: who sees new slots must see what was copied into them. */
    private volatile Slots slots = NONE;

    private int size;
    private int markers;
    private int dirty;

    /**
     * An empty table, which takes no arrays until it has a record.
     *
     * @param index of its partition: neighbours start from different sizes, so that tables that fill alike do not all
     *     grow at once, and the load over all is an average at any time
     * @param kind what it remembers beside the records
     */
    public PartitionTable(int index, TableKind kind) {
        this.firstHomes = FIRST_HOMES + Math.floorMod(index, FIRST_HOMES_PHASES);
        this.kind = kind;
    }

    /** The 32 bits of a position that order a table: those below the 14 of a hash slot. */
    public static int hashOf(long positionHigh) {
        return (int) (positionHigh >>> (Integer.SIZE - BITS_ABOVE_HASH));
    }

    /** Returns the record of a key, or null. Any thread, never waits, allocates nothing. */
    public byte @Nullable [] get(int tableHash, byte[] key, int offset, int length) {
        Slots current = slots;
        int hash = stored(tableHash);
        for (int i = current.home(hash), end = current.length(); i < end; i++) {
            int found = current.hash(i);
            if (found == hash) {
                byte[] record = current.record(i);
                if (record != null && RecordBytes.hasKey(record, key, offset, length)) {
                    current.touch(i);
                    return record;
                }
            } else if (found == Slots.EMPTY) {
                return null;
            }
        }
        return null;
    }

    /**
     * Writer only: inserts the record, or replaces the one that has its key. It is dirty: newer than its checkpoint.
     * Returns the one replaced, or null.
     */
    public byte @Nullable [] put(int tableHash, byte[] record) {
        return put(tableHash, record, kind.tracksDirty());
    }

    /** Writer only: like {@link #put(int, byte[])}, but as the checkpoint has it. */
    public byte @Nullable [] load(int tableHash, byte[] record) {
        return put(tableHash, record, false);
    }

    private byte @Nullable [] put(int tableHash, byte[] record, boolean isDirty) {
        int hash = stored(tableHash);
        Slots current = slots;
        int keyLength = RecordBytes.keyLength(record);
        int free = -1;
        int i = current.home(hash);
        for (int end = current.length(); i < end; i++) {
            int found = current.hash(i);
            if (found == Slots.EMPTY) {
                break;
            }
            byte[] there = current.record(i);
            if (there == null) {
                free = free < 0 ? i : free;
            } else if (found == hash && RecordBytes.hasKey(there, record, RecordBytes.KEY_AT, keyLength)) {
                current.replace(i, record);
                dirty += current.mark(i, isDirty);
                current.markCold(i, false);
                return there;
            }
        }
        if (free >= 0) {
            markers--;
            current.fill(free, hash, record);
            dirty += current.mark(free, isDirty);
        } else if (i < current.length() && hasRoom(current)) {
            current.fill(i, hash, record);
            dirty += current.mark(i, isDirty);
        } else {
            rebuild(size + 1, hash, record, isDirty);
            dirty += isDirty ? 1 : 0;
        }
        size++;
        return null;
    }

    /** Writer only: removes the record of a key and returns it, or null if there is none. */
    public byte @Nullable [] remove(int tableHash, byte[] key, int offset, int length) {
        int hash = stored(tableHash);
        Slots current = slots;
        for (int i = current.home(hash), end = current.length(); i < end; i++) {
            int found = current.hash(i);
            if (found == Slots.EMPTY) {
                return null;
            }
            byte[] record = found == hash ? current.record(i) : null;
            if (record != null && RecordBytes.hasKey(record, key, offset, length)) {
                dirty += current.mark(i, false);
                current.markCold(i, false);
                markers += current.clear(i);
                size--;
                shrinkIfSparse(current);
                return record;
            }
        }
        return null;
    }

    /** Writer only: removes everything and gives the arrays back. */
    public void clear() {
        slots = NONE;
        size = 0;
        markers = 0;
        dirty = 0;
    }

    /**
     * Writer only: declares that the checkpoint has this very record.
     *
     * @return whether it is still the record of its key; if not, nothing changed
     */
    public boolean markClean(int tableHash, byte[] record) {
        int slot = slotOf(stored(tableHash), record);
        if (slot >= 0) {
            dirty += slots.mark(slot, false);
        }
        return slot >= 0;
    }

    /**
     * Writer only: visits records that are newer than their checkpoint, with a table hash (unsigned) from one on, whole
     * clusters at a time, until at least {@code count} were visited or it is enough.
     *
     * @return where to go on, or {@link #SCAN_DONE}
     */
    public long scanDirty(long fromHash, int count, BooleanSupplier enough, RecordVisitor visitor) {
        Slots current = slots;
        int visited = 0;
        int i = current.nextDirty(current.home((int) fromHash));
        while (i < current.length()) {
            if (current.hash(i) == Slots.EMPTY) {
                if (current.firstHashAt(i) >= HASH_END) {
                    return SCAN_DONE;
                }
                return current.firstHashAt(i);
            }
            byte[] record = current.record(i);
            if (record != null && current.isDirty(i) && Integer.toUnsignedLong(current.hash(i)) >= fromHash) {
                visitor.visit(record);
                visited++;
            }
            // To the next one that is dirty while there is room, then slot by slot to the end of the cluster.
            i = visited < count && !enough.getAsBoolean() ? current.nextDirty(i + 1) : i + 1;
        }
        return SCAN_DONE;
    }

    /** Writer only: whether this very record is the stub of its key, with its values in the checkpoint alone. */
    public boolean isCold(int tableHash, byte[] record) {
        int slot = slotOf(stored(tableHash), record);
        return slot >= 0 && slots.isCold(slot);
    }

    /** Writer only: puts a stub in place of this very record, or this very record's whole in place of the stub. */
    public void exchange(int tableHash, byte[] record, byte[] other, boolean isCold) {
        int slot = slotOf(stored(tableHash), record);
        if (slot < 0) {
            throw new IllegalStateException("a record that is not there was to be exchanged");
        }
        slots.replace(slot, other);
        slots.markCold(slot, isCold);
    }

    /**
     * Writer only: looks at slots from a table hash on, forgets half of how often each was read, and visits the records
     * that were not read at all of late, as the checkpoint has them and whole.
     *
     * @param count slots to look at
     * @return where to go on, or {@link #SCAN_DONE}
     */
    public long cool(long fromHash, int count, RecordVisitor visitor) {
        Slots current = slots;
        int from = current.home((int) fromHash);
        int end = from + count >= current.homes ? current.length() : from + count;
        for (int i = from; i < end; i++) {
            byte[] record = current.record(i);
            if (record != null && current.cool(i) == 0 && !current.isDirty(i) && !current.isCold(i)) {
                visitor.visit(record);
            }
        }
        return end == current.length() ? SCAN_DONE : current.firstHashAt(end);
    }

    @SuppressWarnings("ReferenceEquality") // the very record, not one that equals it
    private int slotOf(int hash, byte[] record) {
        Slots current = slots;
        for (int i = current.home(hash), end = current.length(); i < end; i++) {
            int found = current.hash(i);
            if (found == Slots.EMPTY) {
                return -1;
            }
            if (found == hash && current.record(i) == record) {
                return i;
            }
        }
        return -1;
    }

    /** Records that are newer than their checkpoint. Writer only. */
    public int dirtyCount() {
        return dirty;
    }

    /**
     * Visits records with a table hash (unsigned) from {@code fromHash} up to and without {@code endHash}, whole
     * clusters at a time, until at least {@code count} were visited. A key that is there from the first call to the
     * last is visited exactly once, however the table changes and grows between calls; one that comes or goes
     * meanwhile may or may not be.
     *
     * <p>Any thread. The records of one call are at least as new as its start.
     *
     * @param count at least 1; passed by the rest of a cluster, a few dozen records at the most unless hashes collide
     * @return the {@code fromHash} of the next call, or {@link #SCAN_DONE}
     */
    public long scan(long fromHash, long endHash, int count, RecordVisitor visitor) {
        if (fromHash < 0 || endHash > HASH_END || count < 1) {
            throw new IllegalArgumentException("scan from " + fromHash + " to " + endHash + ", count " + count);
        }
        if (fromHash >= endHash) {
            return SCAN_DONE;
        }
        Slots current = slots;
        int visited = 0;
        for (int i = current.home((int) fromHash), end = current.length(); i < end; i++) {
            int hash = current.hash(i);
            if (hash == Slots.EMPTY) {
                long next = current.firstHashAt(i);
                if (next >= endHash) {
                    return SCAN_DONE;
                }
                if (visited >= count) {
                    return next;
                }
                continue;
            }
            long unsigned = Integer.toUnsignedLong(hash);
            byte[] record = unsigned < fromHash || unsigned >= endHash ? null : current.record(i);
            // A marker may be taken by another key between the two reads; then the hash is not the record's.
            if (record != null && current.hash(i) == hash) {
                visitor.visit(record);
                visited++;
            }
        }
        return SCAN_DONE;
    }

    /** Records in the table. Writer only. */
    public int size() {
        return size;
    }

    /** Bytes of heap of the arrays, without the records. Any thread. */
    public long heapBytes() {
        Slots current = slots;
        return current == NONE ? 0 : current.heapBytes();
    }

    /** Hash 0 marks an empty slot, so that a key which has it is kept under 1: order and uniqueness do not suffer. */
    private static int stored(int tableHash) {
        return tableHash == Slots.EMPTY ? 1 : tableHash;
    }

    private boolean hasRoom(Slots current) {
        return current != NONE && 6L * (size + markers + 1) <= 5L * current.homes;
    }

    private void shrinkIfSparse(Slots current) {
        if (4L * size < current.homes && current.homes > 2 * firstHomes) {
            rebuild(size, Slots.EMPTY, null, false);
        }
    }

    /** Copies what is there, without the markers, into slots that fit {@code wanted} records, and publishes them. */
    private void rebuild(int wanted, int newHash, byte @Nullable [] newRecord, boolean newIsDirty) {
        if (wanted > RECORDS_MAX) {
            throw new IllegalStateException("a partition holds at most " + RECORDS_MAX + " records");
        }
        // Where markers filled the table there must be room behind, or keys that come and go would copy it each time.
        int homes = homesFor(wanted + Math.min(markers, wanted / 8));
        int tail = Math.max(TAIL_MIN, Math.min(TAIL_MAX, homes / 8));
        Slots next = copy(homes, tail, newHash, newRecord, newIsDirty);
        while (next == null) {
            // Not more homes: keys that collide on purpose would fill the heap with empty ones.
            tail *= 2;
            next = copy(homes, tail, newHash, newRecord, newIsDirty);
        }
        markers = 0;
        slots = next;
    }

    /** The next step of this table's own ladder of sizes that is not full with so many records. */
    private int homesFor(int wanted) {
        long homes = firstHomes;
        while (6L * wanted > 5 * homes) {
            homes += homes * 2 / 5;
        }
        return Math.toIntExact(homes);
    }

    private @Nullable Slots copy(int homes, int tail, int newHash, byte @Nullable [] newRecord, boolean newIsDirty) {
        Slots from = slots;
        Slots next = new Slots(homes, tail, kind);
        // The last run of slots known to be full: probing jumps it, so that colliding keys cost no more than others.
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0; i < from.length(); i++) {
            byte[] record = from.record(i);
            if (record == null) {
                continue;
            }
            int hash = from.hash(i);
            int home = next.home(hash);
            boolean inRun = home >= runStart && home < runEnd;
            int slot = next.append(inRun ? runEnd : home, hash, record);
            if (slot < 0) {
                return null;
            }
            next.mark(slot, from.isDirty(i));
            next.markCold(slot, from.isCold(i));
            next.heatAs(slot, from, i);
            runStart = inRun ? runStart : home;
            runEnd = slot + 1;
        }
        if (newRecord != null) {
            int slot = next.append(next.home(newHash), newHash, newRecord);
            if (slot < 0) {
                return null;
            }
            next.mark(slot, newIsDirty);
        }
        return next;
    }
}
