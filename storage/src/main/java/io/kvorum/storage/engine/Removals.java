package io.kvorum.storage.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The keys whose records went since the last checkpoint, so that they go from there too. When there are too many to
 * remember, all that the checkpoint has must be compared. Any thread.
 */
final class Removals {
    private static final int KEYS_MAX = 10_000;

    private List<byte[]> keys = new ArrayList<>();
    private boolean all;

    /** A record went. */
    synchronized void add(byte[] key) {
        if (!all && keys.size() == KEYS_MAX) {
            all();
        }
        if (!all) {
            keys.add(key);
        }
    }

    /** All records went, or more than can be remembered. */
    synchronized void all() {
        all = true;
        keys = new ArrayList<>();
    }

    /** Takes out what there is; what is added from now on is for the next time. */
    synchronized Taken take() {
        Taken taken = new Taken(all, keys);
        all = false;
        keys = new ArrayList<>();
        return taken;
    }

    /** Gives back what could not be done. */
    synchronized void giveBack(Taken taken) {
        if (taken.all()) {
            all();
        }
        taken.keys().forEach(this::add);
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
