package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.Ring;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Some partitions of the ring. Immutable; equal sets are equal bytes.
 *
 * @param partitions ascending, without repetition
 */
public record PartitionSet(List<Integer> partitions) {
    /** No partition. */
    public static final PartitionSet NONE = new PartitionSet(List.of());

    /** Copies the list and checks that it ascends. */
    public PartitionSet {
        partitions = List.copyOf(partitions);
        int previous = -1;
        for (int partition : partitions) {
            if (partition <= previous) {
                throw new IllegalArgumentException("partition " + partition + " after " + previous);
            }
            previous = partition;
        }
    }

    /** Returns the set of these partitions, given in any order. */
    public static PartitionSet of(Collection<Integer> partitions) {
        return new PartitionSet(List.copyOf(new TreeSet<>(partitions)));
    }

    /** Returns the set of this one partition. */
    public static PartitionSet of(int partition) {
        return new PartitionSet(List.of(partition));
    }

    /** Writes the number of partitions, then the gap before each. */
    public void encode(ByteWriter out) {
        out.varInt(partitions.size());
        int next = 0;
        for (int partition : partitions) {
            out.varInt(partition - next);
            next = partition + 1;
        }
    }

    /** Reads what {@link #encode} writes. */
    public static PartitionSet decode(ByteReader in) {
        int count = in.field("partitions").count(Ring.PARTITIONS_MAX, 1);
        List<Integer> partitions = new ArrayList<>(count);
        int next = 0;
        for (int i = 0; i < count; i++) {
            int partition = next + in.field("gap of partitions").varInt(Ring.PARTITIONS_MAX - 1 - next);
            partitions.add(partition);
            next = partition + 1;
        }
        return new PartitionSet(partitions);
    }
}
