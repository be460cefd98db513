package io.kvorum.storage.journal;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a segment's first page, in two slots that are written in turn: one torn by a crash leaves the other.
 *
 * @param base position of the file's first byte
 * @param bytes of the file, header page included
 * @param previousEnd where the entries before this segment end: its base, or less if it is the first of a life or the
 *     first after a failure
 * @param previousDurable from here up to the base nothing need be readable: a failed force has lost it; else the end
 * @param durable everything up to here had been forced when this was written
 * @param closed whether the journal was closed in order at {@code durable}
 * @param generation grows with each writing; its lowest bit names the slot
 */
record SegmentHeader(
        UUID identity,
        long sequence,
        long base,
        int bytes,
        long previousEnd,
        long previousDurable,
        long durable,
        boolean closed,
        long generation) {

    /** The page it has for itself: entries begin behind it. */
    static final int PAGE_BYTES = EntryFormat.PAGE_BYTES;

    static final int FORMAT = 1;
    static final int SLOT_BYTES = 96;
    private static final int CRC_AT = 92;
    private static final int CLOSED = 1;
    private static final long MAGIC = 0x4B56_4A4F_5552_4E4CL;

    static int slotAt(long generation) {
        return (int) (generation & 1) * (PAGE_BYTES / 2);
    }

    long end() {
        return base + bytes;
    }

    /** Position of the first entry. */
    long entriesAt() {
        return base + PAGE_BYTES;
    }

    /** Whether it was prepared to follow another, and is nothing without an entry: it did not begin a life. */
    boolean goesOn() {
        return previousEnd == base;
    }

    SegmentHeader next(long nowDurable, boolean nowClosed) {
        return new SegmentHeader(
                identity, sequence, base, bytes, previousEnd, previousDurable, nowDurable, nowClosed, generation + 1);
    }

    /** Writes it into its slot of the page. */
    void write(ByteBuffer page) {
        ByteWriter slot = new ByteWriter(SLOT_BYTES);
        slot.u64(MAGIC).u32(FORMAT).u32(closed ? CLOSED : 0).u64(generation);
        slot.u64(sequence)
                .u64(base)
                .u64(bytes)
                .u64(previousEnd)
                .u64(previousDurable)
                .u64(durable);
        slot.u64(identity.getMostSignificantBits()).u64(identity.getLeastSignificantBits());
        slot.u32(0);
        slot.u32(EntryFormat.payloadCrc(slot.array(), 0, CRC_AT));
        page.put(slotAt(generation), slot.array(), 0, SLOT_BYTES);
    }

    /** Returns the newer of the slots that are whole, or null if neither is. */
    static @Nullable SegmentHeader read(byte[] page) {
        SegmentHeader first = readSlot(page, slotAt(0));
        SegmentHeader second = readSlot(page, slotAt(1));
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.generation > second.generation ? first : second;
    }

    /** The format that both slots name if it is one we do not know yet, else 0. */
    static long laterFormat(byte[] page) {
        long first = formatOf(page, slotAt(0));
        return first == formatOf(page, slotAt(1)) && first > FORMAT ? first : 0;
    }

    private static long formatOf(byte[] page, int at) {
        ByteReader slot = new ByteReader(page, at, SLOT_BYTES);
        return slot.u64() == MAGIC ? slot.u32() : 0;
    }

    private static @Nullable SegmentHeader readSlot(byte[] page, int at) {
        ByteReader slot = new ByteReader(page, at, SLOT_BYTES);
        if (slot.u64() != MAGIC || slot.u32() != FORMAT) {
            return null;
        }
        if (new ByteReader(page, at + CRC_AT, 4).u32()
                != Integer.toUnsignedLong(EntryFormat.payloadCrc(page, at, CRC_AT))) {
            return null;
        }
        boolean closed = (slot.u32() & CLOSED) != 0;
        long generation = slot.u64();
        long sequence = slot.u64();
        long base = slot.u64();
        int bytes = (int) slot.u64();
        long previousEnd = slot.u64();
        long previousDurable = slot.u64();
        long durable = slot.u64();
        UUID identity = new UUID(slot.u64(), slot.u64());
        return new SegmentHeader(
                identity, sequence, base, bytes, previousEnd, previousDurable, durable, closed, generation);
    }
}
