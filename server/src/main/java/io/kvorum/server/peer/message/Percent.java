package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;

/** Parts of a node's time, in percent. A share is never none: what waits for it would wait for ever. */
final class Percent {
    private static final int ALL = 100;

    private Percent() {}

    static void checkShare(int percent) {
        check(percent, 1);
    }

    static void checkPart(int percent) {
        check(percent, 0);
    }

    private static void check(int percent, int least) {
        if (percent < least || percent > ALL) {
            throw new IllegalArgumentException(percent + " percent, not " + least + " to " + ALL);
        }
    }

    static int decodeShare(ByteReader in, String field) {
        return decode(in, field, 1);
    }

    static int decodePart(ByteReader in, String field) {
        return decode(in, field, 0);
    }

    private static int decode(ByteReader in, String field, int least) {
        int percent = in.u8();
        if (percent < least || percent > ALL) {
            throw in.invalid(field, String.valueOf(percent), least + " to " + ALL);
        }
        return percent;
    }
}
