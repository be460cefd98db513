package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/** Lists of 64-bit numbers: how many, then each in eight bytes. */
final class LongLists {
    private LongLists() {}

    static void encode(long[] list, ByteWriter out) {
        out.varInt(list.length);
        for (long entry : list) {
            out.u64(entry);
        }
    }

    static long[] decode(ByteReader in) {
        long[] list = new long[in.count(Integer.MAX_VALUE, Long.BYTES)];
        for (int i = 0; i < list.length; i++) {
            list[i] = in.u64();
        }
        return list;
    }

    /** Reads a list that must be as long as another that came before it. */
    static long[] decode(ByteReader in, String name, long length) {
        long[] list = decode(in);
        if (list.length != length) {
            throw in.invalid(name, list.length + " of them", "one for each of " + length);
        }
        return list;
    }
}
