package io.kvorum.ring.history;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import java.util.HexFormat;

/**
 * Bytes as a value: immutable, equal if their content is.
 *
 * @param hex two lower-case digits a byte
 */
public record HexBytes(String hex) {
    /** Returns these bytes. */
    public static HexBytes of(byte[] bytes) {
        return new HexBytes(HexFormat.of().formatHex(bytes));
    }

    static HexBytes read(ByteReader in) {
        return of(in.raw(in.remaining()));
    }

    void write(ByteWriter out) {
        out.raw(HexFormat.of().parseHex(hex));
    }
}
