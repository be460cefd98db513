package io.kvorum.ring.claim;

import java.util.Arrays;

/**
 * A ring of tokens being worked on: who has each one, and how badly neighbours clash.
 *
 * <p>Two tokens clash if they stand less than {@code spacing} apart and belong to one node, or to one zone. A clash of
 * nodes weighs {@value #NODE_CLASH}, one of zones 1. Mutable, confined to one claim.
 */
final class Layout {
    static final int NODE_CLASH = 16;
    static final int NOBODY = -1;

    /** The node each token belonged to before the claim, or {@link #NOBODY}. */
    final int[] before;

    private final int[] nodes;
    private final int[] zones;
    private final int spacing;

    /**
     * @param before the node of each token before, or {@link #NOBODY}
     * @param zones the zone of each node
     * @param spacing how far apart tokens must stand not to clash, at least 1
     */
    Layout(int[] before, int[] zones, int spacing) {
        this.before = before;
        this.nodes = before.clone();
        this.zones = zones;
        this.spacing = Math.min(spacing, before.length);
    }

    /** Returns a layout in which nobody has had a token. */
    static Layout empty(int size, int[] zones, int spacing) {
        int[] nobody = new int[size];
        Arrays.fill(nobody, NOBODY);
        return new Layout(nobody, zones, spacing);
    }

    Layout copy() {
        Layout copy = new Layout(before, zones, spacing);
        copy.become(this);
        return copy;
    }

    /** Takes over who has which token. */
    void become(Layout other) {
        System.arraycopy(other.nodes, 0, nodes, 0, nodes.length);
    }

    /** Returns how many pairs of tokens of one node clash. */
    int nodeClashes() {
        int sum = 0;
        for (int token = 0; token < nodes.length; token++) {
            sum += clash(token) / NODE_CLASH;
        }
        return sum / 2;
    }

    /** Returns whether no nodes clash, nor zones if {@code zonesToo}. */
    boolean isClean(boolean zonesToo) {
        int least = zonesToo ? 1 : NODE_CLASH;
        for (int token = 0; token < nodes.length; token++) {
            if (clash(token) >= least) {
                return false;
            }
        }
        return true;
    }

    int spacing() {
        return spacing;
    }

    int size() {
        return nodes.length;
    }

    int node(int token) {
        return nodes[token];
    }

    int[] nodes() {
        return nodes;
    }

    void assign(int token, int node) {
        nodes[token] = node;
    }

    boolean isMoved(int token) {
        return nodes[token] != before[token];
    }

    int moves() {
        int moves = 0;
        for (int token = 0; token < nodes.length; token++) {
            moves += isMoved(token) ? 1 : 0;
        }
        return moves;
    }

    /** Returns how badly {@code node} would clash with the neighbours of {@code token}. */
    int clash(int token, int node) {
        if (node == NOBODY) {
            return 0;
        }
        int clash = 0;
        int size = nodes.length;
        for (int distance = 1; distance < spacing; distance++) {
            int left = token - distance;
            int right = token + distance;
            clash += weight(node, nodes[left < 0 ? left + size : left]);
            clash += weight(node, nodes[right >= size ? right - size : right]);
        }
        return clash;
    }

    int clash(int token) {
        return clash(token, nodes[token]);
    }

    /** Returns the sum over all clashing pairs. */
    long clashes() {
        long sum = 0;
        for (int token = 0; token < nodes.length; token++) {
            sum += clash(token);
        }
        return sum / 2;
    }

    private int weight(int node, int other) {
        if (other == NOBODY) {
            return 0;
        }
        return node == other ? NODE_CLASH : zones[node] == zones[other] ? 1 : 0;
    }

    /** Swaps two tokens and returns by how much the clashes changed. */
    int swap(int a, int b) {
        int before = clash(a) + clash(b);
        int node = nodes[a];
        nodes[a] = nodes[b];
        nodes[b] = node;
        return clash(a) + clash(b) - before;
    }

    /** Returns by how much swapping two tokens would change the number of moves. */
    int movesOfSwap(int a, int b) {
        int moves = -(isMoved(a) ? 1 : 0) - (isMoved(b) ? 1 : 0);
        return moves + (nodes[b] == before[a] ? 0 : 1) + (nodes[a] == before[b] ? 0 : 1);
    }
}
