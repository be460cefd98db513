package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import java.util.List;

/** Reading of enum constants by their place. */
final class Codes {
    private Codes() {}

    static <E> E decode(ByteReader in, String field, List<E> values) {
        int code = in.field(field).u8();
        if (code >= values.size()) {
            throw in.invalid(field, String.valueOf(code), "below " + values.size());
        }
        return values.get(code);
    }
}
