package io.kvorum.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.server.config.ConfigLoader;
import io.kvorum.server.config.Machine;
import io.kvorum.server.config.NodeConfig;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.life.EngineWatch;
import io.kvorum.server.life.NodeStorage;
import io.kvorum.server.life.StorageMeans;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.membership.Joining;
import io.kvorum.server.runtime.BackgroundThread;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.server.runtime.StartException;
import io.kvorum.server.runtime.Threads;
import io.kvorum.storage.checkpoint.XodusCheckpointStore;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.LoadWorkers;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.StampClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestoreTest {
    private static final String[] THREE = {"n1@127.0.0.1:7379", "n2@127.0.0.1:7380", "n3@127.0.0.1:7381"};

    @TempDir
    Path directory;

    private final List<String> progress = new ArrayList<>();
    private long nowMillis;
    private SortedMap<String, Long> content;
    private Set<Long> actors;
    private long newest;

    private Path backup() {
        return directory.resolve("backup");
    }

    private Path target() {
        return directory.resolve("restored");
    }

    @BeforeEach
    void cluster_of_one_has_a_backup() {
        backUp();
    }

    private void backUp(String... members) {
        Path data = directory.resolve("data" + members.length);
        try (BackupRig rig = new BackupRig(data, 1, members)) {
            rig.fill(500);
            rig.engine.flush(5, 99);
            assertThat(rig.backUp(members.length == 0 ? backup() : directory.resolve("backup3"))
                            .problem())
                    .isEmpty();
            content = BackupRig.content(rig.engine);
            actors = actors(rig.engine);
            nowMillis = rig.nowMillis;
            newest = rig.engine.newestStamp();
        }
    }

    private Restore restore(Path from) {
        return new Restore(
                Disk.system(),
                from,
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return nowMillis;
                    }

                    @Override
                    public long nanoTime() {
                        return System.nanoTime();
                    }
                },
                new SplittableRandom(11),
                (phase, records, total, bytes) -> progress.add(phase + " " + records + "/" + total));
    }

    private static Set<Long> actors(StorageEngine engine) {
        Set<Long> actors = new HashSet<>();
        for (int partition = 0; partition < engine.partitions(); partition++) {
            actors.add(engine.actor(partition));
        }
        return actors;
    }

    private static NodeConfig config(Path data, String engine, String... members) {
        return ConfigLoader.load(
                null,
                Map.of(),
                List.of(
                        "data-dir=" + data,
                        "node.name=n1",
                        "cluster.name=c",
                        "cluster.partitions=" + BackupRig.PARTITIONS,
                        "cluster.initial-members=" + String.join(",", members),
                        "engine=" + engine,
                        "tombstone.grace=1h"),
                new Machine(2, 1L << 30, Machine.UNLIMITED, "m"));
    }

    /** Starts what a node starts of its storage, and ends it in order. */
    private void live(NodeConfig config, Consumer<StorageEngine> look) {
        Threads threads = new Threads();
        Clock clock = Clock.system();
        BackgroundThread journal = threads.background("journal", clock);
        BackgroundThread writing = threads.background("journal-write", clock);
        BackgroundThread checkpoint = threads.background("checkpoint", clock);
        BackgroundThread hints = threads.background("hints", clock);
        StampClock stamps = new StampClock(() -> nowMillis, 1_000);
        StorageMeans means = new StorageMeans(
                path -> XodusCheckpointStore.open(Disk.system(), path, 1 << 20, clock::nanoTime),
                journal,
                writing,
                checkpoint,
                hints,
                task -> {
                    task.run();
                    return true;
                },
                LoadWorkers.INLINE,
                () -> {
                    hints.close();
                    checkpoint.close();
                    journal.close();
                    writing.close();
                });
        try (Founded founded = Founded.open(
                        Disk.system(), config.storage().dataDirectory(), config.cluster(), 3, Joining.NONE);
                NodeStorage storage = NodeStorage.open(
                        config, founded, means, stamps, RandomSource.system(), new EngineWatch(clock), false)) {
            storage.start(founded);
            look.accept(storage.engine());
            assertThat(stamps.next(0)).isGreaterThan(newest);
        } finally {
            hints.close();
            checkpoint.close();
            journal.close();
            writing.close();
        }
    }

    @Test
    void node_has_every_record_in_unsettled_copies_under_new_actors_and_goes_on_so() throws IOException {
        Manifest manifest = restore(backup()).into(target(), false);
        assertThat(manifest.records()).isEqualTo(content.size());
        assertThat(progress).contains("verified 502/502", "restored 502/502", "compared 502/502");
        Set<Long> restored = new HashSet<>();
        live(config(target(), "xodus"), engine -> {
            assertThat(BackupRig.content(engine)).isEqualTo(content);
            restored.addAll(actors(engine));
            assertThat(restored).hasSize(BackupRig.PARTITIONS).doesNotContainAnyElementsOf(actors);
            for (int partition = 0; partition < BackupRig.PARTITIONS; partition++) {
                assertThat(engine.isSettled(partition)).isFalse();
                assertThat(engine.flushedUpTo(partition)).isEqualTo(partition == 5 ? 99 : 0);
            }
            engine.settle(2);
        });
        live(config(target(), "xodus"), engine -> {
            assertThat(BackupRig.content(engine)).isEqualTo(content);
            assertThat(actors(engine)).isEqualTo(restored);
            assertThat(engine.isSettled(2)).isTrue();
        });
    }

    @Test
    void two_nodes_of_one_backup_have_different_identities_for_their_events() throws IOException {
        new Restore(Disk.system(), backup(), Clock.system(), new SplittableRandom(1), (p, r, t, b) -> {})
                .into(directory.resolve("a"), false);
        new Restore(Disk.system(), backup(), Clock.system(), new SplittableRandom(2), (p, r, t, b) -> {})
                .into(directory.resolve("b"), false);
        Set<Long> first = new HashSet<>();
        live(config(directory.resolve("a"), "xodus"), engine -> first.addAll(actors(engine)));
        live(
                config(directory.resolve("b"), "xodus"),
                engine -> assertThat(actors(engine)).doesNotContainAnyElementsOf(first));
    }

    @Test
    void backup_of_a_member_is_refused_once_it_is_older_than_the_grace_and_force_does_not_help() throws IOException {
        backUp(THREE);
        Path from = directory.resolve("backup3");
        nowMillis += BackupRig.GRACE_MILLIS + 1;
        for (boolean force : new boolean[] {false, true}) {
            assertThatThrownBy(() -> restore(from).into(target(), force))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("tombstone.grace")
                    .hasMessageContaining("empty data directory");
        }
        assertThat(Files.exists(target())).isFalse();
        nowMillis -= 1;
        restore(from).into(target(), false);
    }

    @Test
    void backup_from_the_future_of_a_member_is_refused_since_its_age_cannot_be_told() {
        backUp(THREE);
        nowMillis -= 61_000;
        assertThatThrownBy(() -> restore(directory.resolve("backup3")).into(target(), false))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("clock");
    }

    @Test
    void backup_of_a_node_that_has_no_others_may_be_of_any_age() throws IOException {
        nowMillis += 1_000 * BackupRig.GRACE_MILLIS;
        restore(backup()).into(target(), false);
        live(
                config(target(), "xodus"),
                engine -> assertThat(BackupRig.content(engine)).isEqualTo(content));
    }

    @Test
    void restored_member_does_not_start_once_the_backup_is_too_old_unless_it_had_started_before() throws IOException {
        backUp(THREE);
        restore(directory.resolve("backup3")).into(target(), false);
        restore(directory.resolve("backup3")).into(directory.resolve("started"), false);
        live(config(directory.resolve("started"), "xodus", THREE), engine -> {});
        nowMillis += 2 * BackupRig.GRACE_MILLIS;
        assertThatThrownBy(() -> live(config(target(), "xodus", THREE), engine -> {}))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("never started")
                .hasMessageContaining("empty data directory");
        live(
                config(directory.resolve("started"), "xodus", THREE),
                engine -> assertThat(BackupRig.content(engine)).isEqualTo(content));
    }

    @Test
    void restored_node_does_not_start_with_an_engine_that_would_ignore_the_records() throws IOException {
        restore(backup()).into(target(), false);
        assertThatThrownBy(() -> live(config(target(), "memory"), engine -> {}))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("engine xodus");
    }

    @Test
    void directory_that_holds_anything_is_refused_and_left_as_it_is() throws IOException {
        Files.createDirectories(target());
        Files.writeString(target().resolve("mine"), "text");
        for (boolean force : new boolean[] {false, true}) {
            assertThatThrownBy(() -> restore(backup()).into(target(), force))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("not empty (mine)");
        }
        assertThat(Files.readString(target().resolve("mine"))).isEqualTo("text");
    }

    @Test
    void damaged_backup_is_refused_before_anything_is_made() throws IOException {
        Path file = backup().resolve("data-00001");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        assertThatThrownBy(() -> restore(backup()).verify()).isInstanceOf(BackupDamagedException.class);
        assertThatThrownBy(() -> restore(backup()).into(target(), false))
                .isInstanceOf(BackupDamagedException.class)
                .hasMessageContaining("data-00001");
        assertThat(Files.exists(target())).isFalse();
    }

    @Test
    void directory_without_a_manifest_is_no_backup() throws IOException {
        Files.delete(backup().resolve("manifest"));
        assertThatThrownBy(() -> restore(backup()).verify()).hasMessageContaining("no manifest");
    }

    @Test
    void restore_that_was_cut_off_leaves_what_no_node_opens_and_only_force_begins_anew() throws IOException {
        for (long bytes : new long[] {20, 300, 2_000, 60_000}) {
            FailingDisk full = FailingDisk.fullAfter(bytes);
            Restore cut = new Restore(full, backup(), Clock.system(), new SplittableRandom(1), (p, r, t, b) -> {});
            assertThatThrownBy(() -> cut.into(target(), true)).hasStackTraceContaining("No space left");
            assertThatThrownBy(() -> DataDirectory.open(Disk.system(), target()))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("half restored");
            assertThatThrownBy(() -> restore(backup()).into(target(), false))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("--force");
        }
        restore(backup()).into(target(), true);
        live(
                config(target(), "xodus"),
                engine -> assertThat(BackupRig.content(engine)).isEqualTo(content));
        assertThat(newest).isLessThan(Stamp.ofMillis(nowMillis + 1));
    }
}
