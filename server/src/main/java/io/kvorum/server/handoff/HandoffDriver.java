package io.kvorum.server.handoff;

import io.kvorum.ring.NodeId;
import io.kvorum.ring.Position;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.Budget;
import io.kvorum.server.background.Pace;
import io.kvorum.server.background.Paces;
import io.kvorum.server.background.PeerShares;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerCalls;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Share;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.server.replica.ReplicaService;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.storage.version.RecordBytes;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Drives the {@link HintedHandoff} of a node: looks who is back, reads what is kept, sends it, and has removed what is
 * through. Owned by the control thread.
 *
 * <p>A hint goes to its target. If that owns the partition no more, it goes to all who do now, and has arrived when all of
 * them hold it: whoever owns in the target's place is among them. What a flush has taken since has arrived everywhere.
 */
public final class HandoffDriver implements HandoffEffects {
    private static final long TICK_NANOS = 50_000_000;
    private static final long SEND_TIMEOUT_NANOS = 5_000_000_000L;

    private final HintedHandoff handoff;
    private final HintStore hints;
    private final BareHints bare;
    private final ReplicaService replica;
    private final Supplier<ClusterView> views;
    private final PeerCalls calls;
    private final TaskLoop control;
    private final Clock clock;
    private final Budget budget;
    private final BitSet up = new BitSet();

    private final PeerShares shares;
    private final Paces paces;

    private Map<UUID, Long> held = Map.of();

    /** The history by which the owners were looked at last. */
    private long seenHistoryHash;

    /**
     * Joins the parts.
     *
     * @param replica the control thread's way to the copies
     * @param budget how much of its time this may use
     */
    public HandoffDriver(
            HintedHandoff handoff,
            HintStore hints,
            BareHints bare,
            ReplicaService replica,
            Supplier<ClusterView> views,
            PeerCalls calls,
            Budget budget,
            TaskLoop control,
            Clock clock) {
        this.handoff = handoff;
        this.hints = hints;
        this.bare = bare;
        this.replica = replica;
        this.views = views;
        this.calls = calls;
        this.budget = budget;
        this.paces = new Paces(budget, BackgroundJob.HANDOFF, control, clock);
        this.shares = new PeerShares(Share.Work.HANDOFF, calls, clock);
        this.control = control;
        this.clock = clock;
    }

    /** Begins. */
    public void start() {
        control.every(TICK_NANOS, this::tick);
    }

    private void tick() {
        Map<UUID, Long> now = new HashMap<>();
        hints.usage().forEach(usage -> now.put(usage.target(), usage.count()));
        held = now;
        ClusterView view = views.get();
        boolean mayHaveChanged = view.ring().historyHash() != seenHistoryHash;
        seenHistoryHash = view.ring().historyHash();
        for (int peer = 1; peer < view.peers(); peer++) {
            // What is kept for a node that is gone for ever goes to others, and need not wait for it.
            boolean gone = view.ring().isGone(view.member(peer));
            boolean nowUp = gone || view.isHealthy(peer);
            if (gone) {
                bare.forget(peer);
            }
            if (nowUp && !up.get(peer)) {
                handoff.onUp(peer, clock.nanoTime(), this);
            } else if (!nowUp && up.get(peer)) {
                handoff.onDown(peer);
            }
            if (!nowUp && held(peer) > 0 && (mayHaveChanged || up.get(peer))) {
                handoff.onOwnersChanged(peer, clock.nanoTime(), this);
            }
            up.set(peer, nowUp);
        }
        if (!budget.isPaused(BackgroundJob.HANDOFF)) {
            handoff.advance(clock.nanoTime(), this);
        }
    }

    @Override
    public long held(int target) {
        return held.getOrDefault(uuid(target), 0L);
    }

    @Override
    public void scan(int target, long fromPositionHigh, int bytesMax) {
        hints.scan(
                uuid(target),
                fromPositionHigh,
                bytesMax,
                part -> soon(() -> handoff.onScanned(target, part, clock.nanoTime(), this)));
    }

    @Override
    public void remove(int target, long id, byte[] record) {
        hints.remove(
                uuid(target),
                position(record).high(),
                record,
                removed -> soon(() -> handoff.onRemoved(target, id, removed, clock.nanoTime(), this)));
    }

    @Override
    public List<BareHints.Note> noted(int target, int max) {
        return bare.oldest(target, max);
    }

    @Override
    public void done(int target, BareHints.Note note) {
        bare.done(target, note);
    }

    @Override
    public void send(int target, long id, byte[] record) {
        Position position = position(record);
        ClusterView view = views.get();
        int partition = view.partitionOf(position.high());
        byte[] left = replica.withoutFlushed(partition, record);
        if (left == null) {
            answerSoon(target, id, HintedHandoff.Reply.MERGED);
        } else if (view.isOwner(partition, target) && !view.isHealthy(target)) {
            answerSoon(target, id, HintedHandoff.Reply.AWAITED);
        } else if (view.isOwner(partition, target)) {
            send(target, position, left, true, reply -> answer(target, id, reply));
        } else {
            sendToOwners(target, id, view.owners(partition), position, left);
        }
    }

    @Override
    public void send(int target, long id, BareHints.Note note) {
        // Read when it may go, not before: what is sent must be as new as its frame says.
        paces.with(target).whenRested(() -> sendNoted(target, id, note));
    }

