package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * The answer to {@link Events}: they are on the sender's disk, and done.
 *
 * @param historyHash hash of the sender's history, the events included
 */
public record EventsAnswer(long historyHash) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.EVENTS_ANSWER;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(historyHash);
    }

    static EventsAnswer decode(ByteReader in) {
        return new EventsAnswer(in.u64());
    }
}
