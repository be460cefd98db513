package io.kvorum.storage.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.table.HeapSizes;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every engine promises; each has a test class that extends this one. */
abstract class StorageEngineContract {
    static final int PARTITIONS = 16;

    private final StampClock clock = new StampClock(() -> 0, 0);
    private final List<StorageEngine> opened = new ArrayList<>();

    /** An engine that was not started. */
    abstract StorageEngine create(
            int partitions, long maxMemoryBytes, PositionFunction positions, StampClock clock, RandomGenerator random);

    @AfterEach
    final void close() {
        opened.forEach(StorageEngine::close);
    }

    @Test
    void read_returns_what_the_last_update_made() {
        StorageEngine engine = started(0);
        byte[] first = put(engine, 1, 10);
        assertThat(read(engine, 1)).isSameAs(first);
        byte[] second = put(engine, 1, 20);
        assertThat(read(engine, 1)).isSameAs(second);
        assertThat(read(engine, 2)).isNull();
        assertThat(engine.recordCount()).isEqualTo(1);
    }

    @Test
    void mutation_is_given_the_current_record_and_runs_once() {
        StorageEngine engine = started(0);
        byte[] first = put(engine, 1, 10);
        List<byte @Nullable []> given = new ArrayList<>();
        long ticket = update(engine, 1, (current, scope) -> {
            given.add(current);
            return current;
        });
        assertThat(ticket).isNotNegative();
        assertThat(given).hasSize(1);
        assertThat(given.get(0)).isSameAs(first);
    }

    @Test
    void null_removes_the_record_and_returning_what_was_given_changes_nothing() {
        StorageEngine engine = started(0);
        put(engine, 1, 10);
        long root = engine.root(partitionOf(1));
        assertThat(update(engine, 1, (current, scope) -> current)).isNotNegative();
        assertThat(engine.root(partitionOf(1))).isEqualTo(root).isNotZero();
        assertThat(update(engine, 1, (current, scope) -> null)).isNotNegative();
        assertThat(read(engine, 1)).isNull();
        assertThat(engine.root(partitionOf(1))).isZero();
        assertThat(engine.recordCount()).isZero();
        assertThat(update(engine, 1, (current, scope) -> null)).isNotNegative();
    }

    @Test
    void sums_counts_and_bytes_equal_recomputation_after_any_history() {
        for (int seed = 0; seed < 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StorageEngine engine = started(0);
            int keys = 1 << random.nextInt(3, 12);
            for (int step = 0; step < 5_000; step++) {
                long key = random.nextInt(keys);
                int doing = random.nextInt(1_000);
                if (doing < 450) {
                    put(engine, key, random.nextInt(100));
                } else if (doing < 700) {
                    long end = random.nextLong(1, 1L << 42);
                    update(engine, key, (current, scope) -> TestRecords.ending(key, current, scope, end));
                } else if (doing < 900) {
                    delete(engine, key);
                } else if (doing < 995) {
                    update(engine, key, (current, scope) -> null);
                } else if (doing < 998) {
                    engine.flush(random.nextInt(PARTITIONS), clock.newest() - random.nextInt(500));
                } else {
                    engine.drop(random.nextInt(PARTITIONS));
                }
            }
            assertConsistent(engine, "seed " + seed);
        }
    }

    @Test
    void what_the_values_that_end_have_left_is_told_however_many_there_are() {
        StorageEngine engine = started(0);
        assertThat(engine.meanLeftMillis(1_000)).as("of none").isZero();
        long far = Long.MAX_VALUE / 4;
        for (long key = 0; key < 100; key++) {
            long end = far + key;
            long at = key;
            update(engine, key, (current, scope) -> TestRecords.ending(at, current, scope, end));
        }
        put(engine, 100, 10);
        assertThat(engine.expiringCount()).isEqualTo(100);
        assertThat(engine.meanLeftMillis(far - 1_000))
                .as("their sum has wrapped")
                .isEqualTo(1_049);
        assertThat(engine.meanLeftMillis(far + 1_000)).as("they have ended").isZero();
        update(engine, 0, (current, scope) -> TestRecords.value(0, current, scope, 10));
        delete(engine, 1);
        assertThat(engine.expiringCount()).isEqualTo(98);
    }

