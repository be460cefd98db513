package io.kvorum.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kvorum.server.command.admin.BackupStatus;
import io.kvorum.server.command.admin.BackupStatus.State;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupJobTest {
    @TempDir
    Path directory;

    private Path data() {
        return directory.resolve("data");
    }

    private Path backup() {
        return directory.resolve("backup");
    }

    private static SortedMap<String, Long> read(Path backup) throws IOException {
        SortedMap<String, Long> content = new TreeMap<>();
        Manifest manifest = Manifest.read(Disk.system(), backup);
        try (BackupReader reader = new BackupReader(Disk.system(), backup, manifest)) {
            boolean more = true;
            while (more) {
                more = reader.next((partition, high, record) -> content.put(
                        new String(RecordBytes.key(record), StandardCharsets.US_ASCII), RecordBytes.hash(record)));
            }
            assertThat(reader.bytes()).isEqualTo(manifest.bytes());
        }
        assertThat((long) content.size()).isEqualTo(manifest.records());
        return content;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void what_was_written_is_read_back_with_every_record_whatever_its_size() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 1)) {
            rig.fill(500);
            BackupStatus status = rig.backUp(backup());
            assertThat(status.problem()).isEmpty();
            assertThat(status.state()).isEqualTo(State.DONE);
            assertThat(status.records()).isEqualTo(502);
            assertThat(read(backup())).isEqualTo(BackupRig.content(rig.engine));
            assertThat(names(backup()))
                    .contains("data-00000", "data-00003", "manifest")
                    .doesNotContain("manifest.tmp");
        }
    }

    @Test
    void node_without_records_has_a_backup_too() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 1)) {
            assertThat(rig.backUp(backup()).state()).isEqualTo(State.DONE);
            assertThat(read(backup())).isEmpty();
        }
    }

    @Test
    void manifest_tells_of_the_node_its_ring_its_actors_and_the_sums_of_its_copies() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 1, "n1@127.0.0.1:7379", "n2@127.0.0.1:7380")) {
            rig.fill(100);
            rig.engine.settle(3);
            rig.backUp(backup());
            Manifest manifest = Manifest.read(Disk.system(), backup());
            assertThat(manifest.node()).isEqualTo(rig.founded.nodeId());
            assertThat(manifest.nodeName()).isEqualTo("n1");
            assertThat(manifest.cluster()).isEqualTo(rig.founded.clusterId());
            assertThat(manifest.ring()).isEqualTo(rig.founded.ring());
            assertThat(manifest.beginMillis()).isEqualTo(rig.nowMillis);
            assertThat(manifest.endStamp()).isGreaterThanOrEqualTo(manifest.beginStamp());
            for (int partition = 0; partition < BackupRig.PARTITIONS; partition++) {
                PartitionDigest digest = manifest.digests().get(partition);
                assertThat(digest.actor()).isEqualTo(rig.engine.actor(partition));
                assertThat(digest.settled()).isEqualTo(partition == 3);
                assertThat(digest.records()).isEqualTo(rig.engine.recordCount(partition));
                assertThat(digest.sum()).isEqualTo(rig.engine.root(partition));
            }
        }
    }

    @Test
    void what_was_there_before_it_began_is_in_it_though_writes_go_on() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 2)) {
            // More than a step takes.
            for (int i = 0; i < 3_000; i++) {
                rig.put(i, 1_000);
            }
            SortedMap<String, Long> before = BackupRig.content(rig.engine);
            BackupJob job = rig.job(Disk.system(), backup());
            job.begin();
            int steps = 0;
            do {
                for (int i = 0; i < 500; i++) {
                    rig.put(10_000 + (steps * 500) + i, 50);
                }
                steps++;
            } while (rig.steps.step());
            assertThat(job.status().problem()).isEmpty();
            assertThat(steps).isGreaterThan(4);
            assertThat(read(backup())).containsAllEntriesOf(before);
        }
    }

    @Test
    void pace_is_kept() {
        try (BackupRig rig = new BackupRig(data(), 2)) {
            for (int i = 0; i < 3_000; i++) {
                rig.put(i, 1_000);
            }
            BackupStatus status = rig.backUp(backup());
            long seconds = status.elapsedMillis() / 1_000;
            // Written and read back at 1 MiB/s each.
            assertThat(seconds).isBetween(2 * (status.bytes() >> 20) - 3, 2 * (status.bytes() >> 20) + 3);
        }
    }

    @Test
    void every_file_cut_off_anywhere_is_told_with_its_name() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 3)) {
            rig.fill(60);
            rig.backUp(backup());
        }
        SplittableRandom random = new SplittableRandom(3);
        for (String name : names(backup())) {
            byte[] whole = Files.readAllBytes(backup().resolve(name));
            for (int i = 0; i < 40; i++) {
                int length = i == 0 ? 0 : i == 1 ? whole.length - 1 : random.nextInt(whole.length);
                Files.write(backup().resolve(name), Arrays.copyOf(whole, length));
                assertDamaged(name, length);
            }
            Files.write(backup().resolve(name), Arrays.copyOf(whole, whole.length + 1));
            assertDamaged(name, whole.length);
            Files.write(backup().resolve(name), whole);
        }
        read(backup());
    }

    @Test
    void every_bit_that_flips_is_told_with_file_and_place() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 4)) {
            rig.fill(60);
            rig.backUp(backup());
        }
        SplittableRandom random = new SplittableRandom(4);
        for (String name : names(backup())) {
            byte[] whole = Files.readAllBytes(backup().resolve(name));
            for (int i = 0; i < 150; i++) {
                int at = i < 40 ? i : random.nextInt(whole.length);
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(backup().resolve(name), damaged);
                assertDamaged(name, at);
            }
            Files.write(backup().resolve(name), whole);
        }
        read(backup());
    }

    private void assertDamaged(String name, long at) {
        Throwable thrown = catchThrowable(() -> read(backup()));
        assertThat(thrown).as(name + " at " + at).isInstanceOf(BackupDamagedException.class);
        BackupDamagedException damage = (BackupDamagedException) thrown;
        assertThat(damage.file().getFileName()).hasToString(name);
        if (!name.equals(Manifest.FILE)) {
            // Where the part that is damaged begins, or where the file ends.
            assertThat(damage.offset()).isLessThanOrEqualTo(at);
        }
        assertThat(damage).hasMessageContaining(name).hasMessageContaining("at byte " + damage.offset());
    }

    @Test
    void file_that_is_gone_or_of_another_backup_is_told() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 5)) {
            rig.fill(300);
            rig.backUp(backup());
        }
        Path second = backup().resolve("data-00001");
        byte[] whole = Files.readAllBytes(second);
        Files.delete(second);
        assertThat(catchThrowable(() -> read(backup())))
                .hasMessageContaining("data-00001")
                .hasMessageContaining("missing");
        byte[] first = Files.readAllBytes(backup().resolve("data-00000"));
        Files.write(second, Arrays.copyOf(first, whole.length));
        assertThat(catchThrowable(() -> read(backup())))
                .hasMessageContaining("data-00001")
                .hasMessageContaining("number 0");
    }

    @Test
    void full_disk_ends_it_with_the_reason_and_leaves_nothing_that_passes_for_a_backup() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 6)) {
            rig.fill(500);
            rig.backUp(backup());
            long all = Manifest.read(Disk.system(), backup()).bytes();
            for (long bytes : new long[] {0, 10, all / 2, all - 1, all}) {
                Path to = directory.resolve("full-" + bytes);
                BackupStatus status = rig.backUp(FailingDisk.fullAfter(bytes), to);
                assertThat(status.state()).isEqualTo(State.FAILED);
                assertThat(status.problem()).contains("No space left on device");
                assertThat(names(to)).isEmpty();
            }
        }
    }

    @Test
    void bit_that_the_disk_changes_is_found_before_it_says_that_it_is_done() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 7)) {
            rig.fill(100);
            BackupStatus status = rig.backUp(FailingDisk.flipping(3_000), backup());
            assertThat(status.state()).isEqualTo(State.FAILED);
            assertThat(status.problem()).contains("damaged at byte");
            assertThat(names(backup())).isEmpty();
        }
    }

    @Test
    void directory_that_holds_anything_is_refused_and_left_as_it_is() throws IOException {
        Files.createDirectories(backup());
        Files.writeString(backup().resolve("manifest"), "mine");
        try (BackupRig rig = new BackupRig(data(), 8)) {
            BackupStatus status = rig.backUp(backup());
            assertThat(status.state()).isEqualTo(State.FAILED);
            assertThat(status.problem()).contains("not empty");
            assertThat(Files.readString(backup().resolve("manifest"))).isEqualTo("mine");
        }
    }

    @Test
    void whatever_fails_as_it_begins_ends_it_so_that_another_may_begin() throws IOException {
        Files.createDirectories(backup());
        try (BackupRig rig = new BackupRig(data(), 8)) {
            BackupStatus status = rig.backUp(FailingDisk.unlistable(), backup());
            assertThat(status.state()).isEqualTo(State.FAILED);
            assertThat(status.problem()).contains("cannot be used", "Input/output error");
        }
    }

    @Test
    void one_that_is_cancelled_leaves_nothing() throws IOException {
        try (BackupRig rig = new BackupRig(data(), 9)) {
            rig.fill(3_000);
            Backups backups = new Backups(
                    new BackupOrigin(
                            rig.founded, rig.engine, new io.kvorum.storage.version.StampClock(() -> 1, 1), "1", 1),
                    Disk.system(),
                    data(),
                    rig.steps,
                    new SplittableRandom(9));
            assertThat(backups.cancel()).isFalse();
            assertThat(backups.start(backup().toString())).isNull();
            rig.steps.step();
            assertThat(backups.start(directory.resolve("other").toString())).contains("runs");
            assertThat(backups.cancel()).isTrue();
            rig.steps.runAll();
            assertThat(backups.status().state()).isEqualTo(State.CANCELLED);
            assertThat(names(backup())).isEmpty();
            assertThat(backups.start("relative/path")).contains("absolute");
            assertThat(backups.start(data().resolve("backup").toString())).contains("data directory");
        }
    }
}
