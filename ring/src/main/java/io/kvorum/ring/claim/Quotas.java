package io.kvorum.ring.claim;

import io.kvorum.ring.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many tokens each node should have: its share by weight, rounded up or down.
 *
 * <p>A node's share is capped at one token in N, more could not stand N apart; what is cut goes to the others by weight.
 * Shares are rounded twice, first those of whole zones and then those of the nodes within them, so that a zone never
 * gathers all the luck of its nodes. Where rounding up is a matter of choice, who already has the token keeps it.
 */
final class Quotas {
    private final int[] tokens;

    private Quotas(int[] tokens) {
        this.tokens = tokens;
    }

    int of(int node) {
        return tokens[node];
    }

    int max() {
        int max = 0;
        for (int count : tokens) {
            max = Math.max(max, count);
        }
        return max;
    }

    /** Returns the largest sum of quotas of one zone; {@code zones} gives the zone of each node. */
    int maxOfZones(int[] zones) {
        int[] sums = new int[zones.length];
        int max = 0;
        for (int node = 0; node < tokens.length; node++) {
            sums[zones[node]] += tokens[node];
            max = Math.max(max, sums[zones[node]]);
        }
        return max;
    }

    /**
     * Works the quotas out.
     *
     * @param members with weights above 0, in order of ids
     * @param held how many tokens each has now
     */
    static Quotas of(int partitions, int n, List<Member> members, int[] held) {
        Share[] shares = shares(partitions, n, members);
        SortedMap<String, List<Integer>> zones = new TreeMap<>();
        for (int node = 0; node < shares.length; node++) {
            zones.computeIfAbsent(members.get(node).zone(), zone -> new ArrayList<>())
                    .add(node);
        }
        List<List<Integer>> groups = new ArrayList<>(zones.values());
        Share[] zoneShares = new Share[groups.size()];
        int[] zoneHeld = new int[groups.size()];
        for (int zone = 0; zone < zoneShares.length; zone++) {
            zoneShares[zone] = new Share(0, 0, shares[0].denominator);
            for (int node : groups.get(zone)) {
                zoneShares[zone] = zoneShares[zone].plus(shares[node]);
                zoneHeld[zone] += held[node];
            }
        }
        int[] zoneTokens = round(partitions, zoneShares, zoneHeld);
        int[] tokens = new int[shares.length];
        for (int zone = 0; zone < zoneShares.length; zone++) {
            List<Integer> group = groups.get(zone);
            Share[] within = group.stream().map(node -> shares[node]).toArray(Share[]::new);
            int[] heldWithin = group.stream().mapToInt(node -> held[node]).toArray();
            int[] rounded = round(zoneTokens[zone], within, heldWithin);
            for (int i = 0; i < rounded.length; i++) {
                tokens[group.get(i)] = rounded[i];
            }
        }
        return new Quotas(tokens);
    }

    /** A share of the ring: {@code whole} tokens and {@code rest}/{@code denominator} of one. */
    private record Share(int whole, long rest, long denominator) {
        Share plus(Share other) {
            long sum = rest + other.rest;
            int carry = sum >= denominator ? 1 : 0;
            return new Share(whole + other.whole + carry, sum - carry * denominator, denominator);
        }
    }

    private static Share[] shares(int partitions, int n, List<Member> members) {
        int nodes = members.size();
        int cap = nodes > n ? Math.max(partitions / n, -Math.floorDiv(-partitions, nodes)) : partitions;
        boolean[] capped = new boolean[nodes];
        long left = partitions;
        long weights = members.stream().mapToLong(Member::weight).sum();
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int node = 0; node < nodes; node++) {
                long weight = members.get(node).weight();
                if (!capped[node] && left * weight > cap * weights) {
                    capped[node] = true;
                    changed = true;
                    left -= cap;
                    weights -= weight;
                }
            }
        }
        Share[] shares = new Share[nodes];
        long denominator = Math.max(1, weights);
        for (int node = 0; node < nodes; node++) {
            long numerator = left * members.get(node).weight();
            shares[node] = capped[node]
                    ? new Share(cap, 0, denominator)
                    : new Share((int) (numerator / denominator), numerator % denominator, denominator);
        }
        return shares;
    }

    /** Rounds shares up or down so that they sum to {@code total}, up where more than the whole part is held already. */
    private static int[] round(int total, Share[] shares, int[] held) {
        int[] rounded = new int[shares.length];
        int missing = total;
        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            rounded[i] = shares[i].whole();
            missing -= rounded[i];
            if (shares[i].rest() > 0) {
                candidates.add(i);
            }
        }
        candidates.sort(Comparator.<Integer, Boolean>comparing(i -> held[i] <= shares[i].whole())
                .thenComparing(i -> -shares[i].rest())
                .thenComparing(i -> i));
        for (int i = 0; i < missing; i++) {
            rounded[candidates.get(i)]++;
        }
        return rounded;
    }
}