    @Test
    void newest_stamp_is_that_of_any_record_there_is_or_was_wherever_it_was_written() {
        StorageEngine engine = started(0);
        assertThat(engine.newestStamp()).isZero();
        put(engine, 1, 10);
        long here = engine.newestStamp();
        assertThat(here).isEqualTo(clock.newest());
        long elsewhere = here + (1L << 40);
        update(engine, 2, (current, scope) -> TestRecords.counter(2, null, scope.actor() ^ 1, elsewhere, 1));
        assertThat(engine.newestStamp()).isEqualTo(elsewhere).isGreaterThan(clock.newest());
        update(engine, 2, (current, scope) -> null);
        assertThat(engine.newestStamp()).isEqualTo(elsewhere);
    }

    @Test
    void scan_of_a_leaf_visits_exactly_its_records() {
        StorageEngine engine = started(0);
        Map<Integer, Set<Long>> expected = new TreeMap<>();
        for (long key = 0; key < 20_000; key++) {
            put(engine, key, 0);
            if (partitionOf(key) == 3) {
                int leaf = (int) (TestRecords.position(key) << 4 >>> (64 - 16));
                expected.computeIfAbsent(leaf, l -> new HashSet<>()).add(key);
            }
        }
        for (int leaf = 0; leaf < engine.leafCount(); leaf += 7) {
            List<Long> visited = new ArrayList<>();
            for (long cursor = 0; cursor != StorageEngine.SCAN_DONE; ) {
                cursor = engine.scanLeaf(3, leaf, cursor, 2, r -> visited.add(TestRecords.keyOf(r)));
            }
            assertThat(visited)
                    .as("leaf %d", leaf)
                    .containsExactlyInAnyOrderElementsOf(expected.getOrDefault(leaf, Set.of()));
        }
    }

    @Test
    void full_memory_refuses_what_takes_more_and_changes_nothing() {
        StorageEngine engine = started(12_000_000);
        long key = 0;
        while (engine.refusedForMemoryCount() == 0) {
            put(engine, key++, 100);
        }
        assertThat(engine.usedBytes()).isBetween(11_990_000L, 12_000_000L + 16 * 4_096);
        long refused = key - 1;
        long sum = engine.root(partitionOf(refused));
        assertThat(update(engine, refused, (current, scope) -> TestRecords.value(refused, current, scope, 100)))
                .isIn(StorageEngine.REFUSED_MEMORY, StorageEngine.REFUSED_BUSY);
        assertThat(read(engine, refused)).isNull();
        assertThat(engine.root(partitionOf(refused))).isEqualTo(sum);
        assertThat(update(engine, 0, (current, scope) -> TestRecords.value(0, current, scope, 1_000)))
                .as("a larger value")
                .isIn(StorageEngine.REFUSED_MEMORY, StorageEngine.REFUSED_BUSY);
        assertThat(update(engine, 0, (current, scope) -> TestRecords.value(0, current, scope, 90)))
                .as("a smaller value")
                .isNotNegative();
        assertThat(engine.refusedForMemoryCount()).isEqualTo(3);
        assertConsistent(engine, "after refusals");
    }

    @Test
    void full_memory_lets_pass_what_sets_memory_free() {
        StorageEngine engine = started(10_000_000);
        long key = 0;
        while (engine.refusedForMemoryCount() == 0) {
            put(engine, key++, 0);
        }
        long refused = key - 1;
        assertThat(delete(engine, refused)).as("tombstone of an absent key").isNotNegative();
        assertThat(delete(engine, 1)).isNotNegative();
        assertThat(update(engine, 2, (current, scope) -> null)).isNotNegative();
        assertThat(engine.refusedForMemoryCount()).isEqualTo(1);
    }

