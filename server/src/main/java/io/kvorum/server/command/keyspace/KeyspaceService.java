package io.kvorum.server.command.keyspace;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.message.Count;
import io.kvorum.server.peer.message.CountAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import io.kvorum.storage.engine.StorageEngine;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers other members about the keys of this node's copies: {@link Scan} and {@link Count}. For any thread; an answer
 * takes bounded time and memory, whatever was asked for.
 */
public final class KeyspaceService {
    private static final int COUNT_MAX = 16 * 1024;

    private final LocalKeys local;
    private final Supplier<ClusterView> views;
    private final LongSupplier nowMillis;

    /**
     * Joins its parts.
     *
     * @param engine the copies
     * @param views what the cluster looks like now
     * @param nowMillis the node's hybrid clock, by which expiry is judged
     */
    public KeyspaceService(StorageEngine engine, Supplier<ClusterView> views, LongSupplier nowMillis) {
        this.local = new LocalKeys(engine);
        this.views = views;
        this.nowMillis = nowMillis;
    }

    /** Some live keys of a partition, or that its copy here is not whole. */
    public ScanAnswer answer(Scan request) {
        if (!isWhole(request.partition()) || request.fromHash() < 0) {
            return new ScanAnswer(ScanAnswer.NO_COPY, List.of());
        }
        LocalKeys.Collector keys = new LocalKeys.Collector(null).at(nowMillis.getAsLong());
        int count = Math.max(1, Math.min(request.count(), COUNT_MAX));
        long next = local.collect(request.partition(), request.fromHash(), count, keys);
        return new ScanAnswer(next == StorageEngine.SCAN_DONE ? ScanAnswer.END : next, keys.keys());
    }

    /** The number of live keys in the partitions, or a refusal if one of their copies here is not whole. */
    public PeerMessage answer(Count request) {
        BitSet partitions = request.partitions();
        for (int i = partitions.nextSetBit(0); i >= 0; i = partitions.nextSetBit(i + 1)) {
            if (!isWhole(i)) {
                return new Refusal("no settled copy of partition " + i);
            }
        }
        return new CountAnswer(local.count(partitions, nowMillis.getAsLong()));
    }

    private boolean isWhole(int partition) {
        return partition < local.partitions() && views.get().settledHere(partition);
    }
}
