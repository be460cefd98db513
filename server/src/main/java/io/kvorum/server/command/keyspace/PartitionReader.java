package io.kvorum.server.command.keyspace;

import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import io.kvorum.server.runtime.Deadline;

/**
 * Reads some keys of a partition from another node: from the first owner that is healthy, settled and answers in time,
 * one after the other. Owned by its loop; used once.
 */
final class PartitionReader extends Deadline implements ReplyHandler {
    private static final int NOBODY = -1;

    private final CommandLoop loop;
    private final Scan request;
    private final Receiver receiver;
    private final ClusterView view;
    private int place;
    private int asked = NOBODY;
    private long call;

    PartitionReader(CommandLoop loop, Scan request, Receiver receiver) {
        this.loop = loop;
        this.request = request;
        this.receiver = receiver;
        this.view = loop.keys().view();
    }

    /** Who waits for the keys. Exactly one method is called, once; maybe before {@link #start} returns. */
    interface Receiver {
        /** Keys came; the answer's next hash is never {@link ScanAnswer#NO_COPY}. */
        void onKeys(ScanAnswer answer);

        /** No owner can be read. */
        void onFailure(Failure failure);
    }

    void start() {
        askNext();
    }

    private void askNext() {
        int[] owners = view.owners(request.partition());
        asked = NOBODY;
        while (place < owners.length) {
            int peer = owners[place++];
            if (peer != PeerTransport.SELF && view.isHealthy(peer) && view.isSettled(request.partition(), peer)) {
                long deadlineNanos = loop.clock().nanoTime() + loop.keys().readTimeoutNanos();
                asked = peer;
                call = loop.transport().call(peer, request, deadlineNanos, this);
                if (call != PeerTransport.NOT_SENT) {
                    loop.wheel().schedule(this, deadlineNanos);
                    return;
                }
                asked = NOBODY;
            }
        }
        receiver.onFailure(new Failure(
                Failure.Kind.CLUSTERDOWN,
                "partition " + request.partition() + " can be read from none of its " + owners.length + " owners"));
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        if (peer == asked) {
            loop.wheel().cancel(this);
            if (reply instanceof ScanAnswer answer && answer.nextHash() != ScanAnswer.NO_COPY) {
                asked = NOBODY;
                receiver.onKeys(answer);
            } else {
                askNext();
            }
        }
    }

    @Override
    public void onLost(int peer) {
        if (peer == asked) {
            loop.wheel().cancel(this);
            askNext();
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        loop.transport().forget(asked, call);
        loop.health().missed(asked, loop.keys().readTimeoutNanos());
        askNext();
    }
}