    @Test
    void every_copy_has_an_actor_of_its_own_that_ends_when_retired_dropped_or_flushed() {
        StorageEngine engine = started(0);
        Set<Long> actors = new HashSet<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(actors.add(engine.actor(partition))).isTrue();
            assertThat(actors.add(engine.retireActor(partition))).isTrue();
            assertThat(actors).contains(engine.actor(partition));
            engine.drop(partition);
            assertThat(actors.add(engine.actor(partition))).isTrue();
            engine.flush(partition, 5);
            assertThat(actors.add(engine.actor(partition))).isTrue();
            engine.flush(partition, 5);
            assertThat(actors).as("the same flush again").contains(engine.actor(partition));
        }
        assertThat(actors).doesNotContain(0L);
        long[] seen = new long[1];
        update(engine, 1, (current, scope) -> {
            seen[0] = scope.actor();
            return current;
        });
        assertThat(seen[0]).isEqualTo(engine.actor(partitionOf(1)));
    }

    @Test
    void a_flush_that_has_begun_is_over_for_whoever_looks() {
        StorageEngine engine = started(0);
        int partition = partitionOf(1);
        put(engine, 1, 10);
        long actor = engine.actor(partition);
        engine.beginFlush(partition, clock.newest());
        assertThat(read(engine, 1)).isNull();
        engine.scan(partition, 0, Integer.MAX_VALUE, record -> {
            throw new AssertionError("what is flushed is shown");
        });
        assertThat(engine.actor(partition)).isNotEqualTo(actor);
        update(engine, 1, (current, scope) -> {
            assertThat(current).isNull();
            return current;
        });
        put(engine, 1, 10);
        byte[] newer = read(engine, 1);
        assertThat(newer).isNotNull();
        engine.flush(partition, engine.flushedUpTo(partition));
        assertThat(read(engine, 1)).isEqualTo(newer);
        assertThat(engine.recordCount(partition)).isEqualTo(1);
    }

    @Test
    void a_dropped_copy_is_empty_and_unsettled_but_stays_flushed() {
        StorageEngine engine = started(0);
        int partition = partitionOf(1);
        put(engine, 1, 10);
        engine.settle(partition);
        engine.flush(partition, 5);
        assertThat(engine.isSettled(partition)).isTrue();
        engine.drop(partition);
        assertThat(engine.isSettled(partition)).isFalse();
        assertThat(read(engine, 1)).isNull();
        assertThat(engine.usedBytes(partition)).isZero();
        assertThat(engine.flushedUpTo(partition)).isEqualTo(5);
        assertConsistent(engine, "after a drop");
    }

    @Test
    void flush_removes_what_is_up_to_its_stamp_and_keeps_what_is_newer() {
        StorageEngine engine = started(0);
        put(engine, 1, 10);
        long stamp = clock.newest();
        byte[] newer = put(engine, 2, 10);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            engine.flush(partition, stamp);
        }
        assertThat(read(engine, 1)).isNull();
        assertThat(read(engine, 2)).isSameAs(newer);
        assertConsistent(engine, "after a flush");
    }

    @Test
    void flush_keeps_the_newer_siblings_of_a_record() {
        StorageEngine engine = started(0);
        update(engine, 1, (current, scope) -> TestRecords.siblings(1, scope, 3));
        byte[] before = requireNonNull(read(engine, 1));
        long middle = RecordBytes.siblings(before).get(1).dot().stamp();
        engine.flush(partitionOf(1), middle);
        byte[] after = requireNonNull(read(engine, 1));
        assertThat(RecordBytes.siblingCount(after)).isEqualTo(1);
        assertThat(RecordBytes.siblings(after).get(0).dot().stamp()).isGreaterThan(middle);
        assertThat(RecordBytes.vector(after)).isEqualTo(RecordBytes.vector(before));
        RecordBytes.check(after);
        assertConsistent(engine, "after a flush");
    }

    @Test
    void stamps_are_newer_than_what_was_seen_and_than_the_flush_and_drawn_under_the_lock_only() {
        StorageEngine engine = started(0);
        engine.flush(partitionOf(1), 1L << 40);
        PartitionScope[] kept = new PartitionScope[1];
        update(engine, 1, (current, scope) -> {
            kept[0] = scope;
            assertThat(scope.flushedUpTo()).isEqualTo(1L << 40);
            assertThat(scope.nextStamp(7)).isGreaterThan(1L << 40);
            assertThat(scope.nextStamp(1L << 41)).isGreaterThan(1L << 41);
            return null;
        });
        assertThatThrownBy(() -> kept[0].nextStamp(0)).hasMessageContaining("outside the lock");
    }

    @Test
    void a_mutation_that_throws_changes_nothing_and_leaves_no_lock_behind() {
        StorageEngine engine = started(0);
        byte[] there = put(engine, 1, 10);
        assertThatThrownBy(() -> update(engine, 1, (current, scope) -> {
                    throw new IllegalArgumentException("of the caller");
                }))
                .hasMessage("of the caller");
        assertThatThrownBy(() -> update(engine, 1, (current, scope) -> TestRecords.value(2, current, scope, 1)))
                .hasMessageContaining("another key");
        assertThatThrownBy(() -> update(engine, 1, (current, scope) -> {
                    put(engine, 1, 5);
                    return current;
                }))
                .hasMessageContaining("own partition");
        assertThat(read(engine, 1)).isSameAs(there);
        put(engine, 1, 11);
        assertConsistent(engine, "after exceptions");
    }

    @Test
    void updates_of_many_threads_are_neither_lost_nor_out_of_order() throws Exception {
        StorageEngine engine = started(0);
        int threads = 4;
        int rounds = 20_000;
        CountDownLatch go = new CountDownLatch(1);
        List<List<Long>> stamps = new ArrayList<>();
        List<Thread> workers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            SplittableRandom random = new SplittableRandom(t);
            List<Long> mine = new ArrayList<>();
            stamps.add(mine);
            workers.add(new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                for (int i = 0; i < rounds; i++) {
                    long key = random.nextInt(8);
                    update(engine, key, (current, scope) -> {
                        long stamp = scope.nextStamp(Versions.newestStamp(current));
                        mine.add(stamp);
                        int count = current == null ? 0 : TestRecords.counter(current);
                        return TestRecords.counter(key, current, scope.actor(), stamp, count + 1);
                    });
                }
            }));
        }
        workers.forEach(Thread::start);
        go.countDown();
        for (Thread worker : workers) {
            worker.join();
        }
        long sum = 0;
        for (long key = 0; key < 8; key++) {
            sum += TestRecords.counter(requireNonNull(read(engine, key)));
        }
        assertThat(sum).isEqualTo((long) threads * rounds);
        Set<Long> distinct = new HashSet<>();
        stamps.forEach(distinct::addAll);
        assertThat(distinct).hasSize(threads * rounds);
        assertConsistent(engine, "after threads");
    }

    @Test
    void durability_is_told_once_and_as_the_engine_declares_it() {
        StorageEngine engine = started(0);
        long ticket = update(engine, 1, (current, scope) -> TestRecords.value(1, current, scope, 10));
        List<Boolean> told = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(1);
        engine.whenDurable(ticket, (of, durable) -> {
            assertThat(of).isEqualTo(ticket);
            told.add(durable);
            done.countDown();
        });
        await(done);
        assertThat(told).containsExactly(engine.durability() != Durability.NONE);
    }

    @Test
    void is_of_no_use_before_start_and_after_close() {
        StorageEngine engine = create(PARTITIONS, 0, TestRecords::high, clock, new SplittableRandom(1));
        assertThatThrownBy(() -> read(engine, 1)).isInstanceOf(IllegalStateException.class);
        engine.start();
        assertThatThrownBy(engine::start).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> engine.actor(PARTITIONS)).isInstanceOf(IndexOutOfBoundsException.class);
        engine.close();
        engine.close();
        assertThatThrownBy(() -> put(engine, 1, 1)).isInstanceOf(IllegalStateException.class);
        StorageEngine unused = create(PARTITIONS, 0, TestRecords::high, clock, new SplittableRandom(1));
        unused.close();
        assertThatThrownBy(unused::start).isInstanceOf(IllegalStateException.class);
    }

    final StorageEngine started(long maxMemoryBytes) {
        StorageEngine engine =
                create(PARTITIONS, maxMemoryBytes, TestRecords::high, clock, new SplittableRandom(opened.size()));
        opened.add(engine);
        engine.start();
        return engine;
    }

    static int partitionOf(long key) {
        return (int) (TestRecords.position(key) >>> (64 - 4));
    }

    static byte @Nullable [] read(StorageEngine engine, long key) {
        return engine.read(
                partitionOf(key), StorageEngine.tableHash(TestRecords.position(key)), TestRecords.key(key), 0, 8);
    }

    static long update(StorageEngine engine, long key, Mutation mutation) {
        return engine.update(partitionOf(key), TestRecords.position(key), TestRecords.key(key), 0, 8, mutation);
    }

    static byte[] put(StorageEngine engine, long key, int valueLength) {
        byte[][] made = new byte[1][];
        update(engine, key, (current, scope) -> {
            made[0] = TestRecords.value(key, current, scope, valueLength);
            return made[0];
        });
        return made[0];
    }

    private static long delete(StorageEngine engine, long key) {
        return update(engine, key, new Mutation() {
            @Override
            public byte[] apply(byte @Nullable [] current, PartitionScope scope) {
                return TestRecords.tombstone(key, current, scope);
            }

            @Override
            public boolean freesMemory() {
                return true;
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertConsistent(StorageEngine engine, String as) {
        long usedBefore = engine.usedBytes();
        long records = 0;
        long live = 0;
        long expiring = 0;
        long[] ends = new long[1];
        long bytes = 0;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long[] leaves = new long[engine.leafCount()];
            int[] counts = new int[3];
            long[] recordBytes = new long[1];
            long cursor = 0;
            while (cursor != StorageEngine.SCAN_DONE) {
                cursor = engine.scan(partition, cursor, 100, r -> {
                    leaves[(int) (TestRecords.position(TestRecords.keyOf(r)) << 4 >>> (64 - 16))] +=
                            RecordBytes.hash(r);
                    counts[0]++;
                    counts[1] += RecordBytes.isDeleted(r) ? 0 : 1;
                    counts[2] += RecordBytes.expireAtMillis(r) > 0 ? 1 : 0;
                    ends[0] += RecordBytes.expireAtMillis(r);
                    recordBytes[0] += HeapSizes.of(r);
                });
            }
            assertThat(engine.leaves(partition)).as(as).isEqualTo(leaves);
            assertThat(engine.leaf(partition, 9)).as(as).isEqualTo(leaves[9]);
            assertThat(engine.root(partition))
                    .as(as)
                    .isEqualTo(Arrays.stream(leaves).sum());
            assertThat(engine.recordCount(partition)).as(as).isEqualTo(counts[0]);
            assertThat(engine.liveCount(partition)).as(as).isEqualTo(counts[1]);
            assertThat(engine.expiringCount(partition)).as(as).isEqualTo(counts[2]);
            assertThat(engine.usedBytes(partition)).as(as).isGreaterThanOrEqualTo(recordBytes[0]);
            expiring += counts[2];
            records += counts[0];
            live += counts[1];
            bytes += engine.usedBytes(partition);
        }
        assertThat(engine.recordCount()).as(as).isEqualTo(records);
        assertThat(engine.liveCount()).as(as).isEqualTo(live);
        assertThat(engine.expiringCount()).as(as).isEqualTo(expiring);
        assertThat(engine.meanLeftMillis(0)).as(as).isEqualTo(expiring == 0 ? 0 : ends[0] / expiring);
        // An engine that keeps values elsewhere may let some go meanwhile.
        assertThat(bytes).as(as).isBetween(engine.usedBytes(), usedBefore);
    }
}
