package io.kvorum.storage.checkpoint;

import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Versions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Records to be kept. */
final class CheckpointRecords {
    private CheckpointRecords() {}

    static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static long number(byte[] record) {
        return ByteBuffer.wrap(record).getLong(RecordBytes.KEY_AT);
    }

    static byte[] record(byte[] key, byte[] value) {
        return Versions.write(
                null, new Draft().key(key, 0, key.length).dot(7, 1_000_000).value(value, 0, value.length));
    }

    static byte[] record(byte[] key, String value) {
        return record(key, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A record of a numbered key whose value is a number, in so many bytes. */
    static byte[] record(long number, long value, int valueBytes) {
        return record(
                key(number), ByteBuffer.allocate(valueBytes).putLong(value).array());
    }

    static long value(byte[] record, int valueBytes) {
        return ByteBuffer.wrap(record).getLong(record.length - valueBytes);
    }
}
