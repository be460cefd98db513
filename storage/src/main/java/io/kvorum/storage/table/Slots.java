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
    private static final int OBJECT_BYTES = 40;
    private static final byte HEAT_MAX = 7;
    private static final byte[] NO_HEAT = {};
    private static final long[] UNTRACKED = {};

    /** Slots at which a probe can begin. The rest are the tail, where the last clusters run out. */
    final int homes;

    private final int[] hashes;
    private final byte[] @Nullable [] records;

    /** A bit for each slot whose record is newer than its checkpoint; the holder of the lock alone touches them. */
    private final long[] dirty;

    /** A bit for each slot whose record is a stub: its values are in the checkpoint alone. As {@link #dirty}. */
    private final long[] cold;

    /** How often each slot was read of late, at most {@link #HEAT_MAX}. Readers add without a lock, and may lose some. */
    private final byte[] heat;

    /** Slots that remember what is asked for. */
    Slots(int homes, int tail, TableKind kind) {
        this.homes = homes;
        this.hashes = new int[homes + tail];
        this.records = new byte[homes + tail][];
        int words = (homes + tail + Long.SIZE - 1) / Long.SIZE;
        this.dirty = kind.tracksDirty() ? new long[words] : UNTRACKED;
        this.cold = kind.tracksHeat() ? new long[words] : UNTRACKED;
        this.heat = kind.tracksHeat() ? new byte[homes + tail] : NO_HEAT;
    }

    int length() {
        return hashes.length;
    }

    long heapBytes() {
        return OBJECT_BYTES
                + HeapSizes.ofInts(hashes.length)
                + HeapSizes.ofReferences(hashes.length)
                + (dirty == UNTRACKED ? 0 : HeapSizes.ofLongs(dirty.length))
                + (cold == UNTRACKED ? 0 : HeapSizes.ofLongs(cold.length) + HeapSizes.of(heat));
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
        if (heat != NO_HEAT) {
            heat[slot] = 1;
        }
    }

    /** Somebody read the record of a slot. Any thread. */
    void touch(int slot) {
        if (heat != NO_HEAT && heat[slot] < HEAT_MAX) {
            heat[slot]++;
        }
    }

    /** Writer only: how often a slot was read of late; half of it is forgotten. */
    int cool(int slot) {
        int was = heat[slot];
        heat[slot] = (byte) (was >> 1);
        return was;
    }

    /** Writer only: takes over how often a slot of others was read. */
    void heatAs(int slot, Slots others, int other) {
        if (heat != NO_HEAT) {
            heat[slot] = others.heat == NO_HEAT ? 0 : others.heat[other];
        }
    }

    /** Writer only: whether the record of a slot is a stub. */
    boolean isCold(int slot) {
        return cold != UNTRACKED && (cold[slot / Long.SIZE] & (1L << slot)) != 0;
    }

    /** Writer only: notes whether the record of a slot is a stub. */
    void markCold(int slot, boolean isCold) {
        if (cold != UNTRACKED) {
            long bit = 1L << slot;
            cold[slot / Long.SIZE] = isCold ? cold[slot / Long.SIZE] | bit : cold[slot / Long.SIZE] & ~bit;
        }
    }

    /** Writer only: notes that the record of a slot is newer than its checkpoint, or is not. Returns the change of bits. */
    int mark(int slot, boolean isDirty) {
        if (dirty == UNTRACKED) {
            return 0;
        }
        long bit = 1L << slot;
        long word = dirty[slot / Long.SIZE];
        if (((word & bit) != 0) == isDirty) {
            return 0;
        }
        dirty[slot / Long.SIZE] = word ^ bit;
        return isDirty ? 1 : -1;
    }

    /** Writer only: whether the record of a slot is newer than its checkpoint. */
    boolean isDirty(int slot) {
        return dirty != UNTRACKED && (dirty[slot / Long.SIZE] & (1L << slot)) != 0;
    }

    /** Writer only: the first slot from one on whose record is newer than its checkpoint; the length if there is none. */
    int nextDirty(int from) {
        int word = from / Long.SIZE;
        if (word >= dirty.length) {
            return hashes.length;
        }
        long bits = dirty[word] & (-1L << from);
        while (bits == 0) {
            word++;
            if (word == dirty.length) {
                return hashes.length;
            }
            bits = dirty[word];
        }
        return (word * Long.SIZE) + Long.numberOfTrailingZeros(bits);
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
