package io.kvorum.ring.claim;

import io.kvorum.ring.Assignment;
import io.kvorum.ring.Member;
import io.kvorum.ring.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets which token (Dynamo §6.2, strategy 3). A pure function: the same members and tokens give the same
 * assignment on every node.
 *
 * <p>Three things are wanted, in this order. Every node has tokens in proportion to its weight, within one. Any N
 * successive tokens, those across zero included, belong to distinct nodes and, where the zones are many and even enough,
 * to distinct zones: preference lists then are simply the next N tokens, and load spreads as tokens do. And as few tokens
 * change hands as these two allow; where a few neighbours could only be parted by moving a good part of the ring, as at
 * the seam a ring of N nodes leaves at zero, these stay: preference lists pass over them anyway.
 *
 * <p>First, nodes with too few tokens take them from those that are gone or have too many, evenly around the ring and where
 * they clash with nobody; then {@link Repair} swaps what clashes still. Should nodes clash even then although they need not,
 * all is laid out anew. With N nodes or fewer, every node owns every partition whatever the tokens, so they follow one
 * another as evenly as they can, and no data moves for it.
 */
public final class Claim {
    /** Keeping zones apart may cost this part of all tokens in moves beyond those that balance asks for. */
    private static final int EXTRA_MOVES_PART = 8;

    private static final int ATTEMPTS = 6;

    private final int partitions;
    private final int n;
    private final List<Member> members;
    private final int[] zones;
    private final int[] before;
    private final Quotas quotas;

    private Claim(int partitions, int n, Collection<Member> claimants, @Nullable Assignment previous) {
        this.partitions = partitions;
        this.n = n;
        this.members = claimants.stream()
                .filter(member -> member.weight() > 0)
                .sorted(Comparator.comparing(Member::id))
                .toList();
        if (members.isEmpty()) {
            throw new IllegalArgumentException("nobody to claim " + partitions + " tokens: no member with a weight");
        }
        this.zones = zonesOf(members);
        this.before = before(partitions, members, previous);
        int[] held = new int[members.size()];
        for (int node : before) {
            if (node != Layout.NOBODY) {
                held[node]++;
            }
        }
        this.quotas = Quotas.of(partitions, n, members, held);
    }

    /**
     * Returns who gets which token, with few moves: zones that clash after the change are let be where parting them would
     * move more than an eighth of the ring, since preference lists pass over nodes of one zone anyway.
     *
     * @param partitions number of tokens, a power of two
     * @param n owners of a partition
     * @param claimants the members that shall have tokens, in any order; those of weight 0 get none
     * @param previous the assignment to depart from, or null to begin anew
     * @throws IllegalArgumentException if no claimant has a weight
     */
    public static Assignment claim(int partitions, int n, Collection<Member> claimants, @Nullable Assignment previous) {
        return new Claim(partitions, n, claimants, previous).assignment(false);
    }

    /** As {@link #claim}, but parts zones that clash whatever it costs: for a rebalancing that was asked for. */
    public static Assignment rebalance(
            int partitions, int n, Collection<Member> claimants, @Nullable Assignment previous) {
        return new Claim(partitions, n, claimants, previous).assignment(true);
    }

    private Assignment assignment(boolean thorough) {
        int[] nodes = run(thorough);
        NodeId[] tokens = new NodeId[partitions];
        Arrays.setAll(tokens, token -> members.get(nodes[token]).id());
        return new Assignment(List.of(tokens));
    }

    private int[] run(boolean thorough) {
        boolean nodesFit = members.size() > n && quotas.max() <= partitions / n;
        boolean zonesFit = quotas.maxOfZones(zones) <= partitions / n;
        Layout fresh = Layout.empty(partitions, zones, n);
        boolean anew = Arrays.equals(before, fresh.before);
        Layout changed = anew ? null : nodesFit ? cleanlyChanged(zonesFit, thorough) : filled(0);
        if (changed != null && members.size() > n) {
            return changed.nodes();
        }
        new Filling(fresh, quotas, members.size(), 0).layOut();
        if (nodesFit && !(repaired(fresh, zonesFit, partitions) && fresh.isClean(zonesFit))) {
            return blocks(zonesFit);
        }
        return changed == null || fresh.clashes() < changed.clashes() ? fresh.nodes() : changed.nodes();
    }

