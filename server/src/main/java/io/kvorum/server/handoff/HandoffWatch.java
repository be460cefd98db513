package io.kvorum.server.handoff;

import io.kvorum.server.background.RecentRate;
import io.kvorum.server.peer.PeerDirectory;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.runtime.Clock;
import io.kvorum.storage.hint.HintStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What is kept for each other node, and how fast it goes there. {@link #tick} belongs to one thread; the rest is for any,
 * and costs a look at each node, not at each hint.
 */
public final class HandoffWatch {
    private final HintStore hints;
    private final BareHints bare;
    private final HandoffCounters counters;
    private final Supplier<PeerDirectory> directory;
    private final Clock clock;

    /** By peer. Of the thread that ticks. */
    private final Map<Integer, RecentRate> rates = new HashMap<>();

    /** Volatile instead of handed over: any thread reads the latest, one writes. */
    private volatile Map<Integer, Double> perSecond = Map.of();

    /** Watches these. */
    public HandoffWatch(
            HintStore hints, BareHints bare, HandoffCounters counters, Supplier<PeerDirectory> directory, Clock clock) {
        this.hints = hints;
        this.bare = bare;
        this.counters = counters;
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * What is kept for one node.
     *
     * @param target its name
     * @param count hints
     * @param bytes of their records
     * @param oldestSeconds no hint is older
     * @param bare keys of own copies that it missed a write of, and no fallback keeps
     * @param perSecond how many of both it took lately
     * @param secondsLeft until it has all if it goes on like this; -1 if it does not
     */
    public record Kept(
            String target, long count, long bytes, long oldestSeconds, long bare, double perSecond, long secondsLeft) {}

    /** Looks how fast it goes. To be called once a second. */
    public void tick() {
        Map<Integer, Double> now = new HashMap<>();
        for (PeerDirectory.Entry entry : directory.get().entries()) {
            long count = counters.handedOff(entry.peer());
            RecentRate rate = rates.computeIfAbsent(entry.peer(), peer -> new RecentRate(count));
            rate.look(count);
            now.put(entry.peer(), rate.perSecond());
        }
        perSecond = Map.copyOf(now);
    }

    /** Each node that something is kept for, in the order in which this process heard of them. */
    public List<Kept> kept() {
        Map<UUID, HintStore.Usage> usages = new HashMap<>();
        hints.usage().forEach(usage -> usages.put(usage.target(), usage));
        List<Kept> kept = new ArrayList<>();
        for (PeerDirectory.Entry entry : directory.get().entries()) {
            HintStore.Usage usage = usages.get(entry.id().uuid());
            long missed = bare.count(entry.peer());
            if (entry.peer() != PeerTransport.SELF && (usage != null || missed > 0)) {
                kept.add(kept(
                        entry, usage == null ? HintStore.Usage.none(entry.id().uuid()) : usage, missed));
            }
        }
        return kept;
    }

    private Kept kept(PeerDirectory.Entry entry, HintStore.Usage usage, long missed) {
        double rate = perSecond.getOrDefault(entry.peer(), 0.0);
        return new Kept(
                entry.name(),
                usage.count(),
                usage.bytes(),
                usage.ageSeconds(clock.wallMillis()),
                missed,
                rate,
                RecentRate.secondsLeft(usage.count() + missed, rate));
    }
}
