package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.ring.history.Event;
import java.util.zip.CRC32C;

/**
 * The newest FLUSHALL that the sender knows of. Told in both directions before anything that could show that it is known:
 * what comes after it on its connection was sent by a node that had flushed. It needs no answer.
 *
 * @param event the event of the history, which its maker has on disk
 */
public record Flushed(Event.Flushed event) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.FLUSHED;
    }

    @Override
    public void encode(ByteWriter out) {
        int from = out.size();
        event.encode(out);
        out.u32(sum(out.array(), from, out.size() - from));
    }

    static Flushed decode(ByteReader in) {
        int from = in.position();
        Event event = Event.decode(in);
        // All that is older goes by these few bytes: they must not have been damaged on their way.
        long sum = sum(in.array(), from, in.position() - from);
        if (!(event instanceof Event.Flushed flushed)) {
            throw in.invalid("event", "kind " + event.kind(), "a flush");
        }
        if (in.field("sum").u32() != sum) {
            throw in.invalid("sum", "another", "that of the event's bytes");
        }
        return new Flushed(flushed);
    }

    private static long sum(byte[] bytes, int offset, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, offset, length);
        return sum.getValue();
    }
}
