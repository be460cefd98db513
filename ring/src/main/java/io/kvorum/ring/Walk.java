package io.kvorum.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The clockwise walk over the ring: for each partition, all token holders in the order in which they are first met.
 * Immutable.
 *
 * <p>The order of a partition is that of the next one with the partition's own node moved to the front. Written down is
 * only every {@value #STRIDE}th order; those between are reached from the one above:
 *
 * <pre>
 *   partition    0 …… 31   32 …… 63   64 …
 *   order          ←←←←←←32  ←←←←←←64
 * </pre>
 */
final class Walk {
    private static final int STRIDE = 32;

    private final Assignment assignment;
    private final int n;

    /** The token holders that are there, numbered as their first tokens are met from partition 0 on. */
    private final List<NodeId> nodes;

    /** By a holder's number: a number for its zone. */
    private final int[] zones;

    private final int zoneCount;

    /** By partition: the number of its token's holder; -1 if that is gone. */
    private final int[] holders;

    /** At i: the order of partition min((i + 1) × STRIDE, partitions), the last being the first again. */
    private final int[][] orders;

    /**
     * @param assignment tokens; those of nodes that are not in {@code present} are passed over
     * @param present the members that may hold data
     * @param n how many owners a partition should have
     */
    Walk(Assignment assignment, Map<NodeId, Member> present, int n) {
        this.assignment = assignment;
        this.n = n;
        this.nodes = holders(assignment, present);
        Map<NodeId, Integer> numbers = new HashMap<>();
        Map<String, Integer> zoneNumbers = new HashMap<>();
        this.zones = new int[nodes.size()];
        int[] order = new int[nodes.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
            numbers.put(nodes.get(i), i);
            String zone = zoneOf(nodes.get(i), present);
            Integer known = zoneNumbers.putIfAbsent(zone, zoneNumbers.size());
            zones[i] = known == null ? zoneNumbers.size() - 1 : known;
        }
        this.zoneCount = zoneNumbers.size();
        int partitions = assignment.partitions();
        this.holders = new int[partitions];
        this.orders = new int[(partitions + STRIDE - 1) / STRIDE][];
        for (int partition = partitions - 1; partition >= 0; partition--) {
            holders[partition] = numbers.getOrDefault(assignment.owner(partition), -1);
            if (partition == partitions - 1 || partition % STRIDE == STRIDE - 1) {
                orders[partition / STRIDE] = order.clone();
            }
            step(order, holders[partition]);
        }
    }

    private static List<NodeId> holders(Assignment assignment, Map<NodeId, Member> present) {
        List<NodeId> holders = new ArrayList<>(new LinkedHashSet<>(assignment.tokens()));
        holders.removeIf(node -> !present.containsKey(node));
        return holders;
    }

    private static String zoneOf(NodeId node, Map<NodeId, Member> present) {
        Member member = present.get(node);
        return member == null ? "" : member.zone();
    }

    /** Moves a holder to the front of an order. */
    private static void step(int[] order, int holder) {
        if (holder >= 0) {
            int place = 0;
            while (order[place] != holder) {
                place++;
            }
            System.arraycopy(order, 0, order, 1, place);
            order[0] = holder;
        }
    }

    /** Returns whether these give the very same walk; {@code before} are the members that this one was made of. */
    boolean isOf(Assignment tokens, Map<NodeId, Member> before, Map<NodeId, Member> present, int ownersWanted) {
        if (n != ownersWanted || !assignment.equals(tokens) || !before.keySet().equals(present.keySet())) {
            return false;
        }
        for (NodeId node : nodes) {
            if (!zoneOf(node, before).equals(zoneOf(node, present))) {
                return false;
            }
        }
        return true;
    }

    /** Returns all token holders in walking order from the partition's token, by their numbers here. */
    int[] order(int partition) {
        int[] order = orders[partition / STRIDE].clone();
        int above = Math.min((partition / STRIDE + 1) * STRIDE, holders.length) - 1;
        for (int stepped = above; stepped >= partition; stepped--) {
            step(order, holders[stepped]);
        }
        return order;
    }

    /** Returns the nodes of an order. */
    List<NodeId> nodes(int[] order) {
        NodeId[] named = new NodeId[order.length];
        for (int i = 0; i < order.length; i++) {
            named[i] = nodes.get(order[i]);
        }
        return Arrays.asList(named);
    }

    /** Returns the first N of an order: first one of each zone, then, if zones are too few, those passed over. */
    List<NodeId> owners(int[] order) {
        List<NodeId> owners = new ArrayList<>(n);
        List<NodeId> passedOver = new ArrayList<>();
        boolean[] seen = new boolean[zoneCount];
        int zonesLeft = zoneCount;
        for (int number : order) {
            if (owners.size() == n || (zonesLeft == 0 && owners.size() + passedOver.size() >= n)) {
                break;
            }
            if (seen[zones[number]]) {
                passedOver.add(nodes.get(number));
            } else {
                seen[zones[number]] = true;
                zonesLeft--;
                owners.add(nodes.get(number));
            }
        }
        int missing = Math.min(n - owners.size(), passedOver.size());
        owners.addAll(passedOver.subList(0, missing));
        return owners;
    }
}
