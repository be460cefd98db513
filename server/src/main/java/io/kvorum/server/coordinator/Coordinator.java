package io.kvorum.server.coordinator;

import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.membership.PeerHealth;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.OwnHints;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.engine.Mutation;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests on keys whose partition this node owns, settled (Dynamo §4.5). One per event loop, owned by
 * it: each request is a small state machine ({@link ReadOperation}, {@link WriteOperation}) that starts and ends on the
 * loop, so nothing here is locked. Who may not coordinate a key is told so ({@link Failure.Kind#NOT_COORDINATOR}) and
 * nothing is attempted; passing requests on is the command layer's work.
 *
 * <p>Callbacks run on the loop, perhaps before the call returns.
 */
public final class Coordinator {
    /** Who had less than a part of so many of the usual time is not blamed. */
    private static final int FAIR_PARTS = 4;

    final ReplicaService replica;
    final PeerTransport transport;
    final DeadlineWheel wheel;
    final Clock clock;
    final QuorumPolicy policy;
    final CoordinatorMetrics metrics;
    final MissedWrites missedWrites;
    final OwnHints ownHints;
    final PeerLatency latency = new PeerLatency();
    private final Supplier<ClusterView> views;
    private final PeerHealth health;
    private final RandomGenerator random;

    /**
     * Joins the parts of one loop.
     *
     * @param replica this loop's way to the local copies
     * @param transport this loop's way to the other owners
     * @param wheel this loop's timers
     * @param clock the time
     * @param views what the cluster looks like now
     * @param policy quorum defaults and deadlines
     * @param health where missed deadlines are reported
     * @param missedWrites told of what owners missed and no fallback keeps
     * @param ownHints what this node keeps for owners
     * @param metrics what is counted
     * @param random decides which reads ask all owners
     */
    public Coordinator(
            ReplicaService replica,
            PeerTransport transport,
            DeadlineWheel wheel,
            Clock clock,
            Supplier<ClusterView> views,
            QuorumPolicy policy,
            PeerHealth health,
            MissedWrites missedWrites,
            OwnHints ownHints,
            CoordinatorMetrics metrics,
            RandomGenerator random) {
        this.replica = replica;
        this.transport = transport;
        this.wheel = wheel;
        this.clock = clock;
        this.views = views;
        this.policy = policy;
        this.health = health;
        this.missedWrites = missedWrites;
        this.ownHints = ownHints;
        this.metrics = metrics;
        this.random = random;
    }

    /**
     * Reports a peer that did not answer by a deadline, unless it was asked so late that this says nothing of it: what a
     * slow node passes on may come with little of its time left.
     *
     * @param waitedNanos how long the peer had at least
     * @param timeoutNanos how long a request may usually take
     */
    void missed(int peer, long waitedNanos, long timeoutNanos) {
        if (waitedNanos >= timeoutNanos / FAIR_PARTS) {
            health.missed(peer, waitedNanos);
        }
    }

    /** What the cluster looks like now. */
    public ClusterView view() {
        return views.get();
    }

    /** The cluster's quorum defaults and deadlines. */
    public QuorumPolicy policy() {
        return policy;
    }

    /** This loop's way to the local copies. */
    public ReplicaService replica() {
        return replica;
    }

    /**
     * Whether this node's copy is the whole truth about the partition: it is its only owner, and settled; and a change
     * need not be on disk before it is acknowledged. Then reads and writes need no state machine: {@link #replica()}
     * answers them at once.
     */
    public boolean answersAlone(ClusterView view, int partition) {
        return view.owners(partition).length == 1
                && view.settledHere(partition)
                && view.incoming(partition).length == 0
                && replica.durability() != Durability.BEFORE_ACKNOWLEDGED;
    }

    /**
     * Reads a key from R owners.
     *
     * @param key what to read
     * @param options what the client asked of quorums
     * @param deadlineNanos when to give up, on the clock's nanoTime scale
     * @param callback who waits
     */
    public void read(KeyRef key, RequestOptions options, long deadlineNanos, ReadCallback callback) {
        ClusterView view = views.get();
        if (!view.settledHere(key.partition())) {
            callback.onFailure(Failure.NOT_COORDINATOR);
            return;
        }
        int owners = view.owners(key.partition()).length;
        int required = policy.reads(options.r(), owners);
        Newcomer newcomer = newcomer(view, key.partition(), policy.readsTogether(options.r(), owners));
        boolean askAll = policy.readAllRatio() > 0 && random.nextDouble() < policy.readAllRatio();
        new ReadOperation(this, view, key, required, newcomer, askAll, deadlineNanos, callback).start();
    }

    /** Who is to be counted besides the owners, if anybody is. */
    private @Nullable Newcomer newcomer(ClusterView view, int partition, int together) {
        int joining = together == 0 ? PeerTransport.SELF : view.joining(partition);
        return joining <= PeerTransport.SELF ? null : new Newcomer(view, transport, joining, together);
    }

    /**
     * Writes a key: this node's copy first, then the other owners'; answered once W of them hold it.
     *
     * @param key what to write
     * @param mutation makes the new record from the old one, under the partition's lock
     * @param options what the client asked of quorums
     * @param deadlineNanos when to give up, on the clock's nanoTime scale
     * @param callback who waits
     */
    public void write(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        if (replica.evicts() && replica.read(key) == null) {
            // It may be gone for want of memory: others may have what this write must supersede.
            modify(key, mutation, options, deadlineNanos, callback);
        } else {
            write(key, null, mutation, options, deadlineNanos, callback);
        }
    }

    private void write(
            KeyRef key,
            byte @Nullable [] seen,
            Mutation mutation,
            RequestOptions options,
            long deadlineNanos,
            WriteCallback callback) {
        ClusterView view = views.get();
        if (!view.settledHere(key.partition())) {
            callback.onFailure(Failure.NOT_COORDINATOR);
            return;
        }
        int owners = view.owners(key.partition()).length;
        Newcomer newcomer = newcomer(view, key.partition(), policy.writesTogether(options.w(), owners));
        operation(view, key, seen, mutation, options, newcomer, deadlineNanos, callback)
                .start();
    }

    private WriteOperation operation(
            ClusterView view,
            KeyRef key,
            byte @Nullable [] seen,
            Mutation mutation,
            RequestOptions options,
            @Nullable Newcomer newcomer,
            long deadlineNanos,
            WriteCallback callback) {
        int owners = view.owners(key.partition()).length;
        WriteQuorum quorum = new WriteQuorum(
                policy.writes(options.w(), owners),
                policy.durableWrites(options.dw(), owners),
                options.strict(),
                newcomer);
        return new WriteOperation(this, view, key, seen, mutation, quorum, deadlineNanos, callback);
    }

    /**
     * Writes a key in the place of its owners, none of which can coordinate now: under an actor of this node's hint, and
     * with what that hint has seen. Answered once W nodes hold it, hints counted; never under STRICT. The caller sees to it
     * that no owner can be reached, and that the mutation depends on nothing that owners have.
     *
     * @param key what to write; not of a partition that this node owns
     * @param mutation makes the new record from what the hint has
     * @param options what the client asked of quorums
     * @param deadlineNanos when to give up, on the clock's nanoTime scale
     * @param callback who waits
     */
    public void standIn(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        ClusterView view = views.get();
        if (view.ownedHere(key.partition()) || view.isLeaving()) {
            // Membership changed on the way here, or what is kept here would go with this node.
            callback.onFailure(Failure.NOT_COORDINATOR);
            return;
        }
        WriteOperation write = operation(view, key, null, mutation, options, null, deadlineNanos, callback);
        new StandInWrite(this, view, key, mutation, deadlineNanos, callback, write).start();
    }

    /**
     * Read-modify-write: reads R owners, merges what they have into this node's copy, then evaluates and writes in one
     * step under the partition's lock. The caller sees to it that this is the first healthy settled owner.
     *
     * @param key what to change
     * @param mutation evaluates the record and makes the new one; returning the same record writes nothing
     * @param options what the client asked of quorums
     * @param deadlineNanos when to give up, on the clock's nanoTime scale
     * @param callback who waits
     */
    public void modify(
            KeyRef key, Mutation mutation, RequestOptions options, long deadlineNanos, WriteCallback callback) {
        read(key, options, deadlineNanos, new ReadCallback() {
            @Override
            public void onRecord(byte @Nullable [] record) {
                // What the others know is part of this copy before anything is decided by it.
                write(key, record, mutation, options, deadlineNanos, callback);
            }

            @Override
            public void onFailure(Failure failure) {
                callback.onFailure(failure);
            }
        });
    }

    /**
     * Asks every owner for its copy as it is, merging nothing: what KV.VERSIONS shows.
     *
     * @param key what to look at
     * @param deadlineNanos when to give up on those that have not answered
     * @param callback who waits
     */
    public void inspect(KeyRef key, long deadlineNanos, InspectCallback callback) {
        new InspectOperation(this, views.get(), key, deadlineNanos, callback).start();
    }

    /** When a read that starts now must be answered. */
    public long readDeadlineNanos() {
        return clock.nanoTime() + policy.readTimeoutNanos();
    }

    /** When a write that starts now must be answered. */
    public long writeDeadlineNanos() {
        return clock.nanoTime() + policy.writeTimeoutNanos();
    }
}
