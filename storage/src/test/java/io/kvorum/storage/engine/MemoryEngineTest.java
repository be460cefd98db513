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
        assertThat(started(0).isDurable()).isFalse();
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

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
