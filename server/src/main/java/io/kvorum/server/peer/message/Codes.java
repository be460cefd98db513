package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.DecodeException;
import java.util.List;

/** Reading of enum constants by their place. */
final class Codes {
    private Codes() {}

    static <E> E decode(ByteReader in, String field, List<E> values) {
        int offset = in.position();
        int code = in.u8();
        if (code >= values.size()) {
            throw new DecodeException(offset, field, String.valueOf(code), "below " + values.size());
        }
        return values.get(code);
    }
}
