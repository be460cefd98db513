package io.kvorum.server.coordinator;

/**
 * What a client asked of quorums; zeros mean the cluster's defaults.
 *
 * @param r how many owners a read must hear, 0 to n
 * @param w how many owners must hold a write before its answer, 0 to n
 * @param dw how many must have it on disk before its answer, 0 to n
 * @param strict whether only owners count, and no fallback that holds a hint
 */
public record RequestOptions(int r, int w, int dw, boolean strict) {
    /** The cluster's defaults. */
    public static final RequestOptions DEFAULTS = new RequestOptions(0, 0, 0, false);
}
