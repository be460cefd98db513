package io.kvorum.server.replica;

import io.kvorum.ring.NodeId;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.message.HintedRead;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.hint.HintStore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a fallback does for owners that are away: keeps records for them, shows what it keeps, and makes versions where no
 * owner can. Owned by the loop.
 *
 * <p>A node that owns the partition refuses: what it took as a hint would not be found in its copy. So does one that does
 * not know the target as an owner: the hint would have nowhere to go.
 */
public final class HintService implements OwnHints {
    private static final ReadAnswer NO_OPINION = new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null);

    private final HintStore hints;
    private final HintActors actors;
    private final Supplier<ClusterView> views;
    private final ReplicaService replica;
    private final Consumer<Runnable> loop;

    /**
     * Joins the parts of one loop.
     *
     * @param hints shared by all loops
     * @param actors shared by all loops
     * @param loop runs tasks on the loop that this belongs to
     */
    public HintService(
            HintStore hints,
            HintActors actors,
            Supplier<ClusterView> views,
            ReplicaService replica,
            Consumer<Runnable> loop) {
        this.hints = hints;
        this.actors = actors;
        this.views = views;
        this.replica = replica;
        this.loop = loop;
    }

    /** Takes a {@link HintedWrite}. */
    public void write(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        HintedWrite write = (HintedWrite) request;
        ClusterView view = views.get();
        int partition = view.partitionOf(write.positionHigh());
        if (view.isLeaving()
                || view.ownedHere(partition)
                || !view.ring().preferenceList(partition).isOwner(write.target())) {
            answer.answer(new WriteAnswer(WriteAnswer.Status.NOT_OWNER));
            return;
        }
        byte[] record = write.record();
        WriteAnswer.Status refusal = replica.refusal(record, info.senderClock());
        if (refusal == null && replica.withoutFlushed(partition, record) == null) {
            refusal = WriteAnswer.Status.STALE;
        }
        if (refusal != null) {
            answer.answer(new WriteAnswer(refusal));
            return;
        }
        hints.put(
                write.target().uuid(),
                write.positionHigh(),
                record,
                outcome -> loop.accept(() -> answer.answer(new WriteAnswer(status(outcome)))));
    }

    /** Takes a {@link HintedRead}. */
    public void read(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        HintedRead read = (HintedRead) request;
        hints.read(
                read.positionHigh(),
                read.key(),
                record -> loop.accept(() -> answer.answer(
                        record == null ? NO_OPINION : new ReadAnswer(ReadAnswer.Status.DIFFERENT, record))));
    }

    @Override
    public void read(KeyRef key, HintStore.ReadCallback callback) {
        hints.read(key.positionHigh(), key.bytes(), record -> loop.accept(() -> callback.read(record)));
    }

    @Override
    public byte @Nullable [] change(KeyRef key, byte @Nullable [] kept, Mutation mutation) {
        return actors.change(key, kept, replica.engine().flushedUpTo(key.partition()), mutation);
    }

    @Override
    public void keep(KeyRef key, NodeId target, byte[] record, HintStore.PutCallback callback) {
        hints.put(target.uuid(), key.positionHigh(), record, outcome -> loop.accept(() -> callback.done(outcome)));
    }

    private static WriteAnswer.Status status(HintStore.Outcome outcome) {
        return switch (outcome) {
            case HELD -> WriteAnswer.Status.MERGED;
            case DURABLE -> WriteAnswer.Status.DURABLE;
            case FULL -> WriteAnswer.Status.OUT_OF_MEMORY;
            case BUSY -> WriteAnswer.Status.BUSY;
            case FAILED -> WriteAnswer.Status.DISK;
        };
    }
}
