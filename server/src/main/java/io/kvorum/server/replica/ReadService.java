package io.kvorum.server.replica;

import io.kvorum.server.peer.Answer;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Read;
import io.kvorum.server.peer.message.ReadAnswer;

/** Answers reads of peers: at once, or when the values that are asked for have come from the disk. Owned by the loop. */
public final class ReadService implements PeerRequestHandler {
    private final ReplicaService replica;

    /** Reads by one loop's way to the copies. */
    public ReadService(ReplicaService replica) {
        this.replica = replica;
    }

    @Override
    public void handle(int peer, PeerMessage request, FrameInfo info, Answer answer) {
        Read read = (Read) request;
        ReadAnswer now = replica.answer(read);
        if (now != null) {
            answer.answer(now);
            return;
        }
        replica.fetch(replica.partitionOf(read.positionHigh()), read.positionHigh(), read.key(), (record, fetched) -> {
            ReadAnswer later = replica.answer(read, record);
            // An owner whose disk fails has no opinion: the asker goes to another.
            answer.answer(later == null ? new ReadAnswer(ReadAnswer.Status.NOT_OWNER, null) : later);
        });
    }
}