    private void sendNoted(int target, long id, BareHints.Note note) {
        KeyRef key = note.key();
        byte[] record = replica.read(key);
        if (record == null || !isOwnerSoon(key.partition(), target)) {
            // Reaped or flushed since; or the target owns it no more, and who does was sent the write as an owner.
            answerSoon(target, id, HintedHandoff.Reply.MERGED);
        } else if (replica.isStub(record)) {
            replica.fetch(key, (whole, fetched) -> {
                if (whole == null || replica.isStub(whole)) {
                    answer(target, id, HintedHandoff.Reply.LATER);
                } else {
                    sendNoted(target, id, key, whole);
                }
            });
        } else {
            sendNoted(target, id, key, record);
        }
    }

    private boolean isOwnerSoon(int partition, int target) {
        ClusterView view = views.get();
        return view.isOwner(partition, target) || view.joining(partition) == target;
    }

    private void sendNoted(int target, long id, KeyRef key, byte[] record) {
        Position position = new Position(key.positionHigh(), key.positionLow());
        // This node has it in its own copy: the other need not have it on disk at once.
        send(target, position, record, false, reply -> answer(target, id, reply));
    }

    /** Arrived is what all owners hold, this node included if it is one. */
    private void sendToOwners(int target, long id, int[] owners, Position position, byte[] record) {
        int[] missing = {owners.length};
        HintedHandoff.Reply[] worst = {HintedHandoff.Reply.MERGED};
        Consumer<HintedHandoff.Reply> one = reply -> {
            worst[0] = reply.compareTo(worst[0]) > 0 ? reply : worst[0];
            if (--missing[0] == 0) {
                // Of owners that change, none refuses for ever; and they are not those of the next hint.
                answer(
                        target,
                        id,
                        worst[0] == HintedHandoff.Reply.MERGED
                                ? HintedHandoff.Reply.MERGED
                                : HintedHandoff.Reply.ASIDE);
            }
        };
        if (owners.length == 0) {
            answerSoon(target, id, HintedHandoff.Reply.ASIDE);
        }
        for (int owner : owners) {
            if (owner == PeerTransport.SELF) {
                takeOwn(views.get().partitionOf(position.high()), record, one);
            } else {
                send(owner, position, record, true, one);
            }
        }
    }

    /** Takes a record into the own copy; it is held once it is on disk, as it is at the other owners. */
    private void takeOwn(int partition, byte[] record, Consumer<HintedHandoff.Reply> told) {
        boolean merged = replica.mergeFromElsewhere(partition, record);
        if (merged && replica.durability() != Durability.NONE) {
            replica.whenAllDurable(
                    partition,
                    (ticket, durable) ->
                            soon(() -> told.accept(durable ? HintedHandoff.Reply.MERGED : HintedHandoff.Reply.LATER)));
        } else {
            soon(() -> told.accept(merged ? HintedHandoff.Reply.MERGED : HintedHandoff.Reply.LATER));
        }
    }

    /**
     * Sends a record to an owner.
     *
     * @param durable whether it must be on disk there: a hint may be the one copy that a loss of power cannot take
     */
    private void send(int peer, Position position, byte[] record, boolean durable, Consumer<HintedHandoff.Reply> told) {
        paces.with(peer)
                .whenRested(() -> sendNow(peer, new Write(position.high(), position.low(), record, durable), told));
    }

    private void sendNow(int peer, Write write, Consumer<HintedHandoff.Reply> told) {
        Pace pace = paces.with(peer);
        pace.begun();
        calls.call(peer, write, SEND_TIMEOUT_NANOS, new ReplyHandler() {
            @Override
            public void onReply(int from, PeerMessage reply) {
                pace.ended(shares.percentOf(from, pace));
                told.accept(
                        reply instanceof WriteAnswer answer
                                ? replyOf(from, write, answer.status())
                                : HintedHandoff.Reply.LATER);
            }

            @Override
            public void onLost(int from) {
                pace.idled();
                told.accept(HintedHandoff.Reply.LATER);
            }
        });
    }

    private HintedHandoff.Reply replyOf(int peer, Write write, WriteAnswer.Status status) {
        return switch (status) {
            case MERGED, DURABLE -> HintedHandoff.Reply.MERGED;
            case INVALID -> HintedHandoff.Reply.NEVER;
            // Of other owners of this partition this node hears soon; those of the next are not in question.
            case NOT_OWNER -> HintedHandoff.Reply.ASIDE;
            // Who joins has it, and is compared with this node should it begin anew.
            case ARRIVING -> isJoining(peer, write) ? HintedHandoff.Reply.MERGED : HintedHandoff.Reply.ASIDE;
            // Of a flush that the target knows and this node does not, this node hears soon.
            case OUT_OF_MEMORY, DISK, STALE, BUSY -> HintedHandoff.Reply.LATER;
        };
    }

    private boolean isJoining(int peer, Write write) {
        ClusterView view = views.get();
        return view.joining(view.partitionOf(write.positionHigh())) == peer;
    }

    private void answer(int target, long id, HintedHandoff.Reply reply) {
        handoff.onAnswer(target, id, reply, clock.nanoTime(), this);
    }

    private void answerSoon(int target, long id, HintedHandoff.Reply reply) {
        soon(() -> answer(target, id, reply));
    }

    /** Never at once: nothing calls back into the handoff from within. */
    private void soon(Runnable task) {
        control.schedule(0, task);
    }

    private Position position(byte[] record) {
        return views.get().ring().partitioner().positionOf(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    private UUID uuid(int target) {
        NodeId member = views.get().member(target);
        return member.uuid();
    }
}
