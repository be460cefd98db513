package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks a fallback what it keeps of a key for owners that are or were away, all of it merged. Answered with {@link
 * ReadAnswer}: different, with the record; or, where nothing is kept, no owner: no opinion, and never "not found".
 *
 * @param positionHigh upper half of the key's position
 * @param positionLow lower half of the key's position
 * @param key the key
 */
public record HintedRead(long positionHigh, long positionLow, byte[] key) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.HINTED_READ;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(positionHigh).u64(positionLow).bytes(key);
    }

    static HintedRead decode(ByteReader in) {
        return new HintedRead(in.u64(), in.u64(), in.bytes(Limits.KEY_BYTES_MAX));
    }
}
