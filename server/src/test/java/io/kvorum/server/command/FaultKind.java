package io.kvorum.server.command;

import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.server.peer.message.HintedWrite;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.engine.StorageEngine;
import org.jspecify.annotations.Nullable;

/** What may go wrong at a point of a request. The answers it holds are not changed by anybody. */
@SuppressWarnings("ImmutableEnumChecker")
enum FaultKind {
    NOT_SENT,
    LOST,
    SILENT,
    TAKEN_AND_LOST,
    TAKEN_AND_SILENT,
    ANSWERED_LATE,
    TAKEN_LATE,
    ANSWER_NOT_OWNER(WriteAnswer.Status.NOT_OWNER),
    ANSWER_OUT_OF_MEMORY(WriteAnswer.Status.OUT_OF_MEMORY),
    ANSWER_DISK(WriteAnswer.Status.DISK),
    ANSWER_STALE(WriteAnswer.Status.STALE),
    ANSWER_INVALID(WriteAnswer.Status.INVALID),
    ANSWER_BUSY(WriteAnswer.Status.BUSY),
    ANSWER_NO_OPINION(Read.class, new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null)),
    ANSWER_UNSETTLED(Read.class, new ReadAnswer(ReadAnswer.Status.UNSETTLED, null)),
    ANSWER_NOT_COORDINATOR(Forward.class, forwardRefused(Failure.NOT_COORDINATOR)),
    ANSWER_CLUSTERDOWN(
            Forward.class, forwardRefused(new Failure(Failure.Kind.CLUSTERDOWN, "need 2 of 3 replicas, 1 reachable"))),
    ANSWER_REFUSAL(PeerMessage.class, new Refusal("internal error")),
    STANDS_STILL_SHORT_BEFORE_ARRIVAL,
    STANDS_STILL_LONG_BEFORE_ARRIVAL,
    STANDS_STILL_SHORT_BEFORE_ANSWER,
    STANDS_STILL_LONG_BEFORE_ANSWER,
    OTHERS_BELIEVED_DOWN,
    ASKER_UNSETTLED,
    ASKED_UNSETTLED,
    MEMORY_FULL(FaultPoint.Type.CHANGE, StorageEngine.REFUSED_MEMORY),
    DISK_FULL(FaultPoint.Type.CHANGE, StorageEngine.REFUSED_DISK),
    DISK_BEHIND(FaultPoint.Type.CHANGE, StorageEngine.REFUSED_BUSY),
    DISK_BEHIND_AND_UNSETTLED(FaultPoint.Type.CHANGE, StorageEngine.REFUSED_BUSY),
    DISK_BEHIND_AND_STANDS_STILL(FaultPoint.Type.CHANGE, StorageEngine.REFUSED_BUSY),
    FORCE_FAILS(FaultPoint.Type.FORCE, 0),
    FORCE_LATE(FaultPoint.Type.FORCE, 0),
    FORCE_STANDS_STILL(FaultPoint.Type.FORCE, 0);

    static final long SHORT_MILLIS = 600;
    static final long LONG_MILLIS = 1_500;

    /** Of a change that is refused. */
    final long refusal;

    private final FaultPoint.Type type;
    private final Class<?> asked;
    private final @Nullable PeerMessage answer;

    FaultKind() {
        this(FaultPoint.Type.MESSAGE, 0, PeerMessage.class, null);
    }

    FaultKind(FaultPoint.Type type, long refusal) {
        this(type, refusal, PeerMessage.class, null);
    }

    FaultKind(WriteAnswer.Status status) {
        this(FaultPoint.Type.MESSAGE, 0, Write.class, new WriteAnswer(status));
    }

    FaultKind(Class<?> asked, PeerMessage answer) {
        this(FaultPoint.Type.MESSAGE, 0, asked, answer);
    }

    FaultKind(FaultPoint.Type type, long refusal, Class<?> asked, @Nullable PeerMessage answer) {
        this.type = type;
        this.refusal = refusal;
        this.asked = asked;
        this.answer = answer;
    }

    private static PeerMessage forwardRefused(Failure failure) {
        return new ForwardAnswer(false, CommandErrors.encoded(failure), null);
    }

    /** Whether it can happen at a point. */
    boolean happensAt(FaultPoint point) {
        PeerMessage message = point.message();
        return type == point.type()
                && (message == null
                        || asked.isInstance(message)
                        || (asked == Write.class && message instanceof HintedWrite));
    }

    /** What becomes of a message of this fault. */
    Interference.Fate fate(TestNode from, TestNode to) {
        TestCluster cluster = from.cluster();
        if (answer != null) {
            return Interference.Fate.answeredWith(answer);
        }
        return switch (this) {
            case STANDS_STILL_SHORT_BEFORE_ARRIVAL ->
                Interference.Fate.afterwards(() -> cluster.standStill(SHORT_MILLIS));
            case STANDS_STILL_LONG_BEFORE_ARRIVAL ->
                Interference.Fate.afterwards(() -> cluster.standStill(LONG_MILLIS));
            case STANDS_STILL_SHORT_BEFORE_ANSWER ->
                Interference.Fate.answeredAfter(() -> cluster.standStill(SHORT_MILLIS));
            case STANDS_STILL_LONG_BEFORE_ANSWER ->
                Interference.Fate.answeredAfter(() -> cluster.standStill(LONG_MILLIS));
            case OTHERS_BELIEVED_DOWN ->
                Interference.Fate.answeredAfter(
                        () -> cluster.nodes.forEach(other -> from.setHealthy(other, other == from)));
            case ASKER_UNSETTLED -> Interference.Fate.answeredAfter(() -> from.unsettle(from));
            case ASKED_UNSETTLED -> Interference.Fate.afterwards(() -> to.unsettle(to));
            default -> Interference.Fate.of(Interference.Way.valueOf(name()));
        };
    }
}
