package io.kvorum.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Partitioner;
import io.kvorum.ring.Position;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FlushedCopiesTest {
    private static final int PARTITIONS = 8;
    private static final int KEYS = 400;

    private final StampClock stamps = new StampClock(() -> 1_000_000, 1_000);
    private final MemoryEngine engine =
            new MemoryEngine(PARTITIONS, 0, Partitioner.SLOTS::high, stamps, new SplittableRandom(1));
    private final Loop control = new Loop();
    private final FlushedCopies copies = new FlushedCopies(engine, control);

    @BeforeEach
    void fill() throws Exception {
        engine.start();
        for (int i = 0; i < KEYS; i++) {
            write("key" + i);
        }
    }

    private void write(String name) {
        byte[] key = name.getBytes(StandardCharsets.US_ASCII);
        long high = Partitioner.SLOTS.high(key, 0, key.length);
        long ticket = engine.update(
                Position.partitionOf(high, PARTITIONS),
                high,
                key,
                0,
                key.length,
                (current, scope) -> Versions.write(
                        current,
                        new Draft()
                                .key(key, 0, key.length)
                                .value(key, 0, key.length)
                                .dot(scope.actor(), scope.nextStamp(0))));
        assertThat(ticket).isNotNegative();
    }

    private long live() {
        long live = 0;
        for (int i = 0; i < KEYS; i++) {
            byte[] key = ("key" + i).getBytes(StandardCharsets.US_ASCII);
            long high = Partitioner.SLOTS.high(key, 0, key.length);
            byte[] record = engine.read(
                    Position.partitionOf(high, PARTITIONS), StorageEngine.tableHash(high), key, 0, key.length);
            live += record == null ? 0 : 1;
        }
        return live;
    }

    @Test
    void what_loses_all_it_has_loses_it_at_once() {
        long upTo = stamps.next(0);
        copies.beginFlush(upTo);
        copies.flushAll(upTo);
        assertThat(engine.recordCount()).isZero();
        assertThat(control.tasks).isEmpty();
    }

    @Test
    void where_newer_records_stand_among_them_the_thread_does_other_work_between_two_copies() {
        long upTo = stamps.next(0);
        copies.beginFlush(upTo);
        write("newer");
        copies.flushAll(upTo);
        assertThat(live()).as("nothing flushed is seen, taken away or not").isZero();
        long left = engine.recordCount();
        assertThat(left).isGreaterThan(KEYS / 2);
        int turns = 1;
        while (!control.tasks.isEmpty()) {
            control.tasks.remove().run();
            turns++;
            assertThat(left - engine.recordCount()).as("in one turn").isLessThan(KEYS / 2);
            left = engine.recordCount();
        }
        assertThat(turns).isEqualTo(PARTITIONS);
        assertThat(left).isEqualTo(1);
    }

    /** Runs what it is given when the test says so. */
    private static final class Loop implements TaskLoop {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        @Override
        public boolean execute(Runnable task) {
            return tasks.add(task);
        }

        @Override
        public Scheduled schedule(long delayNanos, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled every(long intervalNanos, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
