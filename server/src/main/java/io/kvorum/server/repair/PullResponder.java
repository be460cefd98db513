package io.kvorum.server.repair;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Pull;
import io.kvorum.server.peer.message.PullAnswer;
import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Answers {@link Pull}: whole records, chunk by chunk in the order of table hashes. Safe from every thread. */
public final class PullResponder implements PeerRequestHandler {
    /** One by one, or a few large records in one step make an answer that is longer than a frame may be. */
    private static final int RECORDS_PER_STEP = 1;

    private static final int RECORDS_MAX = 16 * 1024;

    private final StorageEngine engine;
    private final Supplier<ClusterView> views;
    private final int bytesMax;

    /**
     * Joins the parts.
     *
     * @param bytesMax the most bytes of records that one answer holds; one record too many is possible
     */
    public PullResponder(StorageEngine engine, Supplier<ClusterView> views, int bytesMax) {
        this.engine = engine;
        this.views = views;
        this.bytesMax = bytesMax;
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        answer.answer(answer((Pull) request));
    }

    private PullAnswer answer(Pull request) {
        int partition = request.partition();
        if (partition >= engine.partitions() || !views.get().ownedHere(partition)) {
            return new PullAnswer(PullAnswer.NOT_OWNER, List.of());
        }
        if (engine.root(partition) == request.knownSum()) {
            return new PullAnswer(PullAnswer.END, List.of());
        }
        Chunk chunk = new Chunk();
        long cursor = request.fromHash();
        while (cursor != StorageEngine.SCAN_DONE
                && chunk.bytes < Math.min(bytesMax, request.bytesMax())
                && chunk.records.size() < RECORDS_MAX) {
            cursor = engine.scan(partition, cursor, RECORDS_PER_STEP, chunk::add);
        }
        return new PullAnswer(cursor == StorageEngine.SCAN_DONE ? PullAnswer.END : cursor, chunk.records);
    }

    private static final class Chunk {
        final List<byte[]> records = new ArrayList<>();
        long bytes;

        void add(byte[] record) {
            records.add(record);
            bytes += record.length;
        }
    }
}
