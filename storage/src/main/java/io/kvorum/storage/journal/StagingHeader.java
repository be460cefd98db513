package io.kvorum.storage.journal;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the staging file's first page. Whose it is and its size are forced when it is made and never change.
 * What is durable is written over and over and never forced, into two slots in turn: the end of the process tears one at
 * most, a loss of power perhaps both.
 *
 * @param bytes of the file behind this page
 * @param durable everything up to here had been forced, in segments, when this was written; 0 if both slots are torn
 * @param generation grows with each writing; its lowest bit names the slot
 */
record StagingHeader(UUID identity, int bytes, long durable, long generation) {
    static final int PAGE_BYTES = EntryFormat.PAGE_BYTES;
    static final int FORMAT = 1;
    static final int FIXED_BYTES = 40;
    static final int SLOT_BYTES = 24;
    private static final int FIXED_CRC_AT = 36;
    private static final int SLOT_CRC_AT = 20;
    private static final int SLOTS_AT = 1024;
    private static final long MAGIC = 0x4B56_5354_4147_494EL;

    /** Of a new file: everything up to a position is durable. */
    static StagingHeader of(UUID identity, int bytes, long durable) {
        return new StagingHeader(identity, bytes, durable, 0);
    }

    static int slotAt(long generation) {
        return SLOTS_AT + (int) (generation & 1) * SLOTS_AT;
    }

    StagingHeader next(long nowDurable) {
        return new StagingHeader(identity, bytes, nowDurable, generation + 1);
    }

    /** Writes what never changes. */
    void writeFixed(ByteBuffer page) {
        ByteWriter fixed = new ByteWriter(FIXED_BYTES);
        fixed.u64(MAGIC).u32(FORMAT).u32(bytes);
        fixed.u64(identity.getMostSignificantBits()).u64(identity.getLeastSignificantBits());
        fixed.u32(0).u32(0);
        write(page, 0, fixed.array(), FIXED_CRC_AT);
    }

    /** Writes what is durable into its slot. */
    void writeSlot(ByteBuffer page) {
        ByteWriter slot = new ByteWriter(SLOT_BYTES);
        slot.u64(generation).u64(durable).u32(0).u32(0);
        write(page, slotAt(generation), slot.array(), SLOT_CRC_AT);
    }

    private static void write(ByteBuffer page, int at, byte[] bytes, int crcAt) {
        page.put(at, bytes, 0, crcAt).putInt(at + crcAt, EntryFormat.payloadCrc(bytes, 0, crcAt));
    }

    /** Returns what a page says, or null if what never changes is damaged. */
    static @Nullable StagingHeader read(byte[] page) {
        ByteReader fixed = new ByteReader(page, 0, FIXED_BYTES);
        if (!isWhole(page, 0, FIXED_CRC_AT) || fixed.u64() != MAGIC || fixed.u32() != FORMAT) {
            return null;
        }
        int bytes = (int) fixed.u32();
        StagingHeader header = of(new UUID(fixed.u64(), fixed.u64()), bytes, 0);
        for (int slot = 0; slot < 2; slot++) {
            int at = slotAt(slot);
            if (isWhole(page, at, SLOT_CRC_AT)) {
                ByteReader in = new ByteReader(page, at, SLOT_BYTES);
                long generation = in.u64();
                long durable = in.u64();
                if (generation >= header.generation) {
                    header = new StagingHeader(header.identity, bytes, durable, generation);
                }
            }
        }
        return header;
    }

    private static boolean isWhole(byte[] page, int at, int crcAt) {
        return new ByteReader(page, at + crcAt, Integer.BYTES).u32()
                == Integer.toUnsignedLong(EntryFormat.payloadCrc(page, at, crcAt));
    }
}
