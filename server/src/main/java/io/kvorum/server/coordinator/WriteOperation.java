package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.engine.Mutation;
import java.util.Locale;

/**
 * One write (Dynamo §4.5). What cannot succeed is refused before anything is touched. Then this node's own copy is
 * written, and the whole resulting record goes to every other owner that a connection leads to, suspected ones too: what
 * they take is so much less to repair. W of them holding it is the answer; nobody else's silence delays it.
 *
 * <pre>
 *   start ── too few reachable ──► CLUSTERDOWN     ── refused by the own copy ──► OOM, ERR   (nothing attempted)
 *     │ own copy written
 *     ▼
 *   WAITING ── W acknowledged ──► reply ──► LATE ── all answered, or deadline ──► end
 *     └─ W out of reach, or deadline ──► INDOUBT, with the number that hold it
 * </pre>
 */
final class WriteOperation extends Deadline implements ReplyHandler {
    private static final byte ASKED = 1;
    private static final byte RESENT = 2;
    private static final byte ANSWERED = 3;

    private final Coordinator coordinator;
    private final ClusterView view;
    private final KeyRef key;
    private final Mutation mutation;
    private final int required;
    private final int durableRequired;
    private final long deadlineNanos;
    private final WriteCallback callback;
    private final int[] owners;

    /** By place in the preference list. */
    private final byte[] states;

    private final long[] calls;
    private long startNanos;
    private byte[] record = new byte[0];
    private int acks;
    private int durableAcks;
    private int outstanding;
    private boolean replied;

    WriteOperation(
            Coordinator coordinator,
            ClusterView view,
            KeyRef key,
            Mutation mutation,
            int required,
            int durableRequired,
            long deadlineNanos,
            WriteCallback callback) {
        this.coordinator = coordinator;
        this.view = view;
        this.key = key;
        this.mutation = mutation;
        this.required = required;
        this.durableRequired = durableRequired;
        this.deadlineNanos = deadlineNanos;
        this.callback = callback;
        this.owners = view.owners(key.partition());
        this.states = new byte[owners.length];
        this.calls = new long[owners.length];
    }

    void start() {
        int reachable = reachable();
        if (reachable < required) {
            fail(new Failure(
                    Failure.Kind.CLUSTERDOWN,
                    String.format(
                            Locale.ROOT,
                            "need %d of %d replicas for writes, %d reachable",
                            required,
                            owners.length,
                            reachable)));
            return;
        }
        if (durableRequired > 0 && !coordinator.replica.isDurable()) {
            fail(new Failure(
                    Failure.Kind.ERR,
                    "DW asks for copies on disk, but the engine of this node keeps none; leave DW out or set it to 0"));
            return;
        }
        startNanos = coordinator.clock.nanoTime();
        ReplicaService.Outcome outcome = coordinator.replica.update(key, mutation);
        if (outcome != ReplicaService.Outcome.WRITTEN) {
            finishWithoutWriting(outcome);
            return;
        }
        record = coordinator.replica.lastRecord();
        acks = 1;
        replicate();
        progress();
    }

    @Override
    public void onReply(int peer, PeerMessage reply) {
        int place = placeOf(peer);
        if (states[place] != ASKED && states[place] != RESENT) {
            return;
        }
        outstanding--;
        boolean resent = states[place] == RESENT;
        states[place] = ANSWERED;
        if (reply instanceof WriteAnswer answer) {
            if (answer.status().merged()) {
                acks++;
                durableAcks += answer.status() == WriteAnswer.Status.DURABLE ? 1 : 0;
            } else if (answer.status() == WriteAnswer.Status.STALE && !resent) {
                resend(place);
            }
        }
        progress();
    }

    @Override
    public void onLost(int peer) {
        int place = placeOf(peer);
        if (states[place] == ASKED || states[place] == RESENT) {
            states[place] = ANSWERED;
            outstanding--;
            progress();
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        for (int place = 0; place < owners.length; place++) {
            if (states[place] == ASKED || states[place] == RESENT) {
                coordinator.transport.forget(owners[place], calls[place]);
                coordinator.health.missed(owners[place]);
                states[place] = ANSWERED;
            }
        }
        outstanding = 0;
        if (!replied) {
            fail(inDoubt());
        }
    }

    private void finishWithoutWriting(ReplicaService.Outcome outcome) {
        switch (outcome) {
            case UNCHANGED -> {
                replied = true;
                callback.onWritten(coordinator.replica.lastRecordOrNull());
            }
            case OUT_OF_MEMORY -> fail(Failure.OUT_OF_MEMORY);
            case DISK -> fail(Failure.DISK);
            case WRITTEN -> throw new IllegalStateException("a written record is replicated");
        }
    }

    private void replicate() {
        for (int place = 0; place < owners.length; place++) {
            if (owners[place] != PeerTransport.SELF) {
                send(place, ASKED);
            }
        }
        if (outstanding > 0) {
            coordinator.wheel.schedule(this, deadlineNanos);
        }
    }

    private void send(int place, byte state) {
        boolean durable = durableRequired > 0;
        long call = coordinator.transport.call(
                owners[place], coordinator.replica.toWrite(key, record, durable), deadlineNanos, this);
        if (call != PeerTransport.NOT_SENT) {
            calls[place] = call;
            states[place] = state;
            outstanding++;
        }
    }

    /**
     * The record was too old when it came; as it is now, with this write in it, it goes once more. Unless a flush took
     * the write, and both know of that: then there is nothing that the other would have to hold.
     */
    private void resend(int place) {
        if (coordinator.replica.withoutFlushed(key.partition(), record) == null) {
            acks++;
            return;
        }
        byte[] current = coordinator.replica.read(key);
        if (current != null) {
            record = current;
            send(place, RESENT);
        }
    }

    private void progress() {
        if (!replied && acks >= required && durableAcks >= durableRequired) {
            replied = true;
            coordinator.metrics.writeQuorumWaited(coordinator.clock.nanoTime() - startNanos);
            callback.onWritten(record);
        }
        if (!replied && (acks + outstanding < required || durableAcks + outstanding < durableRequired)) {
            fail(inDoubt());
        }
        if (outstanding == 0) {
            coordinator.wheel.cancel(this);
        }
    }

    private int reachable() {
        int reachable = 0;
        for (int owner : owners) {
            if (owner == PeerTransport.SELF || (view.isHealthy(owner) && coordinator.transport.isReachable(owner))) {
                reachable++;
            }
        }
        return reachable;
    }

    private Failure inDoubt() {
        long waitedMillis = (coordinator.clock.nanoTime() - startNanos) / 1_000_000;
        String text = durableRequired > 0
                ? String.format(
                        Locale.ROOT,
                        "write reached %d of %d replicas, %d of %d durably, within %d ms; it may still become visible",
                        acks,
                        required,
                        durableAcks,
                        durableRequired,
                        waitedMillis)
                : String.format(
                        Locale.ROOT,
                        "write reached %d of %d replicas within %d ms; it may still become visible",
                        acks,
                        required,
                        waitedMillis);
        return new Failure(Failure.Kind.INDOUBT, text);
    }

    private void fail(Failure failure) {
        replied = true;
        coordinator.metrics.failed(failure.kind());
        callback.onFailure(failure);
    }

    private int placeOf(int peer) {
        for (int place = 0; place < owners.length; place++) {
            if (owners[place] == peer) {
                return place;
            }
        }
        throw new IllegalStateException("answer from peer " + peer + ", which was not asked");
    }
}
