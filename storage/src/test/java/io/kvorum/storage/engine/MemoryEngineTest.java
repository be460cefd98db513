package io.kvorum.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.StampClock;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class MemoryEngineTest extends StorageEngineContract {
    @Override
    StorageEngine create(
            int partitions, long maxMemoryBytes, PositionFunction positions, StampClock clock, RandomGenerator random) {
        return new MemoryEngine(partitions, maxMemoryBytes, positions, clock, random);
    }

    @Test
    void copies_begin_unsettled_since_an_earlier_life_is_forgotten() {
        StorageEngine engine = started(0);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(engine.isSettled(partition)).isFalse();
        }
    }

    @Test
    void declares_that_nothing_is_durable() {
        assertThat(started(0).durability()).isEqualTo(Durability.NONE);
    }

    @Test
    void used_bytes_are_what_the_heap_holds() {
        StorageEngine engine = started(0);
        SplittableRandom random = new SplittableRandom(1);
        long before = heapBytes();
        long used = engine.usedBytes();
        for (long key = 0; key < 300_000; key++) {
            put(engine, key, random.nextInt(1, 60));
        }
        for (long key = 0; key < 100_000; key++) {
            update(engine, key, (current, scope) -> null);
        }
        long counted = engine.usedBytes() - used;
        long measured = heapBytes() - before;
        assertThat(engine.recordCount()).isEqualTo(200_000);
        assertThat((double) counted / measured)
                .as("counted %d, measured %d", counted, measured)
                .isBetween(0.9, 1.1);
    }

    /** What tests before this one left behind takes several collections to go: cleaners and queues free it bit by bit. */
    private static long heapBytes() {
        long before = Long.MAX_VALUE;
        long now = Long.MAX_VALUE - 1;
        while (now < before) {
            before = now;
            System.gc();
            System.gc();
            now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 16 << 16;
        }
        return now;
    }

    @Test
    void cache_lets_go_what_is_read_least_and_never_what_was_deleted() {
        long max = 12_000_000;
        MemoryEngine cache = new MemoryEngine(
                PARTITIONS, max, TestRecords::high, new StampClock(() -> 0, 0), new SplittableRandom(1), true);
        cache.start();
        update(cache, 1_000_000, (current, scope) -> TestRecords.tombstone(1_000_000, current, scope));
        for (long key = 0; key < 60_000; key++) {
            long written = key;
            assertThat(update(cache, key, (current, scope) -> TestRecords.value(written, current, scope, 200)))
                    .as("key %s", key)
                    .isNotNegative();
            for (long hot = 0; hot < 20; hot++) {
                read(cache, hot);
            }
        }
        assertThat(cache.usedBytes()).isBetween(max * 9 / 10, max);
        assertThat(cache.evictedCount()).isGreaterThan(30_000);
        assertThat(read(cache, 1_000_000)).as("tombstone").isNotNull();
        for (long hot = 0; hot < 20; hot++) {
            assertThat(read(cache, hot)).as("hot key %s", hot).isNotNull();
        }
        cache.close();
    }
}
