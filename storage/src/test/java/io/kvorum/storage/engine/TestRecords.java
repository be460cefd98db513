package io.kvorum.storage.engine;

import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Records of keys that are 64-bit numbers, made the way a coordinator would. */
final class TestRecords {
    private TestRecords() {}

    static byte[] value(long key, byte @Nullable [] current, PartitionScope scope, int length) {
        return Versions.write(current, draft(key, current, scope).value(new byte[length], 0, length));
    }

    /** A value that ends at a time. */
    static byte[] ending(long key, byte @Nullable [] current, PartitionScope scope, long expireAtMillis) {
        return Versions.write(
                current, draft(key, current, scope).value(new byte[8], 0, 8).expireAtMillis(expireAtMillis));
    }

    static byte[] tombstone(long key, byte @Nullable [] current, PartitionScope scope) {
        return Versions.write(current, draft(key, current, scope).tombstone());
    }

    /** So many values, none of whose writers saw the others. */
    static byte[] siblings(long key, PartitionScope scope, int count) {
        byte[] record = null;
        for (int i = 0; i < count; i++) {
            record = Versions.write(record, draft(key, record, scope), Context.EMPTY, VersionObserver.NONE);
        }
        return Objects.requireNonNull(record);
    }

    /** A record whose value is a number. */
    static byte[] counter(long key, byte @Nullable [] current, long actor, long stamp, int count) {
        byte[] value = ByteBuffer.allocate(Integer.BYTES).putInt(count).array();
        return Versions.write(
                current,
                new Draft().key(key(key), 0, Long.BYTES).dot(actor, stamp).value(value, 0, Integer.BYTES));
    }

    static int counter(byte[] record) {
        return ByteBuffer.wrap(record).getInt(record.length - Integer.BYTES);
    }

    private static Draft draft(long key, byte @Nullable [] current, PartitionScope scope) {
        return new Draft()
                .key(key(key), 0, Long.BYTES)
                .dot(scope.actor(), scope.nextStamp(Versions.newestStamp(current)));
    }

    static byte[] key(long key) {
        return ByteBuffer.allocate(Long.BYTES).putLong(key).array();
    }

    static long keyOf(byte[] record) {
        return ByteBuffer.wrap(record).getLong(RecordBytes.KEY_AT);
    }

    /** Where {@link #high} places a key. */
    static long position(long key) {
        long z = (key + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    static long high(byte[] key, int offset, int length) {
        return position(ByteBuffer.wrap(key, offset, length).getLong());
    }
}
