package io.kvorum.server.repair;

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

/** Answers {@link Pull}: whole records, chunk by chunk in the order of table hashes. Safe from every thread. */
public final class PullResponder implements PeerRequestHandler {
    private static final int RECORDS_MAX = 16 * 1024;

    private final StorageEngine engine;
    private final Supplier<ClusterView> views;
    private final int bytesMax;

    /**
     * Joins the parts.
     *
     * @param bytesMax the most bytes of records that one answer holds; one record alone may be longer
     */
    public PullResponder(StorageEngine engine, Supplier<ClusterView> views, int bytesMax) {
        this.engine = engine;
        this.views = views;
        this.bytesMax = bytesMax;
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        Pull pull = (Pull) request;
        PullAnswer chunk = answer(pull);
        if (engine.hasStubs()) {
            new Completion(pull.partition(), Math.min(bytesMax, pull.bytesMax()), chunk, answer).from(0);
        } else {
            answer.answer(chunk);
        }
    }

    /** Brings the values of a chunk's stubs back, one after the other; what gets too long is cut off, for the next pull. */
    private final class Completion {
        private final int partition;
        private final long limit;
        private final PullAnswer chunk;
        private final Answer answer;
        private final List<byte[]> records;
        private long bytes;

        Completion(int partition, long limit, PullAnswer chunk, Answer answer) {
            this.partition = partition;
            this.limit = limit;
            this.chunk = chunk;
            this.answer = answer;
            this.records = new ArrayList<>(chunk.records());
        }

        void from(int begin) {
            for (int i = begin; i < records.size(); i++) {
                byte[] record = records.get(i);
                if (bytes > limit && hashOf(records.get(i - 1)) < hashOf(record)) {
                    answer.answer(new PullAnswer(hashOf(record), List.copyOf(records.subList(0, i))));
                    return;
                }
                if (RecordBytes.lacksBytes(record)) {
                    fetch(i, record);
                    return;
                }
                bytes += record.length;
            }
            answer.answer(new PullAnswer(chunk.nextHash(), records));
        }

        private void fetch(int index, byte[] record) {
            engine.fetch(partition, position(record), RecordBytes.key(record), (whole, fetched) -> {
                if (!fetched) {
                    // Asked again later, from where this answer would have begun.
                    answer.answer(new Refusal("the disk is behind"));
                    return;
                }
                if (whole != null
                        && RecordBytes.lacksBytes(whole)
                        && RecordBytes.hash(whole) != RecordBytes.hash(record)) {
                    // Another version came, and went to the disk, meanwhile.
                    fetch(index, whole);
                    return;
                }
                if (whole == null) {
                    records.remove(index);
                    from(index);
                    return;
                }
                records.set(index, whole);
                bytes += whole.length;
                from(index + 1);
            });
        }
    }

    private PullAnswer answer(Pull request) {
        int partition = request.partition();
        if (partition >= engine.partitions() || !views.get().ownedHere(partition)) {
            return new PullAnswer(PullAnswer.NOT_OWNER, List.of());
        }
        if (engine.root(partition) == request.knownSum()) {
            return new PullAnswer(PullAnswer.END, List.of());
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
                    return new PullAnswer(hashOf(record), chunk);
                }
                chunk.add(record);
                bytes += record.length;
            }
        }
        return new PullAnswer(cursor == StorageEngine.SCAN_DONE ? PullAnswer.END : cursor, chunk);
    }

    private long position(byte[] record) {
        return views.get().ring().partitioner().high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    /** The place of a record in the order of scans. A hash of 0 is kept as 1 in tables. */
    private long hashOf(byte[] record) {
        return Math.max(1, Integer.toUnsignedLong(StorageEngine.tableHash(position(record))));
    }
}
