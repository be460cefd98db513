package io.kvorum.server.command.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is remembered of reads. The random ones print their seed, and take one as {@code -Dkvorum.test.seed}. */
class ReadMemoryTest {
    private static final int SETS = ReadMemory.ENTRIES / 4;
    private static final long SEED = Long.getLong("kvorum.test.seed", System.nanoTime());

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ReadMemory memory = new ReadMemory();

    /** A token of a set, known there by its number from 1. */
    private static long token(int set, int tag) {
        return Integer.toUnsignedLong(tag) << 31 | set;
    }

    @Test
    void it_tells_how_long_ago_a_version_was_read_last() {
        assertThat(memory.idleSeconds(7, 100)).isEqualTo(ReadMemory.UNREAD);
        memory.read(7, 100);
        assertThat(memory.idleSeconds(7, 100)).isZero();
        assertThat(memory.idleSeconds(7, 130)).isEqualTo(30);
        memory.read(7, 130);
        assertThat(memory.idleSeconds(7, 131)).isOne();
        assertThat(memory.idleSeconds(8, 131)).as("another version").isEqualTo(ReadMemory.UNREAD);
    }

    @Test
    void the_clock_may_begin_anywhere_and_loops_may_read_it_at_different_times() {
        for (long origin :
                new long[] {-5, 0, Integer.MAX_VALUE, 0xffff_ffffL, Long.MAX_VALUE >> 31, Long.MIN_VALUE >> 31}) {
            ReadMemory fresh = new ReadMemory(4);
            fresh.read(7, origin);
            assertThat(fresh.idleSeconds(7, origin + 9)).as("from %d", origin).isEqualTo(9);
            fresh.read(7, origin - 1);
            assertThat(fresh.idleSeconds(7, origin + 9))
                    .as("the later read counts")
                    .isEqualTo(9);
            assertThat(fresh.idleSeconds(7, origin - 1)).as("never below 0").isZero();
        }
    }

    @Test
    void a_token_without_a_tag_is_remembered_at_any_second() {
        memory.read(5, 0);
        assertThat(memory.idleSeconds(5, 0)).isZero();
    }

    @Test
    void of_a_full_set_the_version_read_the_longest_ago_is_displaced() {
        for (int tag = 1; tag <= 4; tag++) {
            memory.read(token(3, tag), tag);
        }
        memory.read(token(3, 1), 5);
        memory.read(token(3, 9), 6);
        assertThat(memory.idleSeconds(token(3, 2), 6)).isEqualTo(ReadMemory.UNREAD);
        assertThat(List.of(1, 3, 4, 9))
                .allSatisfy(
                        tag -> assertThat(memory.idleSeconds(token(3, tag), 6)).isNotNegative());
        memory.read(token(4, 2), 6);
        assertThat(memory.idleSeconds(token(3, 3), 6)).as("of another set").isEqualTo(3);
    }

    @Test
    void so_many_are_remembered_and_no_more() {
        for (int i = 0; i < ReadMemory.ENTRIES; i++) {
            memory.read(token(i % SETS, 1 + i / SETS), 1);
        }
        assertThat(remembered(5)).isEqualTo(ReadMemory.ENTRIES);
        for (int set = 0; set < SETS; set++) {
            memory.read(token(set, 5), 1);
        }
        assertThat(remembered(5)).isEqualTo(ReadMemory.ENTRIES);
    }

    private int remembered(int tags) {
        int found = 0;
        for (int tag = 1; tag <= tags; tag++) {
            for (int set = 0; set < SETS; set++) {
                found += memory.idleSeconds(token(set, tag), 1) == ReadMemory.UNREAD ? 0 : 1;
            }
        }
        return found;
    }

    /** Against a map of all reads: what is told is true, or that nothing is known, which it seldom is while there is room. */
    @Test
    void what_was_not_read_is_never_told_as_read() {
        ReadMemory small = new ReadMemory(64);
        long[] tokens = tokens(100);
        Map<Long, Long> reads = new HashMap<>();
        int known = 0;
        int asked = 0;
        for (long now = 0; now < 20_000; now += random.nextInt(2)) {
            long token = tokens[random.nextInt(tokens.length)];
            Long at = reads.get(token);
            long idle = small.idleSeconds(token, now);
            if (at == null) {
                assertThat(idle).as("seed %d, never read", SEED).isEqualTo(ReadMemory.UNREAD);
            } else {
                assertThat(idle).as("seed %d, read at %d", SEED, at).isIn(ReadMemory.UNREAD, now - at);
                asked++;
                known += idle == ReadMemory.UNREAD ? 0 : 1;
            }
            if (random.nextInt(2) == 0 && token != tokens[0]) {
                small.read(token, now);
                reads.put(token, now);
            }
        }
        assertThat((double) known / asked)
                .as("seed %d, share that is known", SEED)
                .isBetween(0.3, 0.9);
    }

    /** Different in what the memory tells them apart by. */
    private long[] tokens(int count) {
        Set<Long> places = new HashSet<>();
        return random.longs()
                .map(any -> any & Long.MAX_VALUE)
                .filter(token -> places.add(token & ~0x7fff_fff0L))
                .limit(count)
                .toArray();
    }

    /** Threads that displace each other's entries all the time: an entry may be lost, but is never another's time. */
    @Test
    void threads_that_meet_lose_entries_and_mix_none() throws Exception {
        ReadMemory crowded = new ReadMemory(4);
        int threads = 3;
        CyclicBarrier begin = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int number = 0; number < threads; number++) {
                SplittableRandom own = random.split();
                running.add(pool.submit(() -> {
                    begin.await();
                    readAndAsk(crowded, own);
                    return null;
                }));
            }
            for (Future<?> done : running) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** A version is read at the second of its name alone. */
    private static void readAndAsk(ReadMemory crowded, SplittableRandom own) {
        for (int i = 0; i < 100_000; i++) {
            int name = 1 + own.nextInt(9);
            crowded.read(token(0, name), name);
            int other = 1 + own.nextInt(9);
            long idle = crowded.idleSeconds(token(0, other), 1_000);
            if (idle != ReadMemory.UNREAD && idle != 1_000 - other) {
                throw new AssertionError("seed " + SEED + ": " + other + " is told as " + idle);
            }
        }
    }
}
