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
    private final WatchedHints hints;
    private final boolean evicts;
    private final Supplier<ClusterView> views;

    /**
     * Joins the parts.
     *
     * @param engine the copies
     * @param stamps the node's clock
     * @param hints what it keeps for others
     * @param graceMillis of which half is how old frames with records may be
     */
    public ReapResponder(
            StorageEngine engine,
            StampClock stamps,
            WatchedHints hints,
            Supplier<ClusterView> views,
            long graceMillis) {
        this.reaper = new Reaper(engine, stamps, views.get().ring().partitioner(), graceMillis);
        this.hints = hints;
        this.evicts = engine.evicts();
        this.views = views;
    }

    /** Which messages this serves. */
    public Map<MessageType, PeerRequestHandler> handlers() {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.put(
                MessageType.REAP_AGREE, (peer, request, info, answer) -> agree((ReapAgree) request, answer::answer));
        handlers.put(MessageType.REAP_HELD, (peer, request, info, answer) -> held((ReapHeld) request, answer::answer));
        handlers.put(MessageType.REAP, (peer, request, info, answer) -> answer.answer(reap((Reap) request)));
        return handlers;
    }

    /** Tells what this node's copy has of the asker's records, maybe on a disk's thread. */
    void agree(ReapAgree question, Consumer<ReapAgreed> asker) {
        if (mayAgree(question.partition())) {
            reaper.agreed(question, asker);
        } else {
            asker.accept(new ReapAgreed(0, new BitSet(), new BitSet()));
        }
    }

    /** Tells whether hints are kept for a partition, maybe on a thread of the store. */
    void held(ReapHeld question, Consumer<ReapHeldAnswer> answer) {
        // Read first: what comes while hints are looked through is no older.
        long acceptsFromMillis = reaper.acceptsFromMillis();
        int partition = question.partition();
        Consumer<Boolean> say = held ->
                answer.accept(new ReapHeldAnswer(Math.max(0, acceptsFromMillis), hints.untilMillis(partition), held));
        if (partition >= views.get().ring().partitions()) {
            answer.accept(new ReapHeldAnswer(0, 0, true));
        } else if (hints.isBusy()) {
            say.accept(true);
        } else {
            look(hints.usage().iterator(), partition, say);
        }
    }

    private void look(Iterator<HintStore.Usage> targets, int partition, Consumer<Boolean> say) {
        if (!targets.hasNext()) {
            say.accept(false);
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
                say.accept(true);
            } else {
                look(targets, partition, say);
            }
        });
    }

    private Reaped reap(Reap request) {
        return new Reaped(mayAgree(request.partition()) ? reaper.reap(request) : new BitSet());
    }

    /** Where records go for want of memory, that there is none says nothing. */
    private boolean mayAgree(int partition) {
        ClusterView view = views.get();
        return partition < view.ring().partitions() && view.settledHere(partition) && !evicts;
    }
}
