package io.kvorum.server.repair;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.Partitioner;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.Pace;
import io.kvorum.server.background.Paces;
import io.kvorum.server.background.PeerShares;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.MembershipListener;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Compare;
import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.Entries;
import io.kvorum.server.peer.message.EntriesAnswer;
import io.kvorum.server.peer.message.Fetch;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.Leaves;
import io.kvorum.server.peer.message.LeavesAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Visible;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the {@link AntiEntropy} of a node: membership tells it whom to compare with, peers are asked, storage is read and
 * takes what they have. Owned by the control thread.
 */
public final class AntiEntropyService implements MembershipListener, AntiEntropyEffects {
    private static final Logger LOG = LoggerFactory.getLogger(AntiEntropyService.class);
    private static final long TIMEOUT_NANOS = 5_000_000_000L;
    private static final long TICK_NANOS = 100_000_000L;
    private static final long FULL_NANOS = 5_000_000L;
    private static final int LEAVES_AT_ONCE = 8 * 1024;

    private final AntiEntropy antiEntropy;
    private final AntiEntropyPolicy policy;
    private final AntiEntropyCounters counters;
    private final StorageEngine engine;
    private final CopyReader copies;
    private final PeerShares shares;
    private final Paces paces;
    private final Map<Integer, Long> bytesUnderWay = new HashMap<>();
    private final Partitioner partitioner;
    private final RecordMerger merger;
    private final StampClock stamps;
    private final long graceMillis;
    private final PeerCalls calls;
    private final Budget budget;
    private final TaskLoop control;
    private final Clock clock;

    /**
     * Joins the parts.
     *
     * @param counters where it is counted what was done
     * @param engine the copies
     * @param partitioner of the ring, for life
     * @param merger takes records of other owners
     * @param stamps the node's clock
     * @param graceMillis how long what is dead is remembered
     * @param calls how peers are reached
     * @param budget how much of its time this may use
     */
    public AntiEntropyService(
            AntiEntropyPolicy policy,
            AntiEntropyCounters counters,
            StorageEngine engine,
            Partitioner partitioner,
            RecordMerger merger,
            StampClock stamps,
            long graceMillis,
            PeerCalls calls,
            Budget budget,
            TaskLoop control,
            Clock clock) {
        this.antiEntropy = new AntiEntropy(policy);
        this.policy = policy;
        this.counters = counters;
        this.engine = engine;
        this.copies = new CopyReader(engine, partitioner);
        this.partitioner = partitioner;
        this.merger = merger;
        this.stamps = stamps;
        this.graceMillis = graceMillis;
        this.calls = calls;
        this.budget = budget;
        this.paces = new Paces(budget, BackgroundJob.ANTI_ENTROPY, control, clock);
        this.shares = new PeerShares(Share.Work.ANTI_ENTROPY, calls, clock);
        this.control = control;
        this.clock = clock;
    }

    /** Begins. Where records go for want of memory, what is missing is not to come back, and nothing is compared. */
    public void start() {
        if (!engine.evicts()) {
            control.every(TICK_NANOS, () -> {
                if (!budget.isPaused(BackgroundJob.ANTI_ENTROPY)) {
                    antiEntropy.tick(clock.nanoTime(), this);
                }
                counters.differing(antiEntropy.atWork(), antiEntropy.pending());
            });
        }
    }

    @Override
    public void viewChanged(ClusterView view) {
        SortedMap<Integer, BitSet> shared = new TreeMap<>();
        for (int peer = 1; peer < view.peers(); peer++) {
            // Of each two nodes the lower one asks.
            if (view.member(0).compareTo(view.member(peer)) < 0) {
                shared.put(peer, new BitSet());
            }
        }
        for (int partition = 0; partition < view.ring().partitions(); partition++) {
            for (int owner : view.owners(partition)) {
                BitSet partitions = shared.get(owner);
                if (partitions != null && view.bothSettled(partition, owner)) {
                    partitions.set(partition);
                }
            }
        }
        antiEntropy.onShared(shared);
    }

