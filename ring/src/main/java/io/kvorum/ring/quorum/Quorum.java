package io.kvorum.ring.quorum;

/**
 * How many replicas a request needs (Dynamo §4.5). Immutable.
 *
 * @param n owners of a partition, at least 1
 * @param r answers a read needs, 1 to n
 * @param w acknowledgements a write needs, 1 to n
 * @param dw acknowledgements from disk a write needs, 0 to n
 * @param strict whether owners alone count, and no fallback with a hint
 */
public record Quorum(int n, int r, int w, int dw, boolean strict) {
    /** The defaults of a cluster: N=3, R=2, W=2, none from disk, fallbacks count. */
    public static final Quorum DEFAULT = new Quorum(3, 2, 2, 0, false);

    /** Checks the ranges. */
    public Quorum {
        if (n < 1 || r < 1 || r > n || w < 1 || w > n || dw < 0 || dw > n) {
            throw new IllegalArgumentException("N=" + n + " R=" + r + " W=" + w + " DW=" + dw);
        }
    }

    /** Returns the majority of {@code count} replicas: the least such that any two such groups meet. */
    public static int majority(int count) {
        return count / 2 + 1;
    }

    /**
     * Returns this quorum for a partition with {@code settled} settled owners. With fewer than N, R, W and DW are cut to a
     * majority of them, so that a cluster with fewer than N nodes works, and successive views of it meet.
     *
     * @param settled 0 or more; with 0 one answer is still needed, which nobody can give
     */
    public Quorum clampedTo(int settled) {
        if (settled >= n) {
            return this;
        }
        int most = majority(settled);
        return new Quorum(Math.max(1, settled), Math.min(r, most), Math.min(w, most), Math.min(dw, most), strict);
    }

    /** Returns this quorum with another R. */
    public Quorum withR(int newR) {
        return new Quorum(n, newR, w, dw, strict);
    }

    /** Returns this quorum with another W. */
    public Quorum withW(int newW) {
        return new Quorum(n, r, newW, dw, strict);
    }

    /** Returns this quorum with another DW. */
    public Quorum withDw(int newDw) {
        return new Quorum(n, r, w, newDw, strict);
    }

    /** Returns this quorum with fallbacks counting or not. */
    public Quorum withStrict(boolean newStrict) {
        return new Quorum(n, r, w, dw, newStrict);
    }
}
