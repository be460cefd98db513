package io.kvorum.server.command.keyspace;

import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Count;
import io.kvorum.server.peer.message.CountAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.Deadline;
import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One DBSIZE: each partition is counted by one owner, by this node where it can. A peer is asked about all its partitions
 * at once; those of one that cannot tell go to their next owners. Owned by its loop.
 */
final class CountCommand extends Deadline {
    private final CommandLoop loop;
    private final ClusterView view;
    private final PendingReply pending;
    private final long deadlineNanos;

    /** Peers that could not tell, and are not asked again. */
    private final BitSet silent = new BitSet();

    private long keys;
    private int open;
    private boolean ended;

    private CountCommand(Call call, ClusterView view, long keysHere) {
        this.loop = call.loop();
        this.view = view;
        this.keys = keysHere;
        this.pending = call.defer();
        this.deadlineNanos = loop.clock().nanoTime() + loop.keys().readTimeoutNanos();
    }

    static void run(Call call, LocalKeys local) {
        ClusterView view = call.loop().keys().view();
        BitSet here = new BitSet();
        BitSet there = new BitSet();
        for (int i = 0; i < local.partitions(); i++) {
            (view.settledHere(i) ? here : there).set(i);
        }
        long keysHere = local.count(here, call.loop().keys().nowMillis());
        if (there.isEmpty()) {
            call.out().integer(keysHere);
            return;
        }
        CountCommand count = new CountCommand(call, view, keysHere);
        count.loop.wheel().schedule(count, count.deadlineNanos);
        count.ask(there);
    }

    private void ask(BitSet partitions) {
        SortedMap<Integer, BitSet> byPeer = new TreeMap<>();
        for (int i = partitions.nextSetBit(0); i >= 0; i = partitions.nextSetBit(i + 1)) {
            int peer = ownerOf(i);
            if (peer == PeerTransport.SELF) {
                end(new Failure(Failure.Kind.CLUSTERDOWN, "partition " + i + " can be read from none of its owners"));
                return;
            }
            byPeer.computeIfAbsent(peer, unused -> new BitSet()).set(i);
        }
        // Held open until all are asked: an answer may come before the next is.
        open++;
        byPeer.forEach((peer, asked) -> new Part(asked).ask(peer));
        closeOne();
    }

    /** An owner of the partition that may be able to tell; this node, which cannot, if there is none. */
    private int ownerOf(int partition) {
        for (int peer : view.owners(partition)) {
            if (peer != PeerTransport.SELF
                    && !silent.get(peer)
                    && view.isHealthy(peer)
                    && view.isSettled(partition, peer)) {
                return peer;
            }
        }
        return PeerTransport.SELF;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        end(new Failure(Failure.Kind.TRYAGAIN, "not all members have counted their keys in time"));
    }

    private void closeOne() {
        open--;
        if (open == 0 && !ended) {
            ended = true;
            loop.wheel().cancel(this);
            pending.out().integer(keys);
            pending.done();
        }
    }

    private void end(Failure failure) {
        if (!ended) {
            ended = true;
            loop.wheel().cancel(this);
            pending.fail(failure, null);
        }
    }

    /** What one peer is asked. */
    private final class Part implements ReplyHandler {
        private final BitSet partitions;

        Part(BitSet partitions) {
            this.partitions = partitions;
        }

        void ask(int peer) {
            open++;
            if (loop.transport().call(peer, new Count(partitions), deadlineNanos, this) == PeerTransport.NOT_SENT) {
                askOthers(peer);
            }
        }

        @Override
        public void onReply(int peer, PeerMessage reply) {
            if (ended) {
                return;
            }
            if (!(reply instanceof CountAnswer answer)) {
                askOthers(peer);
                return;
            }
            keys += answer.keys();
            closeOne();
        }

        @Override
        public void onLost(int peer) {
            askOthers(peer);
        }

        private void askOthers(int peer) {
            if (!ended) {
                silent.set(peer);
                CountCommand.this.ask(partitions);
                closeOne();
            }
        }
    }
}