    @Override
    public void peerUp(int peer) {
        antiEntropy.onPeerUp(peer, clock.nanoTime());
    }

    @Override
    public void peerDown(int peer) {
        antiEntropy.onPeerDown(peer);
    }

    @Override
    public void fenced(String sentence) {
        // The node stops; peers refuse it from here on.
    }

    @Override
    public void lifeForgotten() {
        // The copies are unsettled now, which comes as a new view.
    }

    @Override
    public long root(int partition) {
        return engine.root(partition);
    }

    @Override
    public int recordCount(int partition) {
        return engine.recordCount(partition);
    }

    @Override
    public int leafCount() {
        return engine.leafCount();
    }

    @Override
    public long leaf(int partition, int leaf) {
        return engine.leaf(partition, leaf);
    }

    @Override
    public void visitLeaf(int partition, int leaf, CopyReader.EntryVisitor visitor) {
        copies.visitLeaf(partition, leaf, visitor);
    }

    @Override
    public long hashAt(int partition, long position) {
        return copies.hashAt(partition, position);
    }

    @Override
    public void compare(int peer, long ticket, long digest) {
        ask(
                peer,
                ticket,
                new Compare(digest),
                CompareAnswer.class,
                (answer, now) -> antiEntropy.onCompared(peer, ticket, answer, now, this));
    }

    @Override
    public void askLeaves(int peer, long ticket, int partition, int first) {
        ask(
                peer,
                ticket,
                new Leaves(partition, first, LEAVES_AT_ONCE),
                LeavesAnswer.class,
                (answer, now) -> antiEntropy.onLeaves(peer, ticket, answer, now, this));
    }

    @Override
    public void askEntries(int peer, long ticket, int partition, int[] leaves) {
        ask(
                peer,
                ticket,
                new Entries(partition, leaves),
                EntriesAnswer.class,
                (answer, now) -> antiEntropy.onEntries(peer, ticket, answer, now, this));
    }

    @Override
    public void fetch(int peer, long ticket, int partition, long[] positions) {
        Fetch fetch = new Fetch(partition, positions, paces.with(peer).atATime(policy.chunkBytes()));
        ask(
                peer,
                ticket,
                fetch,
                FetchAnswer.class,
                (answer, now) -> antiEntropy.onFetched(peer, ticket, answer, now, this));
    }

    @Override
    public Merged merge(int partition, byte[] record) {
        if (isSound(record) && isPastGrace(record) && hashAt(partition, copies.positionOf(record)) == 0) {
            return Merged.PAST_GRACE;
        }
        return merger.merge(partition, record) ? Merged.TAKEN : Merged.NO_ROOM;
    }

    @Override
    public long positionOf(byte[] record) {
        return copies.positionOf(record);
    }

    @Override
    public boolean isPastGrace(int partition, long position) {
        return copies.recordsAt(partition, position).stream().allMatch(this::isPastGrace);
    }

    private boolean isPastGrace(byte[] record) {
        return Visible.isDeadBefore(record, stamps.currentMillis() - graceMillis);
    }

    private static boolean isSound(byte[] record) {
        try {
            RecordBytes.check(record);
            return true;
        } catch (DecodeException unsound) {
            // Who merges counts it.
            return false;
        }
    }

    @Override
    public void send(int peer, long ticket, int partition, long position) {
        paces.with(peer).whenRested(() -> sendNow(peer, ticket, partition, position));
    }

    private void sendNow(int peer, long ticket, int partition, long position) {
        long underWay = bytesUnderWay.getOrDefault(peer, 0L);
        if (underWay > policy.sendBytesMax()) {
            control.schedule(FULL_NANOS, () -> sendNow(peer, ticket, partition, position));
            return;
        }
        List<byte[]> records = copies.recordsAt(partition, position);
        long bytes = records.stream().mapToLong(record -> record.length).sum();
        bytesUnderWay.put(peer, underWay + bytes);
        Sending sending = new Sending(peer, ticket, bytes);
        new WholeRecords(engine, partitioner, partition, records, Long.MAX_VALUE, copies::positionOf, sending)
                .complete();
    }

