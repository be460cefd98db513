package io.kvorum.server.repair;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.Compare;
import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.Entries;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.Fetch;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.Leaves;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The answering side of anti-entropy: tells what this node's copies are, closer and closer ({@link AntiEntropy} asks).
 * Keeps nothing between two questions. Safe from every thread; bounded work each time.
 */
public final class ExchangeResponder {
    private static final int LEAVES_MAX = 8 * 1024;
    private static final int ENTRIES_ENOUGH = 4 * 1024;
    private static final int POSITIONS_MAX = 1_024;

    private final StorageEngine engine;
    private final Supplier<ClusterView> views;
    private final int bytesMax;

    /**
     * Joins the parts.
     *
     * @param bytesMax the most bytes of records that one answer holds; one record alone may be longer
     */
    public ExchangeResponder(StorageEngine engine, Supplier<ClusterView> views, int bytesMax) {
        this.engine = engine;
        this.views = views;
        this.bytesMax = bytesMax;
    }

    /** Which messages this serves. */
    public Map<MessageType, PeerRequestHandler> handlers() {
        Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);
        handlers.put(
                MessageType.COMPARE, (peer, request, info, answer) -> answer.answer(compare(peer, (Compare) request)));
        handlers.put(MessageType.LEAVES, (peer, request, info, answer) -> answer.answer(leaves((Leaves) request)));
        handlers.put(MessageType.ENTRIES, (peer, request, info, answer) -> answer.answer(entries((Entries) request)));
        handlers.put(MessageType.FETCH, (peer, request, info, answer) -> fetch((Fetch) request, answer));
        return handlers;
    }

    private CompareAnswer compare(int peer, Compare request) {
        if (engine.evicts()) {
            // What is missing here may have gone for want of memory, and is not to come back.
            return CompareAnswer.EQUAL;
        }
        ClusterView view = views.get();
        int[] partitions = new int[view.ring().partitions()];
        int count = 0;
        long digest = 0;
        for (int partition = 0; partition < partitions.length; partition++) {
            if (view.bothSettled(partition, peer)) {
                partitions[count++] = partition;
                digest = Sums.digest(digest, partition, engine.root(partition));
            }
        }
        if (digest == request.digest()) {
            return CompareAnswer.EQUAL;
        }
        long[] roots = new long[count];
        for (int i = 0; i < count; i++) {
            roots[i] = engine.root(partitions[i]);
        }
        return new CompareAnswer(Arrays.copyOf(partitions, count), roots);
    }

    private LeavesAnswer leaves(Leaves request) {
        int from = Math.min(request.first(), engine.leafCount());
        int count = Math.min(Math.min(request.count(), LEAVES_MAX), engine.leafCount() - from);
        if (!owned(request.partition()) || count == 0) {
            return new LeavesAnswer(new long[0]);
        }
        long[] sums = new long[count];
        for (int i = 0; i < count; i++) {
            sums[i] = engine.leaf(request.partition(), from + i);
        }
        return new LeavesAnswer(sums);
    }

    private EntriesAnswer entries(Entries request) {
        Found found = new Found();
        int[] counts = new int[request.leaves().length];
        int looked = 0;
        if (owned(request.partition())) {
            CopyReader copies = new CopyReader(engine, partitioner());
            long most = LeafDifference.leavesAtOnce(engine.recordCount(request.partition()));
            for (int leaf : request.leaves()) {
                if (leaf >= engine.leafCount() || found.count >= ENTRIES_ENOUGH || looked >= most) {
                    break;
                }
                int before = found.count;
                copies.visitLeaf(request.partition(), leaf, found);
                counts[looked++] = found.count - before;
            }
        }
        return new EntriesAnswer(
                Arrays.copyOf(counts, looked),
                Arrays.copyOf(found.positions, found.count),
                Arrays.copyOf(found.hashes, found.count));
    }

    private void fetch(Fetch request, Answer answer) {
        if (!owned(request.partition())) {
            answer.answer(new FetchAnswer(0, List.of()));
            return;
        }
        long limit = Math.min(bytesMax, request.bytesMax());
        CopyReader copies = new CopyReader(engine, partitioner());
        List<byte[]> records = new ArrayList<>();
        long[] positions = request.positions();
        int done = 0;
        long bytes = 0;
        while (done < Math.min(positions.length, POSITIONS_MAX) && bytes <= limit) {
            for (byte[] record : copies.recordsAt(request.partition(), positions[done])) {
                records.add(record);
                bytes += record.length;
            }
            done++;
        }
        int looked = done;
        WholeRecords.Sink sink = new WholeRecords.Sink() {
            @Override
            public void whole(List<byte[]> whole, byte @Nullable [] next) {
                int upTo = next == null ? looked : indexOf(positions, copies.positionOf(next));
                answer.answer(new FetchAnswer(upTo, whole));
            }

            @Override
            public void behind() {
                answer.answer(new Refusal("the disk is behind"));
            }
        };
        new WholeRecords(engine, partitioner(), request.partition(), records, limit, copies::positionOf, sink)
                .complete();
    }

    private boolean owned(int partition) {
        return partition < engine.partitions() && views.get().ownedHere(partition);
    }

    private Partitioner partitioner() {
        return views.get().ring().partitioner();
    }

    private static int indexOf(long[] positions, long position) {
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] == position) {
                return i;
            }
        }
        throw new IllegalStateException("a record from a position that was not asked for");
    }

    /** Entries of leaves, as they come. */
    private static final class Found implements CopyReader.EntryVisitor {
        private long[] positions = new long[64];
        private long[] hashes = new long[64];
        private int count;

        @Override
        public void visit(long position, long hash) {
            if (count == positions.length) {
                positions = Arrays.copyOf(positions, 2 * count);
                hashes = Arrays.copyOf(hashes, 2 * count);
            }
            positions[count] = position;
            hashes[count++] = hash;
        }
    }
}
