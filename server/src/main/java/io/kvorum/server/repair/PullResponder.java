package io.kvorum.server.repair;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers {@link Pull}: whole records, chunk by chunk in the order of table hashes. Safe from every thread. */
public final class PullResponder implements PeerRequestHandler {
    private static final int RECORDS_MAX = 16 * 1024;

    private final StorageEngine engine;
    private final Supplier<ClusterView> views;
    private final Budget budget;
    private final int bytesMax;

    /**
     * Joins the parts.
     *
     * @param budget what of its time this node leaves for others
     * @param bytesMax the most bytes of records that one answer holds; one record alone may be longer
     */
    public PullResponder(StorageEngine engine, Supplier<ClusterView> views, Budget budget, int bytesMax) {
        this.engine = engine;
        this.views = views;
        this.budget = budget;
        this.bytesMax = bytesMax;
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        Pull pull = (Pull) request;
        PullAnswer chunk = answer(pull);
        if (engine.hasStubs()) {
            complete(pull, chunk, answer);
        } else {
            answer.answer(chunk);
        }
    }

    private void complete(Pull pull, PullAnswer chunk, Answer answer) {
        int limit = Math.min(bytesMax, pull.bytesMax());
        Partitioner partitioner = views.get().ring().partitioner();
        WholeRecords.Sink sink = new WholeRecords.Sink() {
            @Override
            public void whole(List<byte[]> records, byte @Nullable [] next) {
                answer.answer(chunk(next == null ? chunk.nextHash() : hashOf(next), records));
            }

            @Override
            public void behind() {
                // Asked again later, from where this answer would have begun.
                answer.answer(new Refusal("the disk is behind"));
            }
        };
        new WholeRecords(engine, partitioner, pull.partition(), chunk.records(), limit, this::hashOf, sink).complete();
    }

    private PullAnswer answer(Pull request) {
        int partition = request.partition();
        if (partition >= engine.partitions() || !views.get().ownedHere(partition)) {
            return chunk(PullAnswer.NOT_OWNER, List.of());
        }
        if (engine.root(partition) == request.knownSum()) {
            return chunk(PullAnswer.END, List.of());
        }
        int limit = Math.min(bytesMax, request.bytesMax());
        List<byte[]> chunk = new ArrayList<>();
        List<byte[]> cluster = new ArrayList<>();
        long bytes = 0;
        long cursor = request.fromHash();
        while (cursor != StorageEngine.SCAN_DONE && bytes < limit && chunk.size() < RECORDS_MAX) {
            cluster.clear();
            cursor = engine.scan(partition, cursor, 1, cluster::add);
            // A scan stops between clusters only, and one of large records is more than a frame holds.
            cluster.sort(Comparator.comparingLong(this::hashOf));
            for (int i = 0; i < cluster.size(); i++) {
                byte[] record = cluster.get(i);
                boolean fits = chunk.isEmpty() || bytes + record.length <= limit;
                if (!fits && (i == 0 || hashOf(cluster.get(i - 1)) < hashOf(record))) {
                    return chunk(hashOf(record), chunk);
                }
                chunk.add(record);
                bytes += record.length;
            }
        }
        return chunk(cursor == StorageEngine.SCAN_DONE ? PullAnswer.END : cursor, chunk);
    }

    private PullAnswer chunk(long nextHash, List<byte[]> records) {
        return new PullAnswer(nextHash, budget.percentForOthers(BackgroundJob.TRANSFER), records);
    }

    private long position(byte[] record) {
        return views.get().ring().partitioner().high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    /** The place of a record in the order of scans. A hash of 0 is kept as 1 in tables. */
    private long hashOf(byte[] record) {
        return Math.max(1, Integer.toUnsignedLong(StorageEngine.tableHash(position(record))));
    }
}
