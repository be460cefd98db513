package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.storage.version.Amendments;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.Merge;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Records as two copies make them, and damaged ones with their hash put right. */
final class Records {
    private static final byte[] KEY = "key".getBytes(US_ASCII);
    private static final int HASH_AT = 8;
    private static final int NEWEST_OF_ACTOR = 0x40;

    private Records() {}

    /** The last of a history of random length. */
    static byte[] random(SplittableRandom random) {
        List<byte[]> history = history(random, random.nextInt(1, 12));
        return history.get(history.size() - 1);
    }

    /** The records of one key that two copies had in turn, after writes, deletes, amendments and merges. */
    static List<byte[]> history(SplittableRandom random, int steps) {
        List<byte[]> made = new ArrayList<>();
        byte[] @Nullable [] copies = new byte[2][];
        long millis = 1000;
        Context context = Context.EMPTY;
        for (int step = 0; step < steps; step++) {
            millis += random.nextInt(20);
            int copy = random.nextInt(2);
            byte[] old = copies[copy];
            long newest = Math.max(Versions.newestStamp(copies[0]), Versions.newestStamp(copies[1]));
            long stamp = Math.max(Stamp.ofMillis(millis), Math.max(newest, context.newestStamp()) + 1);
            Draft draft = draft(random, copy == 0 ? 7 : -7, stamp, millis);
            byte[] next = switch (old == null ? 1 : random.nextInt(8)) {
                case 0 -> Versions.write(old, draft.tombstone());
                case 1 -> Versions.write(old, draft);
                case 2, 3 -> {
                    byte[] written = Versions.write(old, draft, context, VersionObserver.NONE);
                    context = random.nextBoolean() ? context.after(old, draft.dot()) : Context.EMPTY;
                    yield written;
                }
                case 4 ->
                    Amendments.increment(old, draft, random.nextInt(-5, 100), millis)
                            .record();
                case 5 -> Amendments.expire(old, 9, stamp, millis + random.nextInt(100), millis);
                case 6 -> {
                    context = RecordBytes.context(old);
                    yield Versions.withoutExpiredValues(old, millis);
                }
                default -> {
                    byte[] other = copies[1 - copy];
                    yield other == null ? old : Merge.merge(old, other, VersionObserver.NONE);
                }
            };
            copies[copy] = next;
            made.add(next);
        }
        return made;
    }

    private static Draft draft(SplittableRandom random, long actor, long stamp, long millis) {
        byte[] value = switch (random.nextInt(3)) {
            case 0 -> Integer.toString(random.nextInt(-50, 50)).getBytes(US_ASCII);
            case 1 -> "v".repeat(random.nextInt(30)).getBytes(US_ASCII);
            default -> new byte[0];
        };
        return new Draft()
                .key(KEY, 0, KEY.length)
                .value(value, 0, value.length)
                .clientFlags(random.nextInt(3) == 0 ? random.nextInt() : 0)
                .expireAtMillis(random.nextInt(3) == 0 ? millis + random.nextInt(60) : 0)
                .dot(actor, stamp);
    }

    /**
     * The record, whose hash is put right if that alone is wrong with it: or else hardly any mutation would get past the
     * hash. Null if it is refused.
     */
    static byte @Nullable [] accepted(byte[] bytes) {
        try {
            RecordBytes.check(bytes);
            return bytes;
        } catch (DecodeException refused) {
            if (!refused.field().equals("record hash")) {
                return null;
            }
            byte[] righted = bytes.clone();
            ByteBuffer.wrap(righted).putLong(HASH_AT, Long.parseUnsignedLong(refused.allowed(), 16));
            RecordBytes.check(righted);
            return righted;
        }
    }

    /** A record of the same key that knows nothing: merging with it puts a record together anew and changes nothing. */
    static byte[] nothingOf(byte[] record) {
        int keyLength = RecordBytes.keyLength(record);
        ByteBuffer bytes = ByteBuffer.allocate(RecordBytes.KEY_AT + keyLength);
        bytes.put(0, (byte) 1).putShort(6, (short) (keyLength - 1));
        bytes.put(RecordBytes.KEY_AT, record, RecordBytes.KEY_AT, keyLength);
        byte[] nothing = accepted(bytes.array());
        if (nothing == null) {
            throw new AssertionError("a record without vector and siblings is refused");
        }
        return nothing;
    }

    /** The record with the stamp of its newest sibling's dot written out where it need not be: not canonical. */
    static byte[] longWinded(byte[] record) {
        int at = siblingsAt(record);
        if (RecordBytes.siblingCount(record) == 0 || (record[at] & NEWEST_OF_ACTOR) == 0) {
            return record;
        }
        int entry = RecordBytes.KEY_AT + RecordBytes.keyLength(record) + 16 * record[at + 1];
        ByteWriter out = new ByteWriter(record.length + Long.BYTES);
        out.raw(record, 0, at).u8(record[at] & ~NEWEST_OF_ACTOR).u8(record[at + 1]);
        out.raw(record, entry + Long.BYTES, Long.BYTES).raw(record, at + 2, record.length - at - 2);
        return out.toByteArray();
    }

    /** The siblings of one record under the vector and the superseded dots of another: seldom accepted, never honest. */
    static byte[] withVectorOf(byte[] head, byte[] siblings) {
        ByteWriter out = new ByteWriter(head.length + siblings.length);
        out.raw(head, 0, 2).raw(siblings, 2, 2).raw(head, 4, siblingsAt(head) - 4);
        return out.raw(siblings, siblingsAt(siblings), siblings.length - siblingsAt(siblings))
                .toByteArray();
    }

    private static int siblingsAt(byte[] record) {
        int dots = RecordBytes.vectorCount(record) + RecordBytes.supersededCount(record);
        return RecordBytes.KEY_AT + RecordBytes.keyLength(record) + 16 * dots;
    }
}
