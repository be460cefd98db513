package io.kvorum.storage.engine;

import static io.kvorum.storage.engine.StorageEngineContract.partitionOf;
import static io.kvorum.storage.engine.StorageEngineContract.put;
import static io.kvorum.storage.engine.StorageEngineContract.read;
import static io.kvorum.storage.engine.StorageEngineContract.update;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.journal.JournalSettings;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What outlives the process, with the journal on a real disk and its threads in the test's hand. */
@Timeout(120)
final class JournaledEngineTest {
    private static final int PARTITIONS = StorageEngineContract.PARTITIONS;
    private static final long SECOND = 1_000_000_000L;
    private static final CheckpointSettings CHECKPOINT =
            new CheckpointSettings(5 * SECOND, 1L << 19, 3L << 20, 10, 0.5);

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final List<String> said = new ArrayList<>();
    private long nowMillis = 1_000_000;
    private ManualThread journalThread = new ManualThread();
    private ManualThread checkpointThread = new ManualThread();
    private long maxMemory;
    private SyncPolicy sync = SyncPolicy.EVERY_SECOND;

    private JournaledEngine start(Continuity continuity, long seed) {
        journalThread = new ManualThread();
        checkpointThread = new ManualThread();
        JournaledEngine engine = new JournaledEngine(
                PARTITIONS,
                maxMemory,
                TestRecords::high,
                new StampClock(() -> nowMillis, 1_000),
                new SplittableRandom(seed),
                new JournaledParts(
                        Disk.system(),
                        directory.resolve("journal"),
                        new UUID(1, 2),
                        new JournalSettings(1 << 20, sync, 1),
                        store,
                        CHECKPOINT,
                        journalThread,
                        journalThread,
                        checkpointThread,
                        task -> {
                            task.run();
                            return true;
                        },
                        LoadWorkers.INLINE,
                        continuity,
                        false,
                        () -> {},
                        new EngineObserver() {
                            @Override
                            public void checkpointFailed(Throwable why) {
                                said.add("checkpoint failed: " + why.getMessage());
                            }

                            @Override
                            public void checkpointed(long records, long busyNanos, long wholeNanos) {
                                said.add("checkpointed " + records);
                            }
                        }));
        engine.start();
        return engine;
    }

    /** The process ends: nothing of it runs any more. */
    private void kill() {
        journalThread.end();
        checkpointThread.end();
    }

    private void work(long nanos) {
        journalThread.pass(nanos);
        checkpointThread.pass(nanos);
        while (journalThread.step() || checkpointThread.step()) {
            // each may have given the other something to do
        }
    }

    private void checkpoint() {
        for (int i = 0; i < 20; i++) {
            work(SECOND);
        }
    }

    private static long remove(StorageEngine engine, long key) {
        return update(engine, key, (current, scope) -> null);
    }

