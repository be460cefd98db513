package io.kvorum.ring.claim;

/**
 * Takes clashes out of a layout by swapping tokens, so that nobody's count changes.
 *
 * <p>Each clashing token is swapped with the one that lessens the clashes most, then costs the fewest moves. Where no swap
 * helps, one that does no harm is made, by turns elsewhere, to leave the dead end. The number of steps is bounded.
 */
final class Repair {
    private static final int SIDESTEPS_MAX = 50;
    /** Swaps tried before giving up: about a second. */
    private static final long WORK_MAX = 10_000_000;

    private final Layout layout;
    /** Clashes below this weight are let be. */
    private final int least;

    private final int movesMax;
    private long work;
    private long turn = 0x9e3779b97f4a7c15L;

    /**
     * @param zonesToo whether clashes of zones are taken out too, or only those of nodes
     * @param movesMax the work is given up once more tokens than this have changed hands
     */
    Repair(Layout layout, boolean zonesToo, int movesMax) {
        this.layout = layout;
        this.least = zonesToo ? 1 : Layout.NODE_CLASH;
        this.movesMax = movesMax;
    }

    /** Returns whether no clash that matters is left. */
    boolean run() {
        int sidesteps = 0;
        while (layout.moves() <= movesMax && work < WORK_MAX) {
            boolean clean = true;
            boolean improved = false;
            for (int token = 0; token < layout.size(); token++) {
                if (layout.clash(token) >= least) {
                    clean = false;
                    improved |= work < WORK_MAX && improve(token);
                }
            }
            if (clean) {
                return true;
            }
            if (!improved && (sidesteps++ >= SIDESTEPS_MAX || !sidestep())) {
                return false;
            }
        }
        return false;
    }

    /** Swaps tokens whose new places cost moves in vain back, where that makes no clash. */
    void polish() {
        for (int token = 0; token < layout.size(); token++) {
            if (!layout.isMoved(token) || layout.before[token] == Layout.NOBODY) {
                continue;
            }
            int wanted = layout.before[token];
            for (int other = 0; other < layout.size(); other++) {
                if (layout.node(other) == wanted && layout.isMoved(other) && layout.movesOfSwap(token, other) < 0) {
                    if (layout.swap(token, other) <= 0) {
                        break;
                    }
                    layout.swap(token, other);
                }
            }
        }
    }

    private boolean improve(int token) {
        int size = layout.size();
        int good = -layout.clash(token);
        int best = -1;
        int bestClash = 1 - least;
        int bestMoves = 0;
        int start = draw(size);
        for (int i = 0; i < size && !(bestClash <= good && bestMoves <= 0); i++) {
            int other = (start + i) % size;
            if (layout.node(other) == layout.node(token)) {
                continue;
            }
            work++;
            int moves = layout.movesOfSwap(token, other);
            int clash = layout.swap(token, other);
            layout.swap(token, other);
            if (clash < bestClash || (clash == bestClash && best >= 0 && moves < bestMoves)) {
                best = other;
                bestClash = clash;
                bestMoves = moves;
            }
        }
        if (best < 0) {
            return false;
        }
        layout.swap(token, best);
        return true;
    }

    /** Moves one clashing token to another place where the clashes are no worse. */
    private boolean sidestep() {
        int size = layout.size();
        int start = draw(size);
        for (int i = 0; i < size; i++) {
            int token = (start + i) % size;
            if (layout.clash(token) < least) {
                continue;
            }
            int from = draw(size);
            for (int j = 0; j < size; j++) {
                int other = (from + j) % size;
                if (layout.node(other) != layout.node(token)) {
                    if (layout.swap(token, other) <= 0) {
                        return true;
                    }
                    layout.swap(token, other);
                }
            }
        }
        return false;
    }

    /** A fixed sequence of turns (splitmix64): the same claim must come out everywhere. */
    private int draw(int bound) {
        turn += 0x9e3779b97f4a7c15L;
        long mixed = (turn ^ (turn >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return (int) Long.remainderUnsigned(mixed ^ (mixed >>> 31), bound);
    }
}
