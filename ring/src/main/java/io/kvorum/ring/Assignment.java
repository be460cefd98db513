package io.kvorum.ring;

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
