package io.kvorum.ring;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The clockwise walk over the ring: for each partition, all token holders in the order in which they are first met.
 *
 * <p>The order of a partition is that of the next one with the partition's own node moved to the front, so all orders
 * cost O(partitions × nodes) together.
 */
final class Walk {
    private final List<List<NodeId>> orders;
    private final Map<NodeId, Member> present;
    private final int n;

    /**
     * @param assignment tokens; those of nodes that are not in {@code present} are passed over
     * @param present the members that may hold data
     * @param n how many owners a partition should have
     */
    Walk(Assignment assignment, Map<NodeId, Member> present, int n) {
        this.present = present;
        this.n = n;
        int partitions = assignment.partitions();
        List<NodeId> order = new ArrayList<>();
        for (NodeId node : new LinkedHashSet<>(assignment.tokens())) {
            if (present.containsKey(node)) {
                order.add(node);
            }
        }
        List<List<NodeId>> backwards = new ArrayList<>(partitions);
        for (int partition = partitions - 1; partition >= 0; partition--) {
            NodeId node = assignment.owner(partition);
            if (order.remove(node)) {
                order.add(0, node);
            }
            backwards.add(List.copyOf(order));
        }
        this.orders = backwards;
    }

    /** Returns all token holders in walking order from the partition's token. */
    List<NodeId> order(int partition) {
        return orders.get(orders.size() - 1 - partition);
    }

    /** Returns the first N of the walk: first one of each zone, then, if zones are too few, the nodes passed over. */
    List<NodeId> owners(int partition) {
        List<NodeId> order = order(partition);
        List<NodeId> owners = new ArrayList<>(n);
        List<NodeId> passedOver = new ArrayList<>();
        Set<String> zones = new LinkedHashSet<>();
        for (NodeId node : order) {
            if (owners.size() == n) {
                break;
            }
            if (zones.add(zoneOf(node))) {
                owners.add(node);
            } else {
                passedOver.add(node);
            }
        }
        for (NodeId node : passedOver) {
            if (owners.size() == n) {
                break;
            }
            owners.add(node);
        }
        return owners;
    }

    private String zoneOf(NodeId node) {
        Member member = present.get(node);
        return member == null ? "" : member.zone();
    }
}
