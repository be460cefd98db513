package io.kvorum.server.replica;

import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.server.runtime.DeadlineWheel;
import io.kvorum.storage.engine.Durability;
import io.kvorum.storage.version.RecordBytes;
import org.jspecify.annotations.Nullable;

/**
 * Merges records that peers send, and answers once they are as safe as was asked for: at once, or when the disk has them.
 * One that comes while the disk is behind waits, as long as its asker does. Owned by the loop.
 */
public final class WriteService implements PeerRequestHandler {
    /** When one that waits looks again; in terms of a request's patience soon. */
    private static final long RETRY_NANOS_FIRST = 5_000_000;

    private static final long RETRY_NANOS_MAX = 8 * RETRY_NANOS_FIRST;

    private final ReplicaService replica;
    private final DeadlineWheel wheel;
    private final Clock clock;

    /** Joins the parts of one loop. */
    public WriteService(ReplicaService replica, DeadlineWheel wheel, Clock clock) {
        this.replica = replica;
        this.wheel = wheel;
        this.clock = clock;
    }

    /**
     * How long one that waits for a disk which is behind waits before it looks again: longer each time. Each look makes the
     * whole record, and where the disk is behind for long thousands wait.
     *
     * @param lastNanos how long it waited last; 0 if it has not waited yet
     */
    public static long nextRetryNanos(long lastNanos) {
        return Math.max(RETRY_NANOS_FIRST, Math.min(2 * lastNanos, RETRY_NANOS_MAX));
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        merge((Write) request, info, answer, null);
    }

    private void merge(Write write, FrameInfo info, Answer answer, @Nullable Waiting before) {
        WriteAnswer.Status status = replica.merge(write, info.senderClock());
        if (status == null || status == WriteAnswer.Status.BUSY) {
            Waiting waiting = before == null ? new Waiting(write, info, answer) : before;
            if (status == null && !waiting.hasFetched) {
                waiting.fetch();
            } else {
                // Values that were fetched and are not there found no room.
                waiting.waitFrom(clock.nanoTime());
            }
        } else {
            finish(write, status, answer);
        }
    }

    private void finish(Write write, WriteAnswer.Status status, Answer answer) {
        boolean always = replica.durability() == Durability.BEFORE_ACKNOWLEDGED;
        boolean arriving = status == WriteAnswer.Status.ARRIVING;
        if ((status == WriteAnswer.Status.MERGED || arriving) && (write.durable() || always)) {
            WriteAnswer.Status done = arriving ? status : WriteAnswer.Status.DURABLE;
            WriteAnswer.Status undone = always ? WriteAnswer.Status.DISK : status;
            replica.whenDurable((ticket, durable) -> answer.answer(new WriteAnswer(durable ? done : undone)));
        } else {
            answer.answer(new WriteAnswer(status));
        }
    }

    private final class Waiting extends Deadline {
        private final Write write;
        private final FrameInfo info;
        private final Answer answer;
        private boolean hasFetched;
        private long retryNanos;

        Waiting(Write write, FrameInfo info, Answer answer) {
            this.write = write;
            this.info = info;
            this.answer = answer;
        }

        void fetch() {
            byte[] key = RecordBytes.key(write.record());
            replica.fetch(replica.partitionOf(write.positionHigh()), write.positionHigh(), key, (record, fetched) -> {
                if (fetched) {
                    hasFetched = true;
                    merge(write, info, answer, this);
                } else {
                    waitFrom(clock.nanoTime());
                }
            });
        }

        void waitFrom(long nowNanos) {
            if (nowNanos - info.deadlineNanos() >= 0) {
                answer.answer(new WriteAnswer(WriteAnswer.Status.BUSY));
            } else {
                retryNanos = nextRetryNanos(retryNanos);
                wheel.schedule(this, nowNanos + Math.min(retryNanos, info.deadlineNanos() - nowNanos));
            }
        }

        @Override
        protected void onDeadline(long nowNanos) {
            hasFetched = false;
            merge(write, info, answer, this);
        }
    }
}