    @Override
    public void repaired(Repair repair) {
        counters.count(repair);
    }

    /** Asks a peer when the budget lets it; what comes of it is told on the control thread, once. */
    private <A extends PeerMessage> void ask(
            int peer, long ticket, PeerMessage question, Class<A> type, ObjLongConsumer<A> answered) {
        paces.with(peer).whenRested(() -> askNow(peer, ticket, question, type, answered));
    }

    private <A extends PeerMessage> void askNow(
            int peer, long ticket, PeerMessage question, Class<A> type, ObjLongConsumer<A> answered) {
        Pace pace = paces.with(peer);
        pace.begun();
        calls.call(peer, question, TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                boolean done = false;
                try {
                    if (type.isInstance(reply)) {
                        answered.accept(type.cast(reply), clock.nanoTime());
                        done = true;
                    } else {
                        LOG.debug("peer {} answered {} with {}", from, question.type(), reply.type());
                    }
                } finally {
                    if (question instanceof Compare) {
                        // What nodes at rest do all the time.
                        pace.idled();
                    } else {
                        // What came was merged: that, above all, is the work.
                        pace.ended(shares.percentOf(from, pace));
                    }
                    if (!done) {
                        // Maybe for a bug: the pass must not wait for what has come already.
                        failed(from);
                    }
                }
            }

            @Override
            public void onLost(int from) {
                pace.idled();
                failed(from);
            }

            private void failed(int from) {
                antiEntropy.onFailed(from, ticket, clock.nanoTime(), AntiEntropyService.this);
            }
        });
    }

    /** The records of one position on their way to a peer. */
    private final class Sending implements WholeRecords.Sink, ReplyHandler {
        private final int peer;
        private final long ticket;
        private final long bytes;
        private final Pace pace;
        private int unanswered = 1;
        private boolean taken = true;
        private boolean answered;

        Sending(int peer, long ticket, long bytes) {
            this.peer = peer;
            this.ticket = ticket;
            this.bytes = bytes;
            this.pace = paces.with(peer);
            pace.begun();
        }

        @Override
        public void whole(List<byte[]> records, byte @Nullable [] next) {
            // Storage answers on any thread, and maybe before it is asked.
            control.schedule(0, () -> sendAll(records));
        }

        @Override
        public void behind() {
            control.schedule(0, () -> answered(false));
        }

        private void sendAll(List<byte[]> records) {
            unanswered += records.size();
            for (byte[] record : records) {
                int keyLength = RecordBytes.keyLength(record);
                Write write = new Write(
                        partitioner.high(record, RecordBytes.KEY_AT, keyLength),
                        partitioner.low(record, RecordBytes.KEY_AT, keyLength),
                        record,
                        false);
                calls.call(peer, write, TIMEOUT_NANOS, this);
            }
            answered(true);
        }

        @Override
        public void onReply(int from, PeerMessage reply) {
            answered = true;
            answered(reply instanceof WriteAnswer answer
                    && (answer.status() == WriteAnswer.Status.MERGED || answer.status() == WriteAnswer.Status.DURABLE));
        }

        @Override
        public void onLost(int from) {
            answered(false);
        }

        private void answered(boolean merged) {
            taken &= merged;
            unanswered--;
            if (unanswered == 0) {
                bytesUnderWay.merge(peer, -bytes, Long::sum);
                if (answered) {
                    pace.ended(shares.percentOf(peer, pace));
                } else {
                    pace.idled();
                }
                antiEntropy.onSent(peer, ticket, taken, clock.nanoTime(), AntiEntropyService.this);
            }
        }
    }
}
