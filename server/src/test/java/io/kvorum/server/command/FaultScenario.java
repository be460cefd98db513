package io.kvorum.server.command;

import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.storage.engine.Durability;

/**
 * A request, and where it comes in.
 *
 * @param nodes of the cluster, three of which own a key: nodes 0, 1 and 2 the first
 * @param client the node that gets the request
 */
record FaultScenario(
        Request request, int nodes, int client, Situation situation, Durability durability, RequestOptions options) {
    /** Owners of each key. */
    static final int N = 3;

    static final int QUORUM = 2;

    /** How it is with the cluster from the start. */
    enum Situation {
        WELL,
        ONE_OWNER_DOWN,
        TWO_OWNERS_DOWN,
        ALL_OWNERS_DOWN,
        ONE_OWNER_SUSPECTED
    }

    /** How a command is written: K and L stand for keys, V for a value that nobody else writes, C for a context. */
    enum Request {
        GET("GET K", "old", false, false),
        KV_GET("KV.GET K", "old", false, false),
        MGET("MGET K L", "old", false, false),
        SET("SET K V", "old", true, true),
        SET_ABSENT("SET K V", "", true, true),
        SET_NX("SET K V NX", "", true, true),
        DEL("DEL K", "old", true, true),
        INCR("INCR K", "5", true, false),
        INCR_ABSENT("INCR K", "", true, true),
        EXPIRE("EXPIRE K 1000", "old", true, false),
        KV_PUT("KV.PUT K C V", "old", true, true),
        KV_PUT_BLIND("KV.PUT K  V", "old", true, true),
        KV_DEL("KV.DEL K C", "old", true, true),
        MSET("MSET K V L V", "old", true, false),
        DEL_SOME("DEL K L", "old", true, false),
        KV_MPUT("KV.MPUT K C V L  V", "old", true, false);

        final String words;

        /** The value of the keys before; empty if they are absent. */
        final String before;

        final boolean writes;

        /** Whether the error of an attempt of which nobody knows names its context. */
        final boolean hasAttempt;

        Request(String words, String before, boolean writes, boolean hasAttempt) {
            this.words = words;
            this.before = before;
            this.writes = writes;
            this.hasAttempt = hasAttempt;
        }

        boolean hasManyKeys() {
            return words.contains(" L");
        }

        /** Whether a fallback may run it where no owner can be reached. */
        boolean isBlind() {
            return this == SET
                    || this == SET_ABSENT
                    || this == KV_PUT
                    || this == KV_PUT_BLIND
                    || this == KV_DEL
                    || this == DEL
                    || this == DEL_SOME
                    || this == MSET
                    || this == KV_MPUT;
        }

        boolean givesContext() {
            return words.startsWith("KV.") && writes && !hasManyKeys();
        }
    }

    int required() {
        int wanted = request.writes ? options.w() : options.r();
        return wanted == 0 ? QUORUM : wanted;
    }

    /** How many that could hold the write are up, going by where it stands from the start. */
    int up() {
        if (situation == Situation.ALL_OWNERS_DOWN && (options.strict() || !request.isBlind())) {
            return 0;
        }
        int down = switch (situation) {
            case WELL -> 0;
            case ONE_OWNER_DOWN, ONE_OWNER_SUSPECTED -> 1;
            case TWO_OWNERS_DOWN -> 2;
            case ALL_OWNERS_DOWN -> 3;
        };
        int fallbacks = options.strict() ? 0 : nodes - N;
        return Math.min(N, N - down + fallbacks);
    }

    /** Whether nothing is acknowledged before it is on disk. */
    boolean isSync() {
        return durability == Durability.BEFORE_ACKNOWLEDGED;
    }

    @Override
    public String toString() {
        return request + " at node " + client + " of " + nodes + ", " + situation + ", r=" + options.r() + " w="
                + options.w() + " dw=" + options.dw() + (options.strict() ? " strict" : "")
                + (durability == Durability.BEFORE_ACKNOWLEDGED ? " sync" : "");
    }
}