    /**
     * Changes what is there in one of several ways: the first that leaves no clash, else the one that leaves the fewest, but
     * for a handful none. Null if there is no such way.
     */
    private @Nullable Layout cleanlyChanged(boolean zonesFit, boolean thorough) {
        Layout best = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Layout layout = filled(attempt);
            int extra = thorough ? partitions : partitions / EXTRA_MOVES_PART;
            boolean clean = repaired(layout, zonesFit, extra);
            if (clean && (!thorough || layout.isClean(zonesFit))) {
                return layout;
            }
            int clashes = layout.nodeClashes();
            if (!thorough && clashes <= n && (best == null || clashes < best.nodeClashes())) {
                best = layout;
            }
        }
        return best;
    }

    private Layout filled(int attempt) {
        Layout layout = new Layout(before, zones, n);
        new Filling(layout, quotas, members.size(), attempt).run();
        return layout;
    }

    /** Repairs clashes of nodes, then those of zones if that takes few moves; returns whether no nodes clash. */
    private static boolean repaired(Layout layout, boolean zonesFit, int extraMoves) {
        int movesMax = Math.min(layout.size(), layout.moves() + extraMoves);
        Repair nodesOnly = new Repair(layout, false, movesMax);
        boolean clean = nodesOnly.run();
        nodesOnly.polish();
        if (!clean) {
            return false;
        }
        if (zonesFit) {
            Layout better = layout.copy();
            Repair zonesToo = new Repair(better, true, movesMax);
            if (zonesToo.run()) {
                zonesToo.polish();
                layout.become(better);
            }
        }
        return true;
    }

    /**
     * Lays tokens out so that none clash, whenever that is possible at all: ⌊Q/N⌋ blocks are filled crosswise, one column
     * after the other, with all tokens of the largest zone (or node) first. One zone's tokens so fall into different
     * blocks, in one column or in two that touch, N apart at least.
     */
    private int[] blocks(boolean zonesFit) {
        int rows = partitions / n;
        List<List<Integer>> groups = new ArrayList<>();
        for (int node = 0; node < members.size(); node++) {
            int group = zonesFit ? zones[node] : node;
            while (groups.size() <= group) {
                groups.add(new ArrayList<>());
            }
            groups.get(group).addAll(Collections.nCopies(quotas.of(node), node));
        }
        groups.sort(Comparator.<List<Integer>>comparingInt(List::size).reversed());
        List<List<Integer>> blocks = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            blocks.add(new ArrayList<>());
        }
        int next = 0;
        for (List<Integer> group : groups) {
            for (int node : group) {
                blocks.get(next++ % rows).add(node);
            }
        }
        return blocks.stream().flatMap(List::stream).mapToInt(node -> node).toArray();
    }

    private static int[] zonesOf(List<Member> members) {
        TreeSet<String> names = new TreeSet<>();
        members.forEach(member -> names.add(member.zone()));
        List<String> ordered = List.copyOf(names);
        return members.stream()
                .mapToInt(member -> ordered.indexOf(member.zone()))
                .toArray();
    }

    private static int[] before(int partitions, List<Member> members, @Nullable Assignment previous) {
        int[] before = new int[partitions];
        Arrays.fill(before, Layout.NOBODY);
        if (previous == null) {
            return before;
        }
        Map<NodeId, Integer> indices = new HashMap<>();
        for (int node = 0; node < members.size(); node++) {
            indices.put(members.get(node).id(), node);
        }
        for (int token = 0; token < partitions; token++) {
            before[token] = indices.getOrDefault(previous.owner(token), Layout.NOBODY);
        }
        return before;
    }
}
