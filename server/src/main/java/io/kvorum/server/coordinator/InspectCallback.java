package io.kvorum.server.coordinator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who waits for every owner's own copy of a key. Called once, on the loop of the request. */
public interface InspectCallback {
    /** What each owner of the partition said, in the order of the preference list; then the fallbacks that keep something. */
    void onCopies(List<Copy> copies);

    /**
     * One owner's copy, or what a fallback keeps for owners.
     *
     * @param peer the owner's peer number
     * @param answered whether it answered at all
     * @param settled whether its copy has forgotten nothing
     * @param hint whether it is what a fallback keeps
     * @param record its record; null if it has none, or did not answer
     */
    record Copy(int peer, boolean answered, boolean settled, boolean hint, byte @Nullable [] record) {}
}
