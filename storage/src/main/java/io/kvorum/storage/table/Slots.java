package io.kvorum.storage.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The two parallel arrays of a {@link PartitionTable}, of fixed size: a larger table is another {@code Slots}.
 *
 * <p>Every access is a release or an acquire, so that who sees a reference sees the record behind it. A slot is filled
 * hash first and emptied record first: a hash without a record is a slot that holds nothing <em>any more or yet</em>,
 * and probing goes on past it.
 */
final class Slots {
    /** In {@link #hashes}: never used, probing ends here. */
    static final int EMPTY = 0;

    private static final VarHandle HASH = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle RECORD = MethodHandles.arrayElementVarHandle(byte[][].class);
    private static final int OBJECT_BYTES = 24;

    /** Slots at which a probe can begin. The rest are the tail, where the last clusters run out. */
    final int homes;

    private final int[] hashes;
    private final byte[] @Nullable [] records;

    Slots(int homes, int tail) {
        this.homes = homes;
        this.hashes = new int[homes + tail];
        this.records = new byte[homes + tail][];
    }

    int length() {
        return hashes.length;
    }

    long heapBytes() {
        return OBJECT_BYTES + HeapSizes.ofInts(hashes.length) + HeapSizes.ofReferences(hashes.length);
    }

    /** Where probing for a hash begins: the slots are ordered by hash. */
    int home(int hash) {
        return (int) ((Integer.toUnsignedLong(hash) * homes) >>> Integer.SIZE);
    }

    /** The smallest hash (unsigned) whose home is this slot or a later one; 2^32 in the tail. */
    long firstHashAt(int slot) {
        return slot >= homes ? 1L << Integer.SIZE : (((long) slot << Integer.SIZE) + homes - 1) / homes;
    }

    /** The hash in a slot, {@link #EMPTY} if none ever was. */
    int hash(int slot) {
        return (int) HASH.getAcquire(hashes, slot);
    }

    byte @Nullable [] record(int slot) {
        return (byte[]) RECORD.getAcquire(records, slot);
    }

    /** Writer only: the record of a slot that already has its hash. */
    void replace(int slot, byte[] record) {
        RECORD.setRelease(records, slot, record);
    }

    /** Writer only: a slot without a record gets one. */
    void fill(int slot, int hash, byte[] record) {
        HASH.setRelease(hashes, slot, hash);
        RECORD.setRelease(records, slot, record);
    }

    /**
     * Writer only: takes the record out and leaves the slot as a marker for probes to pass. Markers at the end of a
     * cluster lead nowhere and become empty again.
     *
     * @return how many markers are left more (1) or fewer (0 and below) than before
     */
    int clear(int slot) {
        RECORD.setRelease(records, slot, null);
        if (slot + 1 < hashes.length && hashes[slot + 1] != EMPTY) {
            return 1;
        }
        int markers = 1;
        for (int i = slot; i >= 0 && hashes[i] != EMPTY && records[i] == null; i--) {
            HASH.setRelease(hashes, i, EMPTY);
            markers--;
        }
        return markers;
    }

    /** Writer only, before publication: takes the first free slot from {@code start} on; -1 if the tail ran out. */
    int append(int start, int hash, byte[] record) {
        for (int i = start; i < hashes.length; i++) {
            if (hashes[i] == EMPTY) {
                hashes[i] = hash;
                records[i] = record;
                return i;
            }
        }
        return -1;
    }
}
