package io.kvorum.storage.hint;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Who has which slot of a {@link DurableHintStore}, and what is kept there: the place of a target in the list is the number
 * under which its hints are stored, for ever. Immutable; changes with each batch, and is stored with it.
 */
final class HintTargets {
    static final String NAME = "targets";

    /** As many as nodes that a cluster can ever have had, for this; what is stored has room for them. */
    static final int COUNT_MAX = 8192;

    private static final int VERSION = 2;

    private final UUID cluster;
    private final List<HintStore.Usage> slots;

    private HintTargets(UUID cluster, List<HintStore.Usage> slots) {
        this.cluster = cluster;
        this.slots = List.copyOf(slots);
    }

    /** No slots yet. */
    static HintTargets none(UUID cluster) {
        return new HintTargets(cluster, List.of());
    }

    /** The cluster that all of it belongs to. */
    UUID cluster() {
        return cluster;
    }

    /** The slot of a target, or -1. */
    int slot(UUID target) {
        for (int slot = 0; slot < slots.size(); slot++) {
            if (slots.get(slot).target().equals(target)) {
                return slot;
            }
        }
        return -1;
    }

    /** How many slots there are; some may be empty. */
    int slots() {
        return slots.size();
    }

    /** Whether one more target has room. */
    boolean isFull() {
        return slots.size() >= COUNT_MAX;
    }

    boolean isEmpty(int slot) {
        return slots.get(slot).count() == 0;
    }

    /** These and one more. */
    HintTargets with(UUID target) {
        List<HintStore.Usage> more = new ArrayList<>(slots);
        more.add(HintStore.Usage.none(target));
        return new HintTargets(cluster, more);
    }

    /** What is kept in a slot. */
    HintStore.Usage usage(int slot) {
        return slots.get(slot);
    }

    /** With something else kept in the slot of its target. */
    HintTargets with(int slot, HintStore.Usage usage) {
        List<HintStore.Usage> changed = new ArrayList<>(slots);
        changed.set(slot, usage);
        return new HintTargets(cluster, changed);
    }

    /** Bytes of all. */
    long bytes() {
        return slots.stream().mapToLong(HintStore.Usage::bytes).sum();
    }

    /** Those that something is kept for. */
    List<HintStore.Usage> used() {
        return slots.stream().filter(slot -> slot.count() > 0).toList();
    }

    /** u8 version, uuid of the cluster, varint targets, for each: its uuid, varint hints, varint bytes, u64 oldest stamp. */
    byte[] encode() {
        ByteWriter out = new ByteWriter(32 + 32 * slots.size());
        out.u8(VERSION).u64(cluster.getMostSignificantBits()).u64(cluster.getLeastSignificantBits());
        out.varInt(slots.size());
        for (HintStore.Usage slot : slots) {
            out.u64(slot.target().getMostSignificantBits()).u64(slot.target().getLeastSignificantBits());
            out.varLong(slot.count()).varLong(slot.bytes()).u64(slot.oldestStamp());
        }
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IOException if it is something else
     */
    static HintTargets decode(byte[] bytes) throws IOException {
        try {
            ByteReader in = new ByteReader(bytes);
            int version = in.field("version").u8();
            if (version != VERSION) {
                throw in.invalid("version", String.valueOf(version), String.valueOf(VERSION));
            }
            UUID cluster = new UUID(in.u64(), in.u64());
            int count = in.field("targets").varInt(COUNT_MAX);
            List<HintStore.Usage> slots = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                slots.add(new HintStore.Usage(new UUID(in.u64(), in.u64()), in.varLong(), in.varLong(), in.u64()));
            }
            in.expectEnd("targets");
            return new HintTargets(cluster, slots);
        } catch (DecodeException damaged) {
            throw new IOException(
                    "the list of those that hints are kept for is damaged: " + damaged.getMessage(), damaged);
        }
    }
}
