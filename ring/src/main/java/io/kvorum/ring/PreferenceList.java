package io.kvorum.ring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who answers for a partition, in order (Dynamo §4.3).
 *
 * <p>While a plan is carried out, an owner that gives its place up stays listed until the one that takes it has settled;
 * an owner that takes nobody's place is listed at once but not settled. Settled owners and all {@link #incoming} nodes take
 * writes; settled owners alone answer reads, coordinate, and count toward quorums.
 *
 * @param owners at most N distinct nodes, in walking order, distinct zones first
 * @param settled those of the owners that have all of the partition's data, in the same order
 * @param fallbacks all other nodes that hold tokens, in walking order, without the incoming ones
 * @param moves what is still to do here, what was consented to before all else; of the rest only the first may be under way,
 *     when nothing is consented to
 * @param returning those that gave their place up to a node that is gone since. It may have settled, and some may have heard
 *     that: so none of them answers. They have all that they had, and join the owners again before anything else is done
 */
public record PreferenceList(
        List<NodeId> owners, List<NodeId> settled, List<NodeId> fallbacks, List<Move> moves, List<NodeId> returning) {
    /** Copies the lists. */
    public PreferenceList {
        owners = List.copyOf(owners);
        settled = List.copyOf(settled);
        fallbacks = List.copyOf(fallbacks);
        moves = List.copyOf(moves);
        returning = List.copyOf(returning);
    }

    /** Returns whether the node is an owner, settled or not. */
    public boolean isOwner(NodeId node) {
        return owners.contains(node);
    }

    /** Returns whether the node is an owner that has all of the partition's data. */
    public boolean isSettled(NodeId node) {
        return settled.contains(node);
    }

    /** Returns the change to the owners that may be under way now, or null if the plan is carried out here. */
    public @Nullable Move activeMove() {
        return moves.isEmpty() ? null : moves.get(0);
    }

    /** Returns whether the node is an owner that has consented to give its place up: it answers no more. */
    public boolean hasConsented(NodeId node) {
        for (Move move : moves) {
            if (move.consented() && node.equals(move.from())) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the node has given its place up to one that is gone, and is to join the owners again. */
    public boolean isReturning(NodeId node) {
        return returning.contains(node);
    }

    /** Returns the nodes that are taking the partition over now: they are sent all writes, and do not count. */
    public List<NodeId> incoming() {
        List<NodeId> incoming = new ArrayList<>(1);
        for (Move move : moves) {
            NodeId to = move.to();
            if (to != null && !incoming.contains(to) && (move.consented() || move.equals(activeMove()))) {
                incoming.add(to);
            }
        }
        return incoming;
    }
}
