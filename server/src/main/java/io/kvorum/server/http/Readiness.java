package io.kvorum.server.http;

import java.util.List;

/**
 * Whether a node should be sent requests.
 *
 * @param reasons why not, one line each; empty if it should
 */
public record Readiness(List<String> reasons) {
    /** It should. */
    public static final Readiness READY = new Readiness(List.of());

    /** Copies the list. */
    public Readiness {
        reasons = List.copyOf(reasons);
    }

    /** It should not, for this reason. */
    public static Readiness notYet(String reason) {
        return new Readiness(List.of(reason));
    }

    /** Whether it should. */
    public boolean isReady() {
        return reasons.isEmpty();
    }
}
