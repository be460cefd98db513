package io.kvorum.storage.checkpoint;

import static io.kvorum.storage.checkpoint.CheckpointRecords.key;
import static io.kvorum.storage.checkpoint.CheckpointRecords.number;
import static io.kvorum.storage.checkpoint.CheckpointRecords.record;
import static io.kvorum.storage.checkpoint.CheckpointRecords.value;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every checkpoint store promises; each has a test class that extends this one. */
abstract class CheckpointStoreContract {
    private static final int VALUE_BYTES = 16;

    private final List<CheckpointStore> opened = new ArrayList<>();

    /** Opens the store of this test, which is empty at first and then as the one opened before was left. */
    abstract CheckpointStore create() throws IOException;

    final CheckpointStore open() throws IOException {
        CheckpointStore store = create();
        opened.add(store);
        return store;
    }

    @AfterEach
    final void close() throws IOException {
        for (CheckpointStore store : opened) {
            store.close();
        }
    }

    @Test
    void what_was_committed_is_read() throws IOException {
        CheckpointStore store = open();
        byte[] first = record(1, 10, VALUE_BYTES);
        byte[] second = record(2, 20, VALUE_BYTES);
        commit(store, batch -> {
            batch.put(3, 100, first);
            batch.put(3, 200, second);
        });

        assertThat(read(store, 3, 100, key(1))).isEqualTo(first);
        assertThat(read(store, 3, 200, key(2))).isEqualTo(second);
        assertThat(read(store, 3, 100, key(2))).isNull();
        assertThat(read(store, 3, 200, key(1))).isNull();
        assertThat(read(store, 4, 100, key(1))).isNull();
    }

    @Test
    void key_is_read_out_of_the_middle_of_an_array() throws IOException {
        CheckpointStore store = open();
        byte[] record = record("key".getBytes(StandardCharsets.UTF_8), "value");
        commit(store, batch -> batch.put(0, 1, record));

        assertThat(store.read(0, 1, "a key here".getBytes(StandardCharsets.UTF_8), 2, 3))
                .isEqualTo(record);
    }

    @Test
    void nothing_of_a_batch_is_there_before_its_commit_nor_after_its_close() throws IOException {
        CheckpointStore store = open();
        try (CheckpointStore.Batch batch = store.begin()) {
            batch.put(0, 1, record(1, 1, VALUE_BYTES));
            batch.meta("name", new byte[] {1});
            assertThat(read(store, 0, 1, key(1))).isNull();
        }
        assertThat(read(store, 0, 1, key(1))).isNull();
        assertThat(store.meta("name")).isNull();
        assertThat(scanAll(store, 0)).isEmpty();
    }

    @Test
    void batch_that_ended_takes_no_more() throws IOException {
        CheckpointStore store = open();
        CheckpointStore.Batch batch = store.begin();
        batch.commit();
        assertThatThrownBy(() -> batch.put(0, 1, record(1, 1, VALUE_BYTES))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
        batch.close();
    }

    @Test
    void of_two_changes_of_a_key_in_a_batch_the_later_holds() throws IOException {
        CheckpointStore store = open();
        byte[] later = record(1, 2, VALUE_BYTES);
        commit(store, batch -> {
            batch.put(0, 9, record(9, 9, VALUE_BYTES));
            batch.put(0, 1, record(1, 1, VALUE_BYTES));
            batch.put(0, 1, later);
            batch.put(0, 2, record(2, 1, VALUE_BYTES));
            batch.remove(0, 2, key(2));
            batch.remove(0, 3, key(3));
            batch.put(0, 3, record(3, 1, VALUE_BYTES));
        });

        assertThat(read(store, 0, 1, key(1))).isEqualTo(later);
        assertThat(read(store, 0, 2, key(2))).isNull();
        assertThat(read(store, 0, 3, key(3))).isNotNull();
    }

    @Test
    void removal_takes_one_key_and_minds_none_that_is_not_there() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> {
            batch.put(0, 5, record(1, 1, VALUE_BYTES));
            batch.put(0, 5, record(2, 2, VALUE_BYTES));
        });
        commit(store, batch -> {
            batch.remove(0, 5, key(1));
            batch.remove(0, 5, key(3));
            batch.remove(1, 5, key(2));
        });

