package io.kvorum.storage.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.table.TableKind;
import io.kvorum.storage.version.StampClock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A flush of one copy beside those who want its lock. */
@Timeout(60)
final class PartitionFlushTest {
    private static final int KEYS = 5_000;
    private static final int WRITTEN = 10;
    private static final long JOIN_MILLIS = 20_000;

    private final PartitionCopy copy = new PartitionCopy(
            0,
            StorageEngineContract.PARTITIONS,
            this::high,
            new StampClock(() -> 0, 0),
            () -> 1,
            new Usage(0),
            ChangeLog.NONE,
            TableKind.CHECKPOINTED,
            Pressure.NONE);
    private final Thread flusher = Thread.currentThread();
    private int positions;
    private int meetAt = -1;
    private @Nullable Thread other;

    /** A flush asks for the position of what goes: in the midst of it, if it holds no lock, another gets its turn. */
    private long high(byte[] key, int offset, int length) {
        if (Thread.currentThread() == flusher) {
            positions++;
            Thread waiting = other;
            if (waiting != null && positions >= meetAt && !Thread.holdsLock(copy)) {
                other = null;
                waiting.start();
                join(waiting);
            }
        }
        return TestRecords.high(key, offset, length);
    }

    private static void join(Thread thread) {
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private void fill() {
        for (long key = 0; key < KEYS; key++) {
            put(key);
        }
    }

    private void put(long key) {
        update(key, (current, scope) -> TestRecords.value(key, current, scope, 10));
    }

    private void update(long key, Mutation mutation) {
        copy.update(TestRecords.position(key), TestRecords.key(key), 0, Long.BYTES, mutation);
    }

    private List<Long> keys() {
        List<Long> keys = new ArrayList<>();
        copy.scan(0, Integer.MAX_VALUE, record -> keys.add(TestRecords.keyOf(record)));
        return keys;
    }

    @Test
    void who_wants_the_lock_in_the_midst_of_a_flush_gets_it_and_finds_nothing_of_what_goes() {
        fill();
        long newest = copy.newestStamp();
        List<String> found = new ArrayList<>();
        meetAt = positions + (KEYS / 2);
        other = new Thread(() -> {
            int left = copy.recordCount();
            found.add("left " + (left > KEYS / 4 && left < KEYS));
            found.add("shown " + keys());
            for (long key = 0; key < KEYS - 1; key++) {
                boolean writes = key < WRITTEN;
                long number = key;
                update(key, (current, scope) -> {
                    assertThat(current).isNull();
                    return writes ? TestRecords.value(number, current, scope, 10) : current;
                });
            }
            found.add("flushed " + copy.flushedUpTo() + ", to be remembered "
                    + copy.state().flushedUpTo());
        });
        Thread asked = requireNonNull(other);
        copy.flush(newest - 1);
        assertThat(asked.getState()).as("had its turn in the midst").isEqualTo(Thread.State.TERMINATED);
        assertThat(found)
                .containsExactly(
                        "left true", "shown [" + (KEYS - 1) + "]", "flushed " + (newest - 1) + ", to be remembered 0");
        assertThat(keys()).hasSize(WRITTEN + 1).contains(0L, WRITTEN - 1L, KEYS - 1L);
        assertThat(copy.state().flushedUpTo()).isEqualTo(newest - 1);
        assertThat(copy.recordCount()).isEqualTo(WRITTEN + 1);
    }

    @Test
    void flush_that_leaves_nothing_looks_at_no_record() {
        fill();
        positions = 0;
        copy.flush(copy.newestStamp());
        assertThat(positions).isZero();
        assertThat(copy.recordCount()).isZero();
        assertThat(copy.root()).isZero();
        assertThat(keys()).isEmpty();
        put(3);
        assertThat(keys()).containsExactly(3L);
    }
}
