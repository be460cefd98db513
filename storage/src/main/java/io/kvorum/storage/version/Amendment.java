package io.kvorum.storage.version;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;

/**
 * What changes a sibling without replacing its value. It makes no dot and merges by itself, so it may travel alone, as
 * (key, dot, amendment).
 */
public sealed interface Amendment {
    /**
     * When a sibling ends. The larger (stamp, actor) wins.
     *
     * @param timeMillis since 1970; 0: never
     */
    record Expiry(long stamp, long actor, long timeMillis) implements Amendment {
        private static final int KIND = 1;

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).u64(stamp).u64(actor).u64(timeMillis);
        }

        private static Expiry decode(ByteReader in) {
            return new Expiry(readStamp(in), readActor(in), readTime(in));
        }
    }

    /**
     * All that one actor has added to a sibling so far. Of each actor the newest stamp wins.
     *
     * @param sum the whole sum, not the last step
     */
    record Increment(long actor, long stamp, long sum) implements Amendment {
        private static final int KIND = 2;

        @Override
        public void encode(ByteWriter out) {
            out.u8(KIND).u64(actor).u64(stamp).u64(sum);
        }

        private static Increment decode(ByteReader in) {
            return new Increment(readActor(in), readStamp(in), in.u64());
        }
    }

    /** When it was made. */
    long stamp();

    /** Who made it. */
    long actor();

    /** Writes kind and fields: 25 bytes. */
    void encode(ByteWriter out);

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws io.kvorum.codec.binary.DecodeException if it is none
     */
    static Amendment decode(ByteReader in) {
        int kind = in.field("kind of amendment").u8();
        return switch (kind) {
            case Expiry.KIND -> Expiry.decode(in);
            case Increment.KIND -> Increment.decode(in);
            default -> throw in.invalid("kind of amendment", Integer.toString(kind), "1 or 2");
        };
    }

    private static long readStamp(ByteReader in) {
        long stamp = in.field("stamp of amendment").u64();
        if (stamp <= 0) {
            throw in.invalid("stamp of amendment", Long.toString(stamp), "1 and more");
        }
        return stamp;
    }

    private static long readActor(ByteReader in) {
        long actor = in.field("actor of amendment").u64();
        if (actor == 0) {
            throw in.invalid("actor of amendment", "0", "not 0");
        }
        return actor;
    }

    private static long readTime(ByteReader in) {
        long millis = in.field("expiry time").u64();
        if (millis < 0) {
            throw in.invalid("expiry time", Long.toString(millis), "0 and more");
        }
        return millis;
    }
}
