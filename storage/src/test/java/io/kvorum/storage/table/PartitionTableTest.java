package io.kvorum.storage.table;

import static io.kvorum.storage.table.TestRecords.key;
import static io.kvorum.storage.table.TestRecords.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.version.RecordBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionTableTest {
    /** Spread like XXH3; a few bits only; all in the tail; none below the sign bit. */
    private static final List<LongToIntFunction> HASHES =
            List.of(PartitionTableTest::mixed, k -> (int) (k % 7), k -> (int) (-1 - k % 3), k -> (int) (k % 50) << 26);

    @Test
    void behaves_as_a_map_under_any_distribution_of_hashes() {
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LongToIntFunction hash = HASHES.get(seed % HASHES.size());
            PartitionTable table = new PartitionTable(seed, TableKind.PLAIN);
            Map<Long, byte[]> model = new HashMap<>();
            int keys = 1 << random.nextInt(1, 11);
            for (int step = 0; step < 4_000; step++) {
                long k = random.nextInt(keys);
                int doing = random.nextInt(10);
                if (doing < (step / 1_000 % 2 == 0 ? 6 : 2)) {
                    byte[] record = record(k, step);
                    assertThat(table.put(hash.applyAsInt(k), record))
                            .as("seed %d", seed)
                            .isSameAs(model.put(k, record));
                } else if (doing < 8) {
                    assertThat(table.remove(hash.applyAsInt(k), key(k), 0, 8))
                            .as("seed %d", seed)
                            .isSameAs(model.remove(k));
                } else {
                    assertThat(get(table, hash, k)).as("seed %d", seed).isSameAs(model.get(k));
                }
            }
            assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
            for (long k = 0; k < keys; k++) {
                assertThat(get(table, hash, k)).as("seed %d", seed).isSameAs(model.get(k));
            }
        }
    }

    @Test
    void finds_a_key_that_is_a_slice_of_a_larger_array() {
        PartitionTable table = new PartitionTable(0, TableKind.PLAIN);
        byte[] record = record(77, 1);
        table.put(5, record);
        byte[] request = new byte[40];
        System.arraycopy(key(77), 0, request, 19, 8);
        assertThat(table.get(5, request, 19, 8)).isSameAs(record);
        assertThat(table.get(5, request, 19, 7)).isNull();
        assertThat(table.get(6, request, 19, 8)).isNull();
    }

    @Test
    void scan_visits_every_key_that_is_there_throughout_exactly_once() {
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LongToIntFunction hash = HASHES.get(random.nextInt(4) == 0 ? random.nextInt(HASHES.size()) : 0);
            PartitionTable table = new PartitionTable(seed, TableKind.PLAIN);
            Set<Long> present = new HashSet<>();
            int keys = 1 << random.nextInt(1, 12);
            change(table, hash, random, keys, present, random.nextInt(3 * keys), null);
            Set<Long> throughout = new HashSet<>(present);
            Map<Long, Integer> visits = new HashMap<>();
            for (long cursor = 0; cursor != PartitionTable.SCAN_DONE; ) {
                cursor = table.scan(
                        cursor,
                        PartitionTable.HASH_END,
                        random.nextInt(1, 30),
                        r -> visits.merge(TestRecords.keyOf(r), 1, Integer::sum));
                change(table, hash, random, keys, present, random.nextInt(1 + keys / 8), throughout);
            }
            for (long k : throughout) {
                assertThat(visits).as("seed %d", seed).containsEntry(k, 1);
            }
        }
    }

    @Test
    void scan_of_a_range_visits_exactly_the_keys_whose_hash_is_in_it() {
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            PartitionTable table = new PartitionTable(seed, TableKind.PLAIN);
            Set<Long> present = new HashSet<>();
            change(table, PartitionTableTest::mixed, random, 1_000, present, 2_000, null);
            long from = random.nextLong(PartitionTable.HASH_END);
            long end = from + random.nextLong(PartitionTable.HASH_END - from + 1);
            List<Long> visited = new ArrayList<>();
            for (long cursor = from; cursor != PartitionTable.SCAN_DONE; ) {
                cursor = table.scan(cursor, end, 10, r -> visited.add(TestRecords.keyOf(r)));
            }
            present.removeIf(k -> unsigned(k) < from || unsigned(k) >= end);
            assertThat(visited).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(present);
        }
    }

    @Test
    void keys_that_come_and_go_do_not_grow_the_table() {
        PartitionTable table = new PartitionTable(0, TableKind.PLAIN);
        for (long k = 0; k < 1_000; k++) {
            table.put(mixed(k), record(k, 1));
        }
        long bytes = table.heapBytes();
        for (long k = 1_000; k < 100_000; k++) {
            table.put(mixed(k), record(k, 1));
            table.remove(mixed(k - 1_000), key(k - 1_000), 0, 8);
        }
        assertThat(table.size()).isEqualTo(1_000);
        assertThat(table.heapBytes()).isLessThanOrEqualTo(bytes * 3 / 2);
    }

    @Test
    void gives_memory_back_when_most_keys_are_gone() {
        PartitionTable table = new PartitionTable(0, TableKind.PLAIN);
        for (long k = 0; k < 10_000; k++) {
            table.put(mixed(k), record(k, 1));
        }
        for (long k = 0; k < 9_900; k++) {
            table.remove(mixed(k), key(k), 0, 8);
        }
        assertThat(table.heapBytes()).isLessThan(100 * 40);
    }

    @Test
    void colliding_keys_do_not_grow_the_table_beyond_its_records() {
        PartitionTable table = new PartitionTable(0, TableKind.PLAIN);
        for (long k = 0; k < 3_000; k++) {
            table.put(-1, record(k, 1));
        }
        assertThat(table.heapBytes()).isLessThan(3_000 * 8 * 4);
    }

    @Test
    void tables_of_a_node_take_at_most_12_bytes_a_key_on_average() {
        PartitionTable[] tables = new PartitionTable[64];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new PartitionTable(i, TableKind.PLAIN);
        }
        double worst = 0;
        double sum = 0;
        int samples = 0;
        for (int k = 0; k < 20_000; k++) {
            for (int i = 0; i < tables.length; i++) {
                tables[i].put(mixed(k * 64L + i), record(k * 64L + i, 1));
            }
            if (k >= 2_000 && k % 100 == 0) {
                long bytes = 0;
                for (PartitionTable table : tables) {
                    bytes += table.heapBytes();
                }
                double perKey = bytes / (64.0 * (k + 1));
                worst = Math.max(worst, perKey);
                sum += perKey;
                samples++;
            }
        }
        assertThat(sum / samples).isLessThan(11.7);
        assertThat(worst).isLessThan(12.2);
    }

    @Test
    void a_reader_beside_a_writer_never_misses_or_tears_a_record_that_is_there() throws Exception {
        PartitionTable table = new PartitionTable(3, TableKind.PLAIN);
        int stable = 500;
        for (long k = 0; k < stable; k++) {
            table.put(mixed(k), stamped(k, 0));
        }
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        boolean[] done = new boolean[1];
        Thread[] readers = new Thread[3];
        for (int t = 0; t < readers.length; t++) {
            boolean scans = t == 0;
            readers[t] = new Thread(() -> {
                try {
                    for (long turn = 0; !isDone(done); turn++) {
                        if (scans) {
                            scanOnce(table, stable);
                        } else {
                            long k = Math.floorMod(turn * 7, stable);
                            checkStamped(table.get(mixed(k), key(k), 0, 8), k);
                        }
                    }
                } catch (Throwable t1) {
                    failure.compareAndSet(null, t1);
                }
            });
            readers[t].start();
        }
        SplittableRandom random = new SplittableRandom(4);
        for (int step = 0; step < 600_000 && failure.get() == null; step++) {
            long k = random.nextInt(step % 100_000 < 50_000 ? 1_500 : 9_000);
            if (k < stable) {
                table.put(mixed(k), stamped(k, step));
            } else if (random.nextInt(3) == 0) {
                table.put(mixed(k), stamped(k, step));
            } else {
                table.remove(mixed(k), key(k), 0, 8);
            }
        }
        synchronized (done) {
            done[0] = true;
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(failure.get()).isNull();
    }

    private static boolean isDone(boolean[] done) {
        synchronized (done) {
            return done[0];
        }
    }

    private static void scanOnce(PartitionTable table, int stable) {
        int[] visits = new int[stable];
        for (long cursor = 0; cursor != PartitionTable.SCAN_DONE; ) {
            cursor = table.scan(cursor, PartitionTable.HASH_END, 50, r -> {
                long k = TestRecords.keyOf(r);
                checkStamped(r, k);
                if (k < stable) {
                    visits[(int) k]++;
                }
            });
        }
        assertThat(visits).containsOnly(1);
    }

    /** A record whose payload repeats its hash, so that a torn one shows. */
    private static byte[] stamped(long key, long stamp) {
        byte[] record = record(key(key), stamp, 64);
        for (int i = 0; i < 8; i++) {
            ByteBuffer.wrap(record).putLong(RecordBytes.KEY_AT + 8 + 8 * i, stamp);
        }
        return record;
    }

    private static void checkStamped(byte @Nullable [] record, long key) {
        if (record == null) {
            throw new AssertionError("key " + key + " is missing");
        }
        ByteBuffer bytes = ByteBuffer.wrap(record);
        for (int i = 0; i < 8; i++) {
            if (bytes.getLong(RecordBytes.KEY_AT + 8 + 8 * i) != RecordBytes.hash(record)
                    || TestRecords.keyOf(record) != key) {
                throw new AssertionError("torn record of key " + key);
            }
        }
    }

    private static void change(
            PartitionTable table,
            LongToIntFunction hash,
            SplittableRandom random,
            int keys,
            Set<Long> present,
            int steps,
            @Nullable Set<Long> throughout) {
        int bias = random.nextInt(1, 4);
        for (int i = 0; i < steps; i++) {
            long k = random.nextInt(keys);
            if (random.nextInt(4) < bias) {
                table.put(hash.applyAsInt(k), record(k, i));
                present.add(k);
            } else {
                table.remove(hash.applyAsInt(k), key(k), 0, 8);
                present.remove(k);
                if (throughout != null) {
                    throughout.remove(k);
                }
            }
        }
    }

    private static byte @Nullable [] get(PartitionTable table, LongToIntFunction hash, long k) {
        return table.get(hash.applyAsInt(k), key(k), 0, 8);
    }

    private static long unsigned(long key) {
        return Integer.toUnsignedLong(mixed(key));
    }

    private static int mixed(long k) {
        long z = (k + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        return (int) ((z ^ (z >>> 27)) >>> 20);
    }
}
