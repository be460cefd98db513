package io.kvorum.storage.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The keys whose records went since the last checkpoint, so that they go from there too. When there are too many to
 * remember, all that the checkpoint has must be compared. What was taken is remembered until it is done: a checkpoint that
 * ends before that, however it does, leaves it to the next. Any thread.
 */
final class Removals {
    private static final int KEYS_MAX = 10_000;

    private final List<byte[]> keys = new ArrayList<>();
    private boolean all;

    /** Of the keys the first so many were taken. */
    private int takenKeys;

    private boolean allTaken;

    /** A record went. */
    synchronized void add(byte[] key) {
        if (!all && keys.size() - takenKeys == KEYS_MAX) {
            all();
        }
        if (!all) {
            keys.add(key);
        }
    }

    /** All records went, or more than can be remembered. */
    synchronized void all() {
        all = true;
        keys.subList(takenKeys, keys.size()).clear();
    }

    /** Takes what there is, and what was taken before and is not done. */
    synchronized Taken take() {
        boolean tooMany = all || allTaken || keys.size() > KEYS_MAX;
        Taken taken = new Taken(tooMany, tooMany ? List.of() : List.copyOf(keys));
        if (tooMany) {
            keys.clear();
        }
        takenKeys = keys.size();
        allTaken = tooMany;
        all = false;
        return taken;
    }

    /** What was taken last is gone from the checkpoint; what was added since is for the next time. */
    synchronized void done() {
        keys.subList(0, takenKeys).clear();
        takenKeys = 0;
        allTaken = false;
    }

    /**
     * What to remove.
     *
     * @param all whether to compare all that the checkpoint has
     * @param keys else these, unless they have records again
     */
    record Taken(boolean all, List<byte[]> keys) {
        boolean isEmpty() {
            return !all && keys.isEmpty();
        }
    }
}
