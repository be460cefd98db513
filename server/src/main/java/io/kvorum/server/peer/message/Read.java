package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * Asks an owner for its copy of a key.
 *
 * @param positionHigh upper half of the key's position
 * @param positionLow lower half of the key's position
 * @param key the key
 * @param knownHash hash of the record that the asker has, 0 if it has none: an equal copy is answered by "same",
 *     without its bytes, so that a read costs one round whether the copies agree or not
 */
public record Read(long positionHigh, long positionLow, byte[] key, long knownHash) implements PeerMessage {
    @Override
    public MessageType type() {
        return MessageType.READ;
    }

    @Override
    public void encode(ByteWriter out) {
        out.u64(positionHigh).u64(positionLow).bytes(key).u64(knownHash);
    }

    static Read decode(ByteReader in) {
        return new Read(in.u64(), in.u64(), in.bytes(Limits.KEY_BYTES_MAX), in.u64());
    }
}
