package io.kvorum.server.replica;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Amendments;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records of other owners while memory here is full. */
final class MergeMutationTest {
    private static final int PARTITIONS = 1 << 12;
    private static final long AMENDED = 200;
    private static final long OTHER_ACTOR = 7;

    private final StampClock stamps = new StampClock(() -> 1_000, 1_000);
    private final MemoryEngine engine = new MemoryEngine(
            PARTITIONS,
            1 << 20,
            (key, offset, length) -> high(ByteBuffer.wrap(key, offset, length).getInt()),
            stamps,
            new SplittableRandom(1));
    private final MergeMutation merging = new MergeMutation(VersionObserver.NONE);
    private int keys;

    @BeforeEach
    void fill() {
        engine.start();
        for (int length : new int[] {1_000, 100, 1}) {
            while (put(keys, length) >= 0) {
                keys++;
            }
        }
        assertThat(keys).isGreaterThan((int) AMENDED);
    }

    private static long high(int key) {
        return Integer.toUnsignedLong(key * 0x9E3779B9) << 18;
    }

    private long update(int key, Mutation mutation) {
        byte[] bytes = bytes(key);
        return engine.update(0, high(key), bytes, 0, bytes.length, mutation);
    }

    private long put(int key, int length) {
        return update(key, (current, scope) -> written(key, current, scope.actor(), stamps.next(0), length));
    }

    private static byte[] bytes(int key) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(key).array();
    }

    private static byte[] written(int key, byte @Nullable [] current, long actor, long stamp, int length) {
        return Versions.write(
                current,
                new Draft().key(bytes(key), 0, Integer.BYTES).dot(actor, stamp).value(new byte[length], 0, length));
    }

    private byte[] read(int key) {
        byte[] bytes = bytes(key);
        return requireNonNull(engine.read(0, StorageEngine.tableHash(high(key)), bytes, 0, bytes.length));
    }

    @Test
    void expiry_made_at_another_owner_is_taken_though_memory_is_full() {
        for (int key = 0; key < AMENDED; key++) {
            byte[] amended = Amendments.expire(read(key), OTHER_ACTOR, stamps.next(0), 50_000, 1_000);
            assertThat(update(key, merging.of(amended))).as("key %s", key).isNotNegative();
            assertThat(read(key)).isEqualTo(amended);
        }
    }

    @Test
    void value_made_at_another_owner_is_not_however_little_it_adds() {
        int taken = 0;
        for (int key = 0; key < AMENDED; key++) {
            byte[] longer = written(key, read(key), OTHER_ACTOR, stamps.next(0), 1_050);
            taken += update(key, merging.of(longer)) >= 0 ? 1 : 0;
        }
        assertThat(taken).isLessThan(5);
        byte[] unknown = written(keys, null, OTHER_ACTOR, stamps.next(0), 1_000);
        assertThat(update(keys, merging.of(unknown))).isEqualTo(StorageEngine.REFUSED_MEMORY);
    }
}