        assertThat(numbers(scanAll(store, 0))).containsExactly(2L);
    }

    @Test
    void scan_goes_by_partition_then_unsigned_position_then_key() throws IOException {
        CheckpointStore store = open();
        long[] positions = {0, 1, 255, 256, Long.MAX_VALUE, Long.MIN_VALUE, -256, -255, -1};
        commit(store, batch -> {
            for (int partition : new int[] {0, 1, 255, 256, 16383}) {
                for (int i = positions.length - 1; i >= 0; i--) {
                    batch.put(partition, positions[i], record(2L * i + 1, partition, VALUE_BYTES));
                    batch.put(partition, positions[i], record(2L * i, partition, VALUE_BYTES));
                }
            }
        });

        for (int partition : new int[] {0, 1, 255, 256, 16383}) {
            List<byte[]> records = scanAll(store, partition);
            assertThat(numbers(records)).hasSize(2 * positions.length).isSorted();
            assertThat(records).allMatch(record -> value(record, VALUE_BYTES) == partition);
        }
        assertThat(scanAll(store, 2)).isEmpty();
    }

    @Test
    void scan_stops_after_its_count_but_not_within_a_position_and_goes_on_from_there() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> {
            for (int i = 0; i < 10; i++) {
                batch.put(0, i / 4, record(i, i, VALUE_BYTES));
            }
        });

        List<Long> seen = new ArrayList<>();
        assertThat(store.scan(0, 0, 1, record -> seen.add(number(record))))
                .isEqualTo(new CheckpointStore.Scan(false, 1));
        assertThat(seen).containsExactly(0L, 1L, 2L, 3L);
        assertThat(store.scan(0, 1, 5, record -> seen.add(number(record)))).isEqualTo(CheckpointStore.Scan.DONE);
        assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(store.scan(0, 3, 5, record -> seen.add(-1L))).isEqualTo(CheckpointStore.Scan.DONE);
        assertThat(store.scan(7, 0, 5, record -> seen.add(-1L))).isEqualTo(CheckpointStore.Scan.DONE);
        assertThat(seen).hasSize(10);
    }

    @Test
    void what_a_visitor_throws_reaches_who_scans() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> batch.put(0, 1, record(1, 1, VALUE_BYTES)));
        IllegalArgumentException thrown = new IllegalArgumentException();
        assertThatThrownBy(() -> store.scan(0, 0, 1, record -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(scanAll(store, 0)).hasSize(1);
    }

    @Test
    void scan_sees_one_commit_whatever_is_committed_meanwhile() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> putAll(batch, 1));
        List<Long> seen = new ArrayList<>();
        CheckpointStore.Scan scan = store.scan(0, 0, 1000, record -> {
            if (seen.isEmpty()) {
                commitUnchecked(store, batch -> putAll(batch, 2));
            }
            seen.add(value(record, VALUE_BYTES));
        });

        assertThat(scan.done()).isTrue();
        assertThat(seen).hasSize(100).containsOnly(1L);
        assertThat(scanAll(store, 0)).allMatch(record -> value(record, VALUE_BYTES) == 2);
    }

    @Test
    void clear_removes_what_a_partition_had_and_nothing_of_its_own_batch() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> {
            for (int i = 0; i < 1000; i++) {
                batch.put(1, i, record(i, 1, VALUE_BYTES));
            }
            batch.put(0, -1, record(1, 1, VALUE_BYTES));
            batch.put(2, 0, record(1, 1, VALUE_BYTES));
        });
        commit(store, batch -> {
            batch.put(1, 5, record(5, 2, VALUE_BYTES));
            batch.clear(1);
            batch.put(1, 2000, record(2000, 2, VALUE_BYTES));
            batch.clear(3);
        });

        assertThat(numbers(scanAll(store, 1))).containsExactly(5L, 2000L);
        assertThat(scanAll(store, 0)).hasSize(1);
        assertThat(scanAll(store, 2)).hasSize(1);
    }

    @Test
    void meta_may_be_as_long_as_what_the_largest_ring_has_of_its_copies() throws IOException {
        // 16384 copies of 17 bytes, in commit after commit.
        byte[] value = new byte[512 << 10];
        CheckpointStore store = open();
        for (int i = 1; i <= 20; i++) {
            new Random(i).nextBytes(value);
            commit(store, batch -> batch.meta("large", value));
            assertThat(store.meta("large")).isEqualTo(value);
        }
        store.close();
        assertThat(open().meta("large")).isEqualTo(value);
    }

    @Test
    void meta_is_replaced_and_stays_with_its_batch() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> {
            batch.meta("one", new byte[] {1, 2, 3});
            batch.meta("empty", new byte[0]);
        });
        commit(store, batch -> batch.meta("one", new byte[] {4}));
        store.reopen();

        assertThat(store.meta("one")).containsExactly(4);
        assertThat(store.meta("empty")).isEmpty();
        assertThat(store.meta("other")).isNull();
    }

    @Test
    void what_was_committed_stays_when_it_is_opened_again() throws IOException {
        CheckpointStore store = open();
        commit(store, batch -> putAll(batch, 1));
        try (CheckpointStore.Batch batch = store.begin()) {
            putAll(batch, 2);
            store.reopen();
        }
        assertThat(scanAll(store, 0)).hasSize(100).allMatch(record -> value(record, VALUE_BYTES) == 1);
        store.close();
        store.close();
        assertThatThrownBy(() -> read(store, 0, 1, key(1))).isInstanceOf(IOException.class);

        assertThat(scanAll(open(), 0)).hasSize(100).allMatch(record -> value(record, VALUE_BYTES) == 1);
    }

    @Test
    void long_keys_and_long_records_are_kept_whole() throws IOException {
        CheckpointStore store = open();
        Random random = new Random(1);
        byte[] longKey = bytes(random, RecordBytes.KEY_BYTES_MAX);
        List<byte[]> records = new ArrayList<>();
        for (int valueBytes : new int[] {0, 1, 100_000, 131_000, 131_072, 1 << 20, 64 << 20}) {
            records.add(record(key(valueBytes), bytes(random, valueBytes)));
        }
        records.add(record(longKey, bytes(random, 1 << 20)));
        records.add(record(Arrays.copyOf(longKey, longKey.length - 1), new byte[0]));
        commit(store, batch -> {
            for (byte[] record : records) {
                batch.put(1, 7, record);
            }
        });
        store.reopen();

        for (byte[] record : records) {
            byte[] key = RecordBytes.key(record);
            assertThat(Arrays.equals(read(store, 1, 7, key), record)).isTrue();
        }
        assertThat(scanAll(store, 1)).hasSize(records.size());
    }

    @Test
    void long_record_gives_way_to_a_shorter_one_and_to_none() throws IOException {
        CheckpointStore store = open();
        Random random = new Random(2);
        for (int valueBytes : new int[] {3 << 20, 1 << 20, 10, 2 << 20}) {
            byte[] record = record(key(1), bytes(random, valueBytes));
            commit(store, batch -> batch.put(0, 1, record));
            assertThat(Arrays.equals(read(store, 0, 1, key(1)), record)).isTrue();
        }
        commit(store, batch -> batch.remove(0, 1, key(1)));
        assertThat(read(store, 0, 1, key(1))).isNull();
        byte[] last = record(key(1), bytes(random, 1 << 20));
        commit(store, batch -> batch.put(0, 1, last));
        commit(store, batch -> batch.clear(0));
        assertThat(scanAll(store, 0)).isEmpty();
    }

    @Test
    void as_many_partitions_as_there_can_be() throws IOException {
        CheckpointStore store = open();
        int partitions = 16384;
        commit(store, batch -> {
            for (int partition = 0; partition < partitions; partition++) {
                batch.put(partition, (long) partition << 50, record(partition, partition, VALUE_BYTES));
            }
        });
        store.reopen();

        for (int partition = 0; partition < partitions; partition++) {
            assertThat(numbers(scanAll(store, partition))).containsExactly((long) partition);
        }
    }

    @Test
    void readers_beside_a_writer_see_whole_commits() throws Exception {
        CheckpointStore store = open();
        commit(store, batch -> putAll(batch, 0));
        AtomicBoolean end = new AtomicBoolean();
        Callable<Integer> reader = () -> {
            int scans = 0;
            long newest = 0;
            while (!end.get() || scans == 0) {
                List<Long> values = new ArrayList<>();
                store.scan(0, 0, 1000, record -> values.add(value(record, VALUE_BYTES)));
                assertThat(values).hasSize(100).allMatch(values.get(0)::equals);
                assertThat(values.get(0)).isGreaterThanOrEqualTo(newest);
                newest = values.get(0);
                long read = value(requireNonNull(read(store, 0, 50, key(50))), VALUE_BYTES);
                assertThat(read).isGreaterThanOrEqualTo(newest);
                scans++;
            }
            return scans;
        };
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try {
            List<Future<Integer>> results =
                    List.of(readers.submit(reader), readers.submit(reader), readers.submit(reader));
            for (int value = 1; value <= 200; value++) {
                long now = value;
                commit(store, batch -> putAll(batch, now));
                if (value % 50 == 0) {
                    store.collect(1);
                }
            }
            store.reopen();
            end.set(true);
            for (Future<Integer> result : results) {
                assertThat(result.get()).isPositive();
            }
        } finally {
            end.set(true);
            readers.shutdown();
        }
    }

    @Test
    void collecting_frees_space_and_changes_nothing() throws IOException {
        CheckpointStore store = open();
        Random random = new Random(3);
        int count = 5_000;
        NavigableMap<Long, Long> expected = new TreeMap<>();
        for (int round = 0; round < 60; round++) {
            long now = round;
            commit(store, batch -> {
                for (long number = 0; number < count; number++) {
                    if (now == 0 || random.nextInt(3) > 0) {
                        batch.put(0, number, record(number, now, 100));
                        expected.put(number, now);
                    }
                }
            });
            while (store.collect(1)) {
                // the next piece
            }
        }
        long liveBytes = (long) count * record(1, 1, 100).length;
        assertThat(store.diskBytes()).isLessThan(4 * liveBytes + (16 << 20));
        store.reopen();
        assertThat(contents(store, 100)).isEqualTo(expected);
    }

    @Test
    void any_mixture_of_changes_leaves_what_a_map_has() throws IOException {
        long seed = Long.getLong("kvorum.seed", 20261126);
        Random random = new Random(seed);
        CheckpointStore store = open();
        TreeMap<String, byte[]> committed = new TreeMap<>();
        for (int round = 0; round < 150; round++) {
            TreeMap<String, byte[]> now = new TreeMap<>(committed);
            boolean commits = random.nextInt(5) > 0;
            try (CheckpointStore.Batch batch = store.begin()) {
                boolean clears = random.nextInt(8) == 0;
                int cleared = random.nextInt(3);
                if (clears) {
                    batch.clear(cleared);
                    now.keySet().removeIf(name -> name.startsWith(cleared + "/"));
                }
                for (int i = random.nextInt(60); i > 0; i--) {
                    change(random, batch, now);
                }
                if (commits) {
                    batch.commit();
                    committed = now;
                }
            }
            if (random.nextInt(10) == 0) {
                store.reopen();
            }
            if (random.nextInt(10) == 0) {
                store.collect(1);
            }
            if (random.nextInt(10) == 0 || round == 149) {
                assertSame(store, committed, "seed " + seed + " round " + round);
            }
        }
    }

    private static void change(Random random, CheckpointStore.Batch batch, Map<String, byte[]> now) throws IOException {
        int partition = random.nextInt(3);
        long position = random.nextInt(20) - 10L;
        byte[] key = Arrays.copyOf(new byte[] {(byte) random.nextInt(2), 0, 1}, 1 + random.nextInt(3));
        String name = partition + "/" + Long.toUnsignedString(position) + "/" + Arrays.toString(key);
        if (random.nextInt(3) == 0) {
            batch.remove(partition, position, key);
            now.remove(name);
        } else {
            byte[] record = record(key, bytes(random, random.nextInt(20) == 0 ? 300_000 : random.nextInt(50)));
            batch.put(partition, position, record);
            now.put(name, record);
        }
    }

    private static void assertSame(CheckpointStore store, Map<String, byte[]> expected, String what)
            throws IOException {
        int scanned = 0;
        for (int partition = 0; partition < 3; partition++) {
            scanned += scanAll(store, partition).size();
        }
        assertThat(scanned).as(what).isEqualTo(expected.size());
        for (Map.Entry<String, byte[]> entry : expected.entrySet()) {
            String[] name = entry.getKey().split("/", -1);
            byte[] read = read(
                    store,
                    Integer.parseInt(name[0]),
                    Long.parseUnsignedLong(name[1]),
                    RecordBytes.key(entry.getValue()));
            assertThat(Arrays.equals(read, entry.getValue())).as(what).isTrue();
        }
    }

    static void commit(CheckpointStore store, Changes changes) throws IOException {
        try (CheckpointStore.Batch batch = store.begin()) {
            changes.make(batch);
            batch.commit();
        }
    }

    private static void commitUnchecked(CheckpointStore store, Changes changes) {
        try {
            commit(store, changes);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** A hundred records of partition 0, of one value. */
    static void putAll(CheckpointStore.Batch batch, long value) throws IOException {
        for (int i = 0; i < 100; i++) {
            batch.put(0, i, record(i, value, VALUE_BYTES));
        }
    }

    static byte @Nullable [] read(CheckpointStore store, int partition, long position, byte[] key) throws IOException {
        return store.read(partition, position, key, 0, key.length);
    }

    static List<byte[]> scanAll(CheckpointStore store, int partition) throws IOException {
        List<byte[]> records = new ArrayList<>();
        CheckpointStore.Scan scan = store.scan(partition, 0, 7, records::add);
        while (!scan.done()) {
            scan = store.scan(partition, scan.nextPositionHigh(), 7, records::add);
        }
        return records;
    }

    /** Values of partition 0 by the numbers of their keys. */
    static NavigableMap<Long, Long> contents(CheckpointStore store, int valueBytes) throws IOException {
        NavigableMap<Long, Long> contents = new TreeMap<>();
        for (byte[] record : scanAll(store, 0)) {
            contents.put(number(record), value(record, valueBytes));
        }
        return contents;
    }

    private static List<Long> numbers(List<byte[]> records) {
        return records.stream().map(CheckpointRecords::number).toList();
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @FunctionalInterface
    interface Changes {
        void make(CheckpointStore.Batch batch) throws IOException;
    }
}
