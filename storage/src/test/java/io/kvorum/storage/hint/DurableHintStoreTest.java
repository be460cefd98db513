package io.kvorum.storage.hint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.checkpoint.XodusCheckpointStore;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.hint.HintStore.Outcome;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.VersionObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableHintStoreTest extends HintStoreContract {
    private static final UUID CLUSTER = new UUID(5, 5);

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private @Nullable Store store;

    @TempDir
    Path directory = Path.of("");

    @Override
    HintStore open() {
        try {
            store = new Store(XodusCheckpointStore.open(Disk.system(), directory, 1 << 20, System::nanoTime));
            return DurableHintStore.open(
                    store, CLUSTER, new Manual(), task -> tasks.add(task), BYTES_MAX, VersionObserver.NONE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    HintStore reopen() {
        hints.close();
        return open();
    }

    @Override
    void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Test
    void what_was_answered_as_kept_was_committed_before() {
        List<Outcome> told = new ArrayList<>();
        byte[] record = record("k", 7, 1);
        hints.put(ONE, position(record), record, outcome -> {
            assertThat(store().commits).isEqualTo(1);
            told.add(outcome);
        });
        assertThat(told).isEmpty();
        settle();
        assertThat(told).containsExactly(Outcome.DURABLE);
        hints = reopen();
        assertThat(read("k")).isEqualTo(record);
        assertThat(hints.usage()).containsExactly(kept(ONE, record));
    }

    @Test
    void changes_that_wait_share_a_commit_and_see_each_other() {
        List<Object> told = new ArrayList<>();
        byte[] first = record("k", 7, 1);
        byte[] second = record("k", 8, 2);
        hints.put(ONE, position(first), first, told::add);
        hints.put(ONE, position(second), second, told::add);
        hints.remove(ONE, position(first), first, told::add);
        byte[] both = merge(first, second);
        hints.remove(ONE, position(both), both, told::add);
        hints.put(OTHER, position(first), first, told::add);
        settle();
        assertThat(told).containsExactly(Outcome.DURABLE, Outcome.DURABLE, false, true, Outcome.DURABLE);
        assertThat(store().commits).isEqualTo(1);
        assertThat(hints.usage()).containsExactly(kept(OTHER, first));
    }

    @Test
    void a_batch_that_fails_is_told_changes_nothing_and_does_not_keep_the_next_from_going_on() {
        put(ONE, record("a", 7, 1));
        store().failures = 1;
        List<Object> told = new ArrayList<>();
        byte[] a = record("a", 7, 1);
        byte[] b = record("b", 7, 1);
        hints.put(ONE, position(b), b, told::add);
        hints.remove(ONE, position(a), a, told::add);
        settle();
        assertThat(told).containsExactly(Outcome.FAILED, false);
        assertThat(hints.usage()).containsExactly(kept(ONE, a));
        assertThat(read("b")).isNull();
        assertThat(read("a")).isEqualTo(a);
        assertThat(put(ONE, b)).isEqualTo(Outcome.DURABLE);
        assertThat(read("b")).isEqualTo(b);
    }

    @Test
    void a_batch_that_failed_and_is_on_disk_all_the_same_is_seen_once_somebody_asks() {
        store().doubts = 1;
        byte[] record = record("k", 7, 1);
        assertThat(put(ONE, record)).isEqualTo(Outcome.FAILED);
        assertThat(hints.isBusy()).isTrue();
        settle();
        assertThat(hints.isBusy()).isFalse();
        assertThat(hints.usage()).containsExactly(kept(ONE, record));
        assertThat(read("k")).isEqualTo(record);
    }

    @Test
    void who_comes_while_too_many_wait_is_refused_at_once() {
        List<Object> told = new ArrayList<>();
        byte[] record = record("k", 7, 1);
        int asked = 0;
        while (!told.contains(Outcome.BUSY)) {
            hints.put(ONE, position(record), record, told::add);
            asked++;
        }
        assertThat(told).containsExactly(Outcome.BUSY);
        settle();
        assertThat(told).hasSize(asked);
        assertThat(told.stream().filter(Outcome.DURABLE::equals)).hasSize(asked - 1);
    }

    /** Who waits for an answer that does not come waits for ever. */
    @Test
    void who_reads_is_answered_whatever_the_store_throws() {
        put(ONE, record("k", 7, 1));
        store().bug = new IllegalStateException("expected by the test");
        List<Object> told = new ArrayList<>();
        hints.read(
                position(record("k", 7, 1)),
                RecordBytes.key(record("k", 7, 1)),
                record -> told.add(record == null ? "nothing" : record));
        hints.scan(ONE, 0, 1_000, part -> told.add(part == null ? "nothing" : part));
        assertThatThrownBy(this::settle).hasMessage("expected by the test");
        assertThatThrownBy(this::settle).hasMessage("expected by the test");
        assertThat(told).containsExactly("nothing", "nothing");
    }

    @Test
    void an_answer_that_fails_keeps_nobody_else_from_theirs() {
        List<Object> told = new ArrayList<>();
        byte[] record = record("k", 7, 1);
        hints.put(ONE, position(record), record, outcome -> {
            throw new IllegalStateException("expected by the test");
        });
        hints.put(OTHER, position(record), record, told::add);
        assertThatThrownBy(this::settle).hasMessage("expected by the test");
        assertThat(told).containsExactly(Outcome.DURABLE);
        assertThat(put(ONE, record("l", 7, 1))).isEqualTo(Outcome.DURABLE);
    }

    @Test
    void the_hints_of_another_cluster_are_refused() {
        put(ONE, record("k", 7, 1));
        assertThatThrownBy(() -> DurableHintStore.open(
                        store(), new UUID(6, 6), new Manual(), task -> true, BYTES_MAX, VersionObserver.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(CLUSTER.toString());
    }

    private Store store() {
        return Objects.requireNonNull(store);
    }

    /** A thread whose tasks run when the test says so. */
    private final class Manual implements Background {
        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void schedule(long delayNanos, Runnable task) {
            tasks.add(task);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }

    /** Counts commits, and lets some fail as a full disk would. */
    private static final class Store implements CheckpointStore {
        private final CheckpointStore real;
        private int commits;
        private int failures;

        /** So many commits fail after they were made. */
        private int doubts;

        private boolean broken;

        /** What reads end with. */
        private @Nullable RuntimeException bug;

        Store(CheckpointStore real) {
            this.real = real;
        }

        @Override
        public Batch begin() throws IOException {
            if (broken) {
                throw new IOException("to be opened anew");
            }
            Batch batch = real.begin();
            return new Batch() {
                @Override
                public void put(int partition, long positionHigh, byte[] record) throws IOException {
                    batch.put(partition, positionHigh, record);
                }

                @Override
                public void remove(int partition, long positionHigh, byte[] key) throws IOException {
                    batch.remove(partition, positionHigh, key);
                }

                @Override
                public void clear(int partition) throws IOException {
                    batch.clear(partition);
                }

                @Override
                public void meta(String name, byte[] value) throws IOException {
                    batch.meta(name, value);
                }

                @Override
                public void commit() throws IOException {
                    if (failures > 0) {
                        failures--;
                        broken = true;
                        throw new IOException("no space left");
                    }
                    batch.commit();
                    commits++;
                    if (doubts > 0) {
                        doubts--;
                        broken = true;
                        throw new IOException("it is on the disk, but who knows");
                    }
                }

                @Override
                public void close() {
                    batch.close();
                }
            };
        }

        @Override
        public byte @Nullable [] read(int partition, long positionHigh, byte[] key, int offset, int length)
                throws IOException {
            throwBug();
            return real.read(partition, positionHigh, key, offset, length);
        }

        @Override
        public Scan scan(int partition, long fromPositionHigh, int count, RecordVisitor visitor) throws IOException {
            throwBug();
            return real.scan(partition, fromPositionHigh, count, visitor);
        }

        private void throwBug() {
            RuntimeException thrown = bug;
            if (thrown != null) {
                throw thrown;
            }
        }

        @Override
        public byte @Nullable [] meta(String name) throws IOException {
            return real.meta(name);
        }

        @Override
        public boolean collect(long budgetNanos) throws IOException {
            return real.collect(budgetNanos);
        }

        @Override
        public long diskBytes() {
            return real.diskBytes();
        }

        @Override
        public void reopen() throws IOException {
            broken = false;
            real.reopen();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
