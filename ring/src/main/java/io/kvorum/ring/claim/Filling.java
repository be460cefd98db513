package io.kvorum.ring.claim;

/**
 * Gives every node of a layout as many tokens as its quota says, each where it clashes least. Mutable, used once.
 */
final class Filling {
    private final Layout layout;
    private final Quotas quotas;
    private final int nodes;
    private final int[] held;
    private final boolean shuffled;
    /** How many tokens are looked at for a better giver. */
    private final int near;
    /** Where the even spread around the ring begins. */
    private final int shift;

    /** @param attempt from 0: which of several ways to spread what is taken, where the first led into a dead end */
    Filling(Layout layout, Quotas quotas, int nodes, int attempt) {
        this.layout = layout;
        this.quotas = quotas;
        this.nodes = nodes;
        this.near = attempt % 2 == 0 ? 3 : 1;
        this.shift = attempt / 2;
        this.shuffled = nodes > layout.spacing() + 1;
        this.held = new int[nodes];
        for (int node : layout.nodes()) {
            if (node != Layout.NOBODY) {
                held[node]++;
            }
        }
    }

    /** Departs from what is there: free tokens go to nodes that need some, then these take from nodes with too many. */
    void run() {
        for (int token = 0; token < layout.size(); token++) {
            if (layout.node(token) == Layout.NOBODY) {
                give(token, neediest(token));
            }
        }
        for (int node = 0; node < nodes; node++) {
            int need = quotas.of(node) - held[node];
            for (int i = 0; i < need; i++) {
                int around = shift + (int) ((long) layout.size() * i / need);
                int token = nearestGoodToken(around, node);
                held[layout.node(token)]--;
                give(token, node);
            }
        }
    }

    /**
     * Begins anew: token by token, whoever is behind its quota most and clashes least. The order of nodes is shuffled
     * where there are enough of them; with few, only the strict order leaves no clash at the end.
     */
    void layOut() {
        for (int token = 0; token < layout.size(); token++) {
            give(token, mostBehind(token));
        }
    }

    private void give(int token, int node) {
        layout.assign(token, node);
        held[node]++;
    }

    private int neediest(int token) {
        int best = Layout.NOBODY;
        int bestClash = 0;
        int bestNeed = 0;
        for (int node = 0; node < nodes; node++) {
            int need = quotas.of(node) - held[node];
            if (need <= 0) {
                continue;
            }
            int clash = layout.clash(token, node);
            if (best == Layout.NOBODY || clash < bestClash || (clash == bestClash && need > bestNeed)) {
                best = node;
                bestClash = clash;
                bestNeed = need;
            }
        }
        return best;
    }

    /**
     * Returns a token of a node with too many where {@code node} would clash no more than that one: within a few steps
     * clockwise the one of whoever has the most to give, so that givers run dry together; else the nearest.
     */
    private int nearestGoodToken(int around, int node) {
        int best = -1;
        int bestClash = Integer.MAX_VALUE;
        int bestSurplus = 0;
        for (int i = 0; i < layout.size() && (i < near || bestClash > 0); i++) {
            int token = (around + i) % layout.size();
            int donor = layout.node(token);
            int surplus = held[donor] - quotas.of(donor);
            if (surplus <= 0) {
                continue;
            }
            int clash = Math.max(0, layout.clash(token, node) - layout.clash(token));
            if (clash < bestClash || (clash == bestClash && surplus > bestSurplus)) {
                best = token;
                bestClash = clash;
                bestSurplus = surplus;
            }
        }
        return best;
    }

    private int mostBehind(int token) {
        int best = Layout.NOBODY;
        int bestClash = 0;
        long bestLag = 0;
        for (int node = 0; node < nodes; node++) {
            long quota = quotas.of(node);
            if (held[node] >= quota) {
                continue;
            }
            int clash = layout.clash(token, node);
            long lag = quota * (token + 1)
                    - (long) held[node] * layout.size()
                    + (shuffled ? jitter(token, node) % layout.size() : 0);
            if (best == Layout.NOBODY || clash < bestClash || (clash == bestClash && lag > bestLag)) {
                best = node;
                bestClash = clash;
                bestLag = lag;
            }
        }
        return best;
    }

    /** Shuffles who follows whom, so that the load of a lost node falls on many: a fixed hash, the same everywhere. */
    private static long jitter(int token, int node) {
        long mixed = (token * 0x9e3779b97f4a7c15L) ^ (node * 0xbf58476d1ce4e5b9L);
        mixed = (mixed ^ (mixed >>> 31)) * 0x94d049bb133111ebL;
        return (mixed ^ (mixed >>> 29)) >>> 1;
    }
}
