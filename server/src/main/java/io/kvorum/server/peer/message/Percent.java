package io.kvorum.server.peer.message;

import io.kvorum.codec.binary.ByteReader;

/** Parts of a node's time, in percent. A share is never none: what waits for it would wait for ever. */
final class Percent {
    private static final int ALL = 100;

    private Percent() {}

    static boolean isShare(int percent) {
        return percent >= 1 && isPart(percent);
    }

    static boolean isPart(int percent) {
        return percent >= 0 && percent <= ALL;
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
