package io.kvorum.ring;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which node owns the token of each partition: the whole content of a plan. Immutable.
 *
 * @param tokens the owner of partition i's token at index i; size is the number of partitions
 */
public record Assignment(List<NodeId> tokens) {
    /** Copies the list. */
    public Assignment {
        tokens = List.copyOf(tokens);
    }

    private static final int NODES_MAX = 10_000;

    /** Writes the distinct nodes in order of their ids, then the index of each token's owner among them. */
    public void encode(ByteWriter out) {
        List<NodeId> nodes = List.copyOf(counts().keySet());
        out.varInt(nodes.size());
        nodes.forEach(node -> node.encode(out));
        out.varInt(tokens.size());
        for (NodeId owner : tokens) {
            out.varInt(Collections.binarySearch(nodes, owner));
        }
    }

    /** Reads what {@link #encode} writes. */
    public static Assignment decode(ByteReader in) {
        int count = in.field("nodes of assignment").count(NODES_MAX, 16);
        List<NodeId> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(NodeId.decode(in));
        }
        int partitions = in.field("tokens").count(Ring.PARTITIONS_MAX, 1);
        if (count == 0 && partitions > 0) {
            throw in.invalid("nodes of assignment", "none", "at least one");
        }
        List<NodeId> tokens = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            tokens.add(nodes.get(in.field("token owner").varInt(count - 1)));
        }
        return new Assignment(tokens);
    }

    /** Returns the number of partitions. */
    public int partitions() {
        return tokens.size();
    }

    /** Returns the owner of the partition's token. */
    public NodeId owner(int partition) {
        return tokens.get(partition);
    }

    /** Returns how many tokens each node has, in order of node ids; nodes without any are not listed. */
    public SortedMap<NodeId, Integer> counts() {
        SortedMap<NodeId, Integer> counts = new TreeMap<>();
        for (NodeId node : tokens) {
            counts.merge(node, 1, Integer::sum);
        }
        return Collections.unmodifiableSortedMap(counts);
    }

    /** Returns how many tokens have another owner in {@code other}, which must have as many partitions. */
    public int differences(Assignment other) {
        int differences = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (!tokens.get(i).equals(other.tokens.get(i))) {
                differences++;
            }
        }
        return differences;
    }

    /** Returns this assignment with every token of {@code from} given to {@code to}. */
    public Assignment replacing(NodeId from, NodeId to) {
        List<NodeId> replaced = new ArrayList<>(tokens);
        replaced.replaceAll(node -> node.equals(from) ? to : node);
        return new Assignment(replaced);
    }
}