    private static Map<Long, String> content(StorageEngine engine) {
        Map<Long, String> content = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long cursor = 0;
            while (cursor != StorageEngine.SCAN_DONE) {
                cursor = engine.scan(
                        partition,
                        cursor,
                        100,
                        record -> content.put(TestRecords.keyOf(record), Long.toHexString(RecordBytes.hash(record))));
            }
        }
        return content;
    }

    @Test
    void nothing_is_lost_and_nothing_comes_back_when_the_process_ends_at_any_moment() {
        for (long seed = 1; seed <= 12; seed++) {
            assertSurvives(seed);
        }
    }

    private void assertSurvives(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        JournaledEngine engine = start(Continuity.CUT_OFF, random.nextLong());
        for (int life = 0; life < 6; life++) {
            for (int i = random.nextInt(400); i > 0; i--) {
                long key = random.nextInt(200);
                int what = random.nextInt(100);
                long ticket = 0;
                if (what < 70) {
                    int length = random.nextInt(2_000);
                    ticket = update(engine, key, (current, scope) -> TestRecords.value(key, current, scope, length));
                } else if (what < 85) {
                    ticket = remove(engine, key);
                } else if (what < 86) {
                    engine.flush(partitionOf(key), engine.newestStamp());
                } else if (what < 87) {
                    dropIfTaken(engine, partitionOf(key));
                } else if (what < 90) {
                    engine.settle(partitionOf(key));
                } else {
                    nowMillis += random.nextInt(1_000);
                    work(random.nextLong(3 * SECOND));
                }
                assertThat(ticket)
                        .as("seed %s", seed)
                        .satisfiesAnyOf(
                                t -> assertThat(t).isNotNegative(),
                                t -> assertThat(t).isEqualTo(StorageEngine.REFUSED_BUSY));
                if (random.nextInt(30) == 0) {
                    store.failCommits(random.nextInt(3));
                }
            }
            // The two threads may be anywhere in their work.
            for (int steps = random.nextInt(40); steps > 0; steps--) {
                boolean unused = random.nextBoolean() ? journalThread.step() : checkpointThread.step();
            }
            Map<Long, String> before = content(engine);
            long[] roots = roots(engine);
            long[] flushed = flushed(engine);
            boolean inOrder = random.nextInt(3) == 0;
            store.failCommits(0);
            kill();
            if (inOrder) {
                engine.close();
            }
            engine = start(inOrder ? Continuity.WHOLE : Continuity.CUT_OFF, random.nextLong());
            // Flushes are in the node's history, and made again by it before the node serves.
            for (int partition = 0; partition < PARTITIONS; partition++) {
                engine.flush(partition, flushed[partition]);
            }
            assertThat(content(engine)).as("seed %s, life %s", seed, life).isEqualTo(before);
            assertThat(roots(engine)).as("seed %s, life %s", seed, life).isEqualTo(roots);
        }
        checkpoint();
        assertThat(store.records()).as("seed %s", seed).isEqualTo((int) engine.recordCount());
        assertThat(engine.dirtyCount()).isZero();
        kill();
    }

    /** While the disk is behind nothing is dropped. */
    private static void dropIfTaken(StorageEngine engine, int partition) {
        int before = engine.recordCount(partition);
        try {
            engine.drop(partition);
        } catch (IllegalStateException behind) {
            assertThat(engine.recordCount(partition)).isEqualTo(before);
        }
    }

    private static long[] roots(StorageEngine engine) {
        long[] roots = new long[PARTITIONS];
        for (int partition = 0; partition < PARTITIONS; partition++) {
            roots[partition] = engine.root(partition);
        }
        return roots;
    }

    private static long[] flushed(StorageEngine engine) {
        long[] flushed = new long[PARTITIONS];
        for (int partition = 0; partition < PARTITIONS; partition++) {
            flushed[partition] = engine.flushedUpTo(partition);
        }
        return flushed;
    }

    @Test
    void stop_in_order_replays_nothing_and_keeps_actors_and_what_is_settled() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        engine.settle(3);
        put(engine, 7, 100);
        long actor = engine.actor(3);
        kill();
        engine.close();
        long position = engine.journal().position();
        JournaledEngine next = start(Continuity.WHOLE, 2);
        assertThat(next.actor(3)).isEqualTo(actor);
        assertThat(next.isSettled(3)).isTrue();
        assertThat(next.isSettled(4)).isFalse();
        assertThat(read(next, 7)).isNotNull();
        assertThat(next.dirtyCount()).as("replayed").isZero();
        assertThat(next.journal().position()).isGreaterThanOrEqualTo(position);
    }

    @Test
    void life_that_was_cut_off_leaves_copies_settled_under_new_actors() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        engine.settle(3);
        long actor = engine.actor(3);
        kill();
        JournaledEngine next = start(Continuity.CUT_OFF, 2);
        assertThat(next.isSettled(3)).isTrue();
        assertThat(next.actor(3)).isNotEqualTo(actor);
    }

    @Test
    void data_in_doubt_is_unsettled_under_new_actors_and_still_there() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        engine.settle(3);
        put(engine, 7, 100);
        long actor = engine.actor(3);
        kill();
        engine.close();
        JournaledEngine next = start(Continuity.DOUBTFUL, 2);
        assertThat(next.isSettled(3)).isFalse();
        assertThat(next.actor(3)).isNotEqualTo(actor);
        assertThat(read(next, 7)).isNotNull();
    }

    @Test
    void data_in_doubt_stays_so_though_the_process_is_killed_before_its_first_checkpoint() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        engine.settle(3);
        checkpoint();
        engine.settle(4);
        kill();
        assertThat(start(Continuity.DOUBTFUL, 2).isSettled(3)).isFalse();
        kill();

        JournaledEngine next = start(Continuity.CUT_OFF, 3);

        assertThat(next.isSettled(3)).isFalse();
        assertThat(next.isSettled(4)).isFalse();
        next.close();
    }

    @Test
    void close_is_whole_only_if_the_checkpoint_took_everything() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        put(engine, 1, 10);
        assertThat(engine.isClosedWhole()).isFalse();
        engine.close();
        assertThat(engine.isClosedWhole()).isTrue();

        JournaledEngine next = start(Continuity.WHOLE, 2);
        put(next, 2, 10);
        store.failCommits(1);
        next.close();

        assertThat(next.isClosedWhole()).isFalse();
    }

    @Test
    void stamps_go_on_above_those_of_the_records() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        put(engine, 7, 1);
        long newest = engine.newestStamp();
        kill();
        nowMillis -= 500_000;
        JournaledEngine next = start(Continuity.CUT_OFF, 2);
        put(next, 8, 1);
        assertThat(next.newestStamp()).isGreaterThan(newest);
    }

    @Test
    void key_that_changes_often_is_put_once_and_the_journal_is_let_go() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        for (int i = 0; i < 3_000; i++) {
            put(engine, 7, 100);
            if (i % 100 == 0) {
                work(SECOND / 100);
            }
        }
        checkpoint();
        assertThat(store.records()).isEqualTo(1);
        assertThat(said).contains("checkpointed 1");
        assertThat(engine.journal().bytesSince(0)).isGreaterThan(400_000);
        assertThat(engine.journal().segmentCount()).isLessThanOrEqualTo(2);
    }

    @Test
    void changes_wait_while_the_journal_is_too_far_ahead_and_go_on_after_the_checkpoint() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        store.failCommits(Integer.MAX_VALUE);
        long refused = 0;
        for (long key = 0; key < 100_000 && refused == 0; key++) {
            long ticket = tryPut(engine, key);
            refused = ticket < 0 ? ticket : 0;
            journalThread.pass(1_000_000);
            journalThread.step();
        }
        assertThat(refused).isEqualTo(StorageEngine.REFUSED_BUSY);
        checkpoint();
        assertThat(said).contains("checkpoint failed: no space left");
        store.failCommits(0);
        checkpoint();
        assertThat(tryPut(engine, 1)).isNotNegative();
    }

    private static long tryPut(StorageEngine engine, long key) {
        return update(engine, key, (current, scope) -> TestRecords.value(key, current, scope, 1_000));
    }

    @Test
    void always_tells_that_changes_are_durable_before_they_are_acknowledged() {
        sync = SyncPolicy.ALWAYS;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        assertThat(engine.durability()).isEqualTo(Durability.BEFORE_ACKNOWLEDGED);
        List<Boolean> told = new ArrayList<>();
        engine.whenDurable(tryPut(engine, 1), (ticket, durable) -> told.add(durable));
        assertThat(told).isEmpty();
        work(0);
        assertThat(told).containsExactly(true);
    }

    @Test
    void store_of_another_ring_is_refused() {
        store.commits = 0;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        kill();
        engine.close();
        JournaledEngine other = new JournaledEngine(
                PARTITIONS * 2,
                0,
                TestRecords::high,
                new StampClock(() -> nowMillis, 1_000),
                new SplittableRandom(1),
                new JournaledParts(
                        Disk.system(),
                        directory.resolve("other"),
                        new UUID(1, 2),
                        new JournalSettings(1 << 20, sync, 1),
                        store,
                        CHECKPOINT,
                        new ManualThread(),
                        new ManualThread(),
                        new ManualThread(),
                        task -> {
                            task.run();
                            return true;
                        },
                        LoadWorkers.INLINE,
                        Continuity.WHOLE,
                        false,
                        () -> {},
                        EngineObserver.NONE));
        assertThatThrownBy(other::start)
                .hasRootCauseMessage(
                        "the checkpoint store has 16 partitions, the ring has 32: it belongs to another cluster");
    }

    @Test
    void record_that_changed_while_it_was_committed_is_still_to_be_put() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        put(engine, 7, 10);
        checkpointThread.pass(6 * SECOND);
        checkpointThread.step();
        journalThread.step();
        byte @Nullable [] newer = put(engine, 7, 20);
        checkpoint();
        assertThat(engine.dirtyCount()).isZero();
        byte[] stored = store.read(partitionOf(7), TestRecords.position(7), TestRecords.key(7), 0, 8);
        assertThat(stored).isEqualTo(newer);
    }

    @Test
    void memory_stays_within_its_bound_and_every_value_can_be_had() {
        maxMemory = 10 << 20;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        int keys = 6_000;
        for (long key = 0; key < keys; key++) {
            fill(engine, key);
        }
        checkpoint();
        assertWithinBound(engine);
        int stubs = 0;
        for (long key = 0; key < keys; key++) {
            assertThat(read(engine, key)).isNotNull();
            if (isStub(engine, key)) {
                stubs++;
                assertThat(fetch(engine, key)).as("key %s", key).hasSizeGreaterThan(1_000);
            }
            work(1_000_000);
        }
        assertThat(stubs).isBetween(keys / 2, keys);
        assertWithinBound(engine);
        long[] roots = roots(engine);
        kill();
        JournaledEngine next = start(Continuity.CUT_OFF, 2);
        assertThat(roots(next)).isEqualTo(roots);
        work(SECOND);
        assertWithinBound(next);
        assertThat(fetch(next, 17)).hasSizeGreaterThan(1_000);
    }

    @Test
    void whole_record_can_be_read_without_bringing_its_values_back_into_memory() throws IOException {
        maxMemory = 10 << 20;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        for (long key = 0; key < 6_000; key++) {
            fill(engine, key);
        }
        checkpoint();
        long used = engine.usedBytes();
        int stubs = 0;
        for (long key = 0; key < 6_000; key++) {
            byte[] record = requireNonNull(read(engine, key));
            byte[] whole = engine.readWhole(partitionOf(key), TestRecords.position(key), TestRecords.key(key));
            assertThat(whole).isNotNull().hasSizeGreaterThan(1_000);
            assertThat(RecordBytes.hash(requireNonNull(whole))).isEqualTo(RecordBytes.hash(record));
            stubs += RecordBytes.lacksBytes(record) ? 1 : 0;
        }
        assertThat(stubs).isPositive();
        assertThat(engine.usedBytes()).isEqualTo(used);
        assertThat(engine.readWhole(partitionOf(9_999), TestRecords.position(9_999), TestRecords.key(9_999)))
                .isNull();
    }

    private void assertWithinBound(StorageEngine engine) {
        assertThat(engine.usedBytes()).isLessThanOrEqualTo(maxMemory);
        assertThat(engine.usedBytes()).isGreaterThan(maxMemory * 8 / 10);
    }

    private void fill(JournaledEngine engine, long key) {
        for (int i = 0; tryPut(engine, key) < 0; i++) {
            assertThat(i).as("writing key %s never succeeds", key).isLessThan(100);
            work(SECOND);
        }
    }

    private static byte[] fetch(StorageEngine engine, long key) {
        List<byte[]> fetched = new ArrayList<>();
        engine.fetch(partitionOf(key), TestRecords.position(key), TestRecords.key(key), (record, done) -> {
            assertThat(done).isTrue();
            fetched.add(record);
        });
        return fetched.get(0);
    }

    @Test
    void values_that_find_no_room_are_answered_and_not_kept() {
        maxMemory = 10 << 20;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        int keys = 6_000;
        for (long key = 0; key < keys; key++) {
            fill(engine, key);
        }
        checkpoint();
        for (long key = keys; tryPut(engine, key) >= 0; key++) {
            assertThat(key).as("memory is never full").isLessThan(keys * 2L);
        }
        int stubs = 0;
        for (long key = 0; key < keys; key++) {
            if (isStub(engine, key)) {
                stubs++;
                assertThat(fetch(engine, key)).as("key %s", key).hasSizeGreaterThan(1_000);
            }
        }
        assertThat(stubs).isGreaterThan(keys / 2);
        assertThat(engine.usedBytes()).isLessThanOrEqualTo(maxMemory);
        checkpoint();
        long cold = 0;
        while (!isStub(engine, cold)) {
            cold++;
        }
        fetch(engine, cold);
        assertThat(isStub(engine, cold)).as("once there is room").isFalse();
    }

    @Test
    void what_is_read_stays_and_what_is_not_goes() {
        maxMemory = 10 << 20;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        for (long key = 0; key < 4_000; key++) {
            fill(engine, key);
            for (long hot = 0; hot < 100; hot++) {
                if (read(engine, hot) != null && isStub(engine, hot)) {
                    fetch(engine, hot);
                }
            }
        }
        checkpoint();
        long warm = 0;
        for (long hot = 0; hot < 100; hot++) {
            warm += isStub(engine, hot) ? 0 : 1;
        }
        assertThat(warm).isGreaterThan(80);
    }

    @Test
    void change_that_needs_values_on_disk_is_refused_until_they_are_fetched_and_others_are_not() {
        maxMemory = 10 << 20;
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        for (long key = 0; key < 3_000; key++) {
            fill(engine, key);
        }
        checkpoint();
        long cold = 0;
        while (!isStub(engine, cold)) {
            cold++;
        }
        long key = cold;
        assertThat(update(engine, key, (current, scope) -> TestRecords.value(key, current, scope, 1_000)))
                .isEqualTo(StorageEngine.REFUSED_COLD);
        fetch(engine, key);
        assertThat(update(engine, key, (current, scope) -> TestRecords.value(key, current, scope, 1_000)))
                .isNotNegative();
        long other = key + 1;
        while (!isStub(engine, other)) {
            other++;
        }
        assertThat(update(engine, other, blind(other))).isNotNegative();
        assertThat(isStub(engine, other)).isFalse();
    }

    private static boolean isStub(StorageEngine engine, long key) {
        return RecordBytes.lacksBytes(Objects.requireNonNull(read(engine, key)));
    }

    private static Mutation blind(long key) {
        return new Mutation() {
            @Override
            public byte[] apply(byte @Nullable [] current, PartitionScope scope) {
                return TestRecords.value(key, current, scope, 10);
            }

            @Override
            public boolean needsValues() {
                return false;
            }
        };
    }

    @Test
    void expired_value_leaves_memory_and_disk_and_its_record_keeps_its_hash() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        expiring(engine, 7, nowMillis + 10_000);
        put(engine, 8, 1_000);
        checkpoint();
        long root = engine.root(partitionOf(7));
        long used = engine.usedBytes();
        sweep(engine, new Sweep(nowMillis + 9_000, Sweep.NOTHING));
        assertThat(engine.usedBytes()).as("before its time").isEqualTo(used);
        sweep(engine, new Sweep(nowMillis + 11_000, Sweep.NOTHING));
        assertThat(engine.usedBytes()).isLessThan(used - 900);
        assertThat(engine.root(partitionOf(7))).isEqualTo(root);
        assertThat(read(engine, 8)).hasSizeGreaterThan(1_000);
        checkpoint();
        byte[] stored = store.read(partitionOf(7), TestRecords.position(7), TestRecords.key(7), 0, 8);
        assertThat(stored).isNotNull().hasSizeLessThan(200);
    }

    @Test
    void record_that_is_dead_for_the_grace_goes_whole_and_does_not_come_back() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        expiring(engine, 7, nowMillis + 10_000);
        update(engine, 8, (current, scope) -> TestRecords.tombstone(8, current, scope));
        put(engine, 9, 10);
        checkpoint();
        sweep(engine, new Sweep(nowMillis + 60_000, nowMillis + 5_000));
        assertThat(read(engine, 8)).as("deleted before").isNull();
        assertThat(read(engine, 7)).as("expired after").isNotNull();
        sweep(engine, new Sweep(nowMillis + 60_000, nowMillis + 20_000));
        assertThat(read(engine, 7)).isNull();
        kill();
        JournaledEngine next = start(Continuity.CUT_OFF, 2);
        assertThat(next.recordCount()).isEqualTo(1);
        checkpoint();
        assertThat(store.records()).isEqualTo(1);
    }

    @Test
    void expired_sibling_beside_a_live_one_leaves_its_bytes_and_the_record_stays() {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        expiring(engine, 7, nowMillis + 10_000);
        update(
                engine,
                7,
                (current, scope) -> Versions.write(
                        current,
                        new Draft()
                                .key(TestRecords.key(7), 0, Long.BYTES)
                                .dot(scope.actor(), scope.nextStamp(Versions.newestStamp(current)))
                                .value(new byte[100], 0, 100),
                        Context.EMPTY,
                        VersionObserver.NONE));
        checkpoint();
        long root = engine.root(partitionOf(7));
        assertThat(read(engine, 7)).hasSizeGreaterThan(1_100);
        sweep(engine, new Sweep(nowMillis + 11_000, nowMillis + 11_000));
        assertThat(read(engine, 7)).hasSizeBetween(100, 500);
        assertThat(engine.root(partitionOf(7))).isEqualTo(root);
    }

    private static void sweep(StorageEngine engine, Sweep sweep) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long cursor = 0;
            while (cursor != StorageEngine.SCAN_DONE) {
                cursor = engine.sweep(partition, cursor, 10, sweep, staying -> {});
            }
        }
    }

    private static void expiring(StorageEngine engine, long key, long expireAtMillis) {
        update(
                engine,
                key,
                (current, scope) -> Versions.write(
                        current,
                        new Draft()
                                .key(TestRecords.key(key), 0, Long.BYTES)
                                .dot(scope.actor(), scope.nextStamp(Versions.newestStamp(current)))
                                .value(new byte[1_000], 0, 1_000)
                                .expireAtMillis(expireAtMillis)));
    }

    @Test
    void journal_that_is_gone_leaves_what_is_there_in_doubt() throws IOException {
        JournaledEngine engine = start(Continuity.WHOLE, 1);
        engine.settle(3);
        put(engine, 7, 100);
        checkpoint();
        put(engine, 8, 100);
        kill();
        try (Stream<Path> segments = Files.list(directory.resolve("journal"))) {
            for (Path segment : segments.toList()) {
                Files.delete(segment);
            }
        }
        JournaledEngine next = start(Continuity.CUT_OFF, 2);
        assertThat(read(next, 7)).isNotNull();
        assertThat(next.isSettled(3)).isFalse();
    }
}
