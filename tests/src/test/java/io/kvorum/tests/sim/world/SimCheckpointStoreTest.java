package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.checkpoint.CheckpointStore.Scan;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Versions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SimCheckpointStoreTest {
    private static final int PARTITION = 3;

    private final SimDisk disk = new SimDisk(new SplittableRandom(1));
    private final SimCheckpointDisk checkpoint = new SimCheckpointDisk(disk);

    @Test
    void records_are_visited_by_partition_and_unsigned_position_and_key() throws IOException {
        CheckpointStore store = checkpoint.open();
        CheckpointStore.Batch batch = store.begin();
        batch.put(PARTITION, -1, record("last", 1));
        batch.put(PARTITION, 5, record("é", 1));
        batch.put(PARTITION, 5, record("b", 1));
        batch.put(PARTITION, 5, record("bb", 1));
        batch.put(PARTITION, 0, record("first", 1));
        batch.put(PARTITION + 1, 1, record("elsewhere", 1));
        assertThat(keys(store, PARTITION)).as("before the commit").isEmpty();
        batch.commit();

        assertThat(keys(store, PARTITION)).containsExactly("first", "b", "bb", "é", "last");
        List<String> some = new ArrayList<>();
        Scan scan = store.scan(PARTITION, 1, 1, visited -> some.add(key(visited)));
        assertThat(some).as("one position is visited whole").containsExactly("b", "bb", "é");
        assertThat(scan).isEqualTo(new Scan(false, -1));
        assertThat(store.scan(PARTITION, scan.nextPositionHigh(), 1, visited -> some.add(key(visited))))
                .isEqualTo(Scan.DONE);
        assertThat(some).endsWith("last").hasSize(4);
        assertThatThrownBy(() -> store.scan(PARTITION, 0, 0, visited -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_batch_replaces_removes_and_clears_what_was_there_when_it_began() throws IOException {
        CheckpointStore store = checkpoint.open();
        try (CheckpointStore.Batch batch = store.begin()) {
            batch.put(PARTITION, 1, record("kept", 1));
            batch.put(PARTITION, 2, record("replaced", 1));
            batch.put(PARTITION, 3, record("removed", 1));
            batch.put(PARTITION + 1, 4, record("cleared", 1));
            batch.meta("name", new byte[] {1});
            batch.commit();
        }
        try (CheckpointStore.Batch batch = store.begin()) {
            batch.put(PARTITION, 2, record("replaced", 2));
            batch.remove(PARTITION, 3, bytes("removed"));
            batch.remove(PARTITION, 9, bytes("nothing"));
            batch.put(PARTITION + 1, 5, record("new", 1));
            batch.clear(PARTITION + 1);
            batch.meta("name", new byte[] {2});
            batch.commit();
        }

        assertThat(keys(store, PARTITION)).containsExactly("kept", "replaced");
        assertThat(keys(store, PARTITION + 1)).containsExactly("new");
        assertThat(read(store, 2, "replaced")).isEqualTo(record("replaced", 2));
        assertThat(read(store, 3, "removed")).isNull();
        assertThat(read(store, 3, "replaced")).as("at another position").isNull();
        assertThat(store.meta("name")).containsExactly(2);
        assertThat(store.meta("other")).isNull();
    }

    @Test
    void the_end_of_a_process_or_of_the_power_leaves_what_was_committed_and_nothing_of_a_batch() throws IOException {
        for (boolean power : new boolean[] {false, true}) {
            CheckpointStore store = checkpoint.open();
            commit(store, "committed");
            CheckpointStore.Batch batch = store.begin();
            batch.put(PARTITION, 1, record("open", 1));
            if (power) {
                disk.powerFails();
            } else {
                disk.processEnds();
            }

            assertThatThrownBy(batch::commit).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> batch.put(PARTITION, 1, record("late", 1))).isInstanceOf(IOException.class);
            assertThatThrownBy(store::begin).isInstanceOf(IOException.class);
            assertThatThrownBy(store::reopen).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> read(store, 1, "committed")).isInstanceOf(IOException.class);
            batch.close();

            CheckpointStore next = checkpoint.open();
            store.close();
            assertThat(keys(next, PARTITION)).containsExactly("committed");
            next.close();
        }
    }

    @Test
    void a_commit_that_fails_changes_nothing_and_the_store_takes_no_batch_until_it_is_opened_anew() throws IOException {
        Map<String, Runnable> troubles = new LinkedHashMap<>();
        troubles.put(
                "No space left on device",
                () -> disk.limitSpace(checkpoint.state().bytes() + 10));
        troubles.put("Read-only file system", () -> disk.readOnly(true));
        troubles.put("Input/output error", () -> disk.failForces(1));
        CheckpointStore store = checkpoint.open();
        commit(store, "before");
        for (Map.Entry<String, Runnable> trouble : troubles.entrySet()) {
            CheckpointStore.Batch batch = store.begin();
            batch.put(PARTITION, 1, record("new", 1));
            batch.clear(PARTITION);
            trouble.getValue().run();
            assertThatThrownBy(batch::commit).hasMessage(trouble.getKey());
            assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
            batch.close();
            disk.limitSpace(Long.MAX_VALUE);
            disk.readOnly(false);

            assertThatThrownBy(store::begin).isInstanceOf(IOException.class);
            assertThat(keys(store, PARTITION)).containsExactly("before");
            store.reopen();
            assertThat(keys(store, PARTITION)).containsExactly("before");
        }
        commit(store, "after");
        assertThat(keys(store, PARTITION)).containsExactly("after", "before");
    }

    @Test
    void nothing_is_opened_on_a_disk_that_can_only_be_read() throws IOException {
        CheckpointStore store = checkpoint.open();
        disk.readOnly(true);

        assertThatThrownBy(store::reopen).hasMessage("Read-only file system");
        store.close();
        assertThatThrownBy(checkpoint::open).hasMessage("Read-only file system");
        disk.readOnly(false);
        checkpoint.open().close();
    }

    @Test
    void a_read_fails_with_the_disk_and_the_next_does_not() throws IOException {
        CheckpointStore store = checkpoint.open();
        commit(store, "key");
        disk.failReads(1);

        assertThatThrownBy(() -> read(store, 1, "key")).hasMessage("Input/output error");
        assertThat(read(store, 1, "key")).isNotNull();
    }

    @Test
    void misuse_is_a_bug_and_says_so() throws IOException {
        CheckpointStore store = checkpoint.open();
        assertThatThrownBy(checkpoint::open).as("a second time").isInstanceOf(IOException.class);
        CheckpointStore.Batch batch = store.begin();
        assertThatThrownBy(store::begin).isInstanceOf(IllegalStateException.class);
        batch.close();
        batch.close();
        assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> batch.clear(PARTITION)).isInstanceOf(IllegalStateException.class);
        CheckpointStore.Batch committed = store.begin();
        committed.commit();
        assertThatThrownBy(committed::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> committed.meta("name", new byte[0])).isInstanceOf(IllegalStateException.class);
        CheckpointStore.Batch open = store.begin();
        committed.close();
        open.commit();
        store.close();
        store.close();
        assertThatThrownBy(store::begin).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.meta("name")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void what_is_stored_takes_room_from_files_and_gives_it_back() throws IOException {
        disk.createDirectories(Path.of("/data"));
        CheckpointStore store = checkpoint.open();
        assertThat(store.diskBytes()).isZero();
        commit(store, "key");
        long one = store.diskBytes();
        assertThat(one).isGreaterThan(record("key", 1).length);
        disk.limitSpace(one + 3);
        var file = disk.create(Path.of("/data/file"));
        assertThatThrownBy(() -> file.preallocate(4)).hasMessage("No space left on device");
        disk.limitSpace(Long.MAX_VALUE);
        commit(store, "key");
        assertThat(store.diskBytes()).isEqualTo(one);
        try (CheckpointStore.Batch batch = store.begin()) {
            batch.clear(PARTITION);
            batch.commit();
        }
        assertThat(store.diskBytes()).isZero();
    }

    @Test
    void what_was_put_or_read_may_be_changed_by_its_owner() throws IOException {
        CheckpointStore store = checkpoint.open();
        byte[] record = record("key", 1);
        try (CheckpointStore.Batch batch = store.begin()) {
            batch.put(PARTITION, 1, record);
            record[record.length - 1]++;
            batch.commit();
        }
        byte[] read = Objects.requireNonNull(read(store, 1, "key"));
        read[0]++;

        assertThat(read(store, 1, "key")).isEqualTo(record("key", 1));
    }

    private static void commit(CheckpointStore store, String key) throws IOException {
        try (CheckpointStore.Batch batch = store.begin()) {
            batch.put(PARTITION, 1, record(key, 1));
            batch.commit();
        }
    }

    private static List<String> keys(CheckpointStore store, int partition) throws IOException {
        List<String> keys = new ArrayList<>();
        assertThat(store.scan(partition, 0, 1_000, record -> keys.add(key(record))))
                .isEqualTo(Scan.DONE);
        return keys;
    }

    private static byte @Nullable [] read(CheckpointStore store, long positionHigh, String key) throws IOException {
        byte[] bytes = bytes("<" + key + ">");
        return store.read(PARTITION, positionHigh, bytes, 1, bytes.length - 2);
    }

    private static byte[] record(String key, long stamp) {
        byte[] bytes = bytes(key);
        return Versions.write(
                null, new Draft().key(bytes, 0, bytes.length).dot(7, stamp).value(new byte[10], 0, 10));
    }

    private static String key(byte[] record) {
        return new String(RecordBytes.key(record), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
