package io.kvorum.server.reaping;

import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Ring;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Reap;
import io.kvorum.server.peer.message.ReapAgree;
import io.kvorum.server.peer.message.ReapAgreed;
import io.kvorum.server.peer.message.ReapHeld;
import io.kvorum.server.peer.message.ReapHeldAnswer;
import io.kvorum.server.peer.message.Reaped;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a node says and does in rounds that others lead. Keeps nothing between two questions. Safe from every thread. */
public final class ReapResponder {
    private final Reaper reaper;
    private final HintStore hints;
    private final Supplier<ClusterView> views;

    /**
     * Joins the parts.
     *
     * @param engine the copies
     * @param stamps the node's clock
     * @param hints what it keeps for others
     */
    public ReapResponder(StorageEngine engine, StampClock stamps, HintStore hints, Supplier<ClusterView> views) {
        this.reaper = new Reaper(engine, stamps, views.get().ring().partitioner());
        this.hints = hints;
        this.views = views;
    }

    /** Which messages this serves. */
    public Map<MessageType, PeerRequestHandler> handlers() {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.put(
                MessageType.REAP_AGREE, (peer, request, info, answer) -> answer.answer(agree((ReapAgree) request)));
        handlers.put(MessageType.REAP_HELD, (peer, request, info, answer) -> held((ReapHeld) request, answer::answer));
        handlers.put(MessageType.REAP, (peer, request, info, answer) -> answer.answer(reap((Reap) request)));
        return handlers;
    }

    private ReapAgreed agree(ReapAgree question) {
        BitSet agreed = isSettled(question.partition()) ? reaper.agreed(question) : new BitSet();
        return new ReapAgreed(reaper.clock(), agreed);
    }

    /** Tells whether hints are kept for a partition, maybe on a thread of the store. */
    void held(ReapHeld question, Consumer<ReapHeldAnswer> answer) {
        // Read first: what comes while hints are looked through is as new as this.
        long clock = reaper.clock();
        if (hints.isBusy()) {
            answer.accept(new ReapHeldAnswer(clock, true));
        } else {
            look(hints.usage().iterator(), question.partition(), clock, answer);
        }
    }

    private void look(Iterator<HintStore.Usage> targets, int partition, long clock, Consumer<ReapHeldAnswer> answer) {
        if (!targets.hasNext()) {
            answer.accept(new ReapHeldAnswer(clock, false));
            return;
        }
        Ring ring = views.get().ring();
        Partitioner partitioner = ring.partitioner();
        hints.scan(targets.next().target(), ring.tokenOf(partition), 1, part -> {
            boolean held = part == null
                    || part.records().stream()
                            .limit(1)
                            .anyMatch(record -> ring.partitionOf(
                                            partitioner.high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record)))
                                    == partition);
            if (held) {
                answer.accept(new ReapHeldAnswer(clock, true));
            } else {
                look(targets, partition, clock, answer);
            }
        });
    }

    private Reaped reap(Reap request) {
        return new Reaped(isSettled(request.partition()) && reaper.reap(request));
    }

    private boolean isSettled(int partition) {
        ClusterView view = views.get();
        return partition < view.ring().partitions() && view.settledHere(partition);
    }
}
