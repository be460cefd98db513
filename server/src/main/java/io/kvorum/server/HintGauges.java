package io.kvorum.server;

import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.runtime.Clock;
import io.kvorum.storage.hint.HintStore;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;

/**
 * Gauges of what this node keeps for each of the other members, which come and go with these. Any thread; its monitor guards
 * what is registered, since two may ask for the metrics at once.
 */
final class HintGauges {
    private static final String COUNT = "kvorum_hints_for";
    private static final String BYTES = "kvorum_hints_bytes_for";
    private static final String OLDEST = "kvorum_hints_oldest_seconds";
    private static final String BARE = "kvorum_bare_hints_for";
    private static final String LABEL = "node";

    private final NodeMetrics metrics;
    private final HintStore hints;
    private final IntToLongFunction bareHints;
    private final Supplier<PeerDirectory> directory;
    private final Clock clock;

    /** By peer number: the name under which it is shown. */
    private final SortedMap<Integer, String> shown = new TreeMap<>();

    /**
     * Shows nobody until {@link #follow}.
     *
     * @param bareHints by peer number: how many keys it missed a write of that no fallback keeps
     */
    HintGauges(
            NodeMetrics metrics,
            HintStore hints,
            IntToLongFunction bareHints,
            Supplier<PeerDirectory> directory,
            Clock clock) {
        this.metrics = metrics;
        this.hints = hints;
        this.bareHints = bareHints;
        this.directory = directory;
        this.clock = clock;
    }

    /** Looks who is a member now; before metrics are shown. */
    synchronized void follow() {
        // Who is gone first: another may have come under the same name.
        for (PeerDirectory.Entry entry : directory.get().entries()) {
            String name = entry.gone() ? shown.remove(entry.peer()) : null;
            if (name != null) {
                for (String family : new String[] {COUNT, BYTES, OLDEST, BARE}) {
                    metrics.remove(family, LABEL, name);
                }
            }
        }
        for (PeerDirectory.Entry entry : directory.get().entries()) {
            if (entry.peer() != PeerTransport.SELF && !entry.gone() && !shown.containsValue(entry.name())) {
                shown.put(entry.peer(), entry.name());
                show(entry);
            }
        }
    }

    private void show(PeerDirectory.Entry entry) {
        String name = entry.name();
        metrics.gauge(
                COUNT,
                "Records that this node keeps for one other",
                () -> usage(entry).count(),
                LABEL,
                name);
        metrics.gauge(
                BYTES,
                "Bytes of the records that this node keeps for one other",
                () -> usage(entry).bytes(),
                LABEL,
                name);
        metrics.gauge(
                OLDEST,
                "How old the oldest record that this node keeps for one other is at most",
                () -> usage(entry).ageSeconds(clock.wallMillis()),
                LABEL,
                name);
        metrics.gauge(
                BARE,
                "Keys of this node's copies that one other missed a write of, and no fallback keeps",
                () -> bareHints.applyAsLong(entry.peer()),
                LABEL,
                name);
    }

    private HintStore.Usage usage(PeerDirectory.Entry entry) {
        return hints.usage().stream()
                .filter(usage -> usage.target().equals(entry.id().uuid()))
                .findFirst()
                .orElseGet(() -> HintStore.Usage.none(entry.id().uuid()));
    }
}
