package io.kvorum.storage.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kvorum.storage.disk.Disk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a checkpoint after crashes, failures and damage. */
final class CheckpointFaultsTest {
    private static final long SEED = Long.getLong("kvorum.seed", 20261127);

    /** How many times as often the long version tries. */
    private static final int LONGER = Boolean.getBoolean("kvorum.endurance") ? 10 : 1;

    @TempDir
    Path directory;

    @Test
    void killed_at_any_moment_it_has_every_commit_that_was_told() throws Exception {
        Random random = new Random(SEED);
        long told = 0;
        for (int round = 0; round < 3 * LONGER; round++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            CommitLoop.class.getName(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            int commits = 3 + random.nextInt(20);
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                assertThat(lines.readLine()).isEqualTo("opened");
                for (int i = 0; i < commits; i++) {
                    told = Long.parseLong(lines.readLine());
                }
                if (process.waitFor(random.nextInt(20), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("it ended by itself");
                }
                // Not by the process itself, which would close what it told.
                assertThat(process.toHandle().destroyForcibly()).isTrue();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    told = Long.parseLong(line);
                }
            }
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

            try (CheckpointStore store = open(Disk.system())) {
                assertThat(checkedGeneration(store)).isBetween(told, told + 1);
            }
        }
    }

    @Test
    void power_lost_at_any_moment_takes_no_commit_that_was_told() throws IOException {
        for (int run = 0; run < 20 * LONGER; run++) {
            Random random = new Random(SEED + run);
            Path place = directory.resolve("run" + run);
            long told = 0;
            for (int life = 0; life < 3; life++) {
                FaultyDisk disk = new FaultyDisk();
                disk.powerOffAfter(random.nextInt(150));
                told = commitUntilItFails(disk, place, told);
                disk.losePower(random);
            }
            try (CheckpointStore store = open(Disk.system(), place)) {
                assertThat(checkedGeneration(store)).as("seed " + (SEED + run)).isBetween(told, told + 1);
            }
            deleteAll(place);
        }
    }

    /** Returns the last generation that may be there; that before it must be there at least. */
    private static long commitUntilItFails(FaultyDisk disk, Path place, long toldBefore) throws IOException {
        long told = toldBefore;
        CheckpointStore store;
        try {
            store = open(disk, place);
        } catch (IOException powerOff) {
            assertThat(powerOff).isNotInstanceOf(CheckpointDamagedException.class);
            return told;
        }
        try {
            long found = checkedGeneration(store);
            assertThat(found).isBetween(told, told + 1);
            told = found;
            while (true) {
                CommitLoop.commit(store, told + 1);
                told++;
                store.collect(1);
            }
        } catch (IOException powerOff) {
            assertThat(powerOff).hasStackTraceContaining("the power is off");
            return told;
        } finally {
            store.close();
        }
    }

    @Test
    void full_disk_fails_the_batch_and_reopened_it_is_as_before() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (CheckpointStore store = open(disk)) {
            CommitLoop.commit(store, 1);
            Random random = new Random(SEED);
            for (long generation = 2; generation < 20; generation++) {
                disk.space(random.nextInt(500_000));
                long now = generation;
                assertThatThrownBy(() -> CommitLoop.commit(store, now))
                        .isInstanceOf(IOException.class)
                        .hasStackTraceContaining("No space left on device");
                assertThatThrownBy(store::begin).isInstanceOf(IOException.class).hasMessageContaining("reopened");
                store.reopen();

                assertThat(checkedGeneration(store)).isEqualTo(generation - 1);
                disk.space(FaultyDisk.UNLIMITED);
                CommitLoop.commit(store, generation);
                assertThat(checkedGeneration(store)).isEqualTo(generation);
            }
        }
    }

    @Test
    void force_that_fails_fails_the_batch_and_nothing_of_it_comes_back() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (CheckpointStore store = open(disk)) {
            CommitLoop.commit(store, 1);
            disk.forcesFail(true);
            assertThatThrownBy(() -> CommitLoop.commit(store, 2))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("Input/output error");
            assertThatThrownBy(store::reopen).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> store.meta("generation"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not open");
            disk.forcesFail(false);
            store.reopen();

            assertThat(checkedGeneration(store)).isEqualTo(1);
        }
    }

    @Test
    void full_file_system_fails_the_batch_and_reopened_it_is_as_before() throws Exception {
        assumeThat(Boolean.getBoolean("kvorum.tmpfs"))
                .as("mounts a file system: -Dkvorum.tmpfs=true, as root")
                .isTrue();
        Path mount = Files.createDirectory(directory.resolve("mount"));
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", mount.toString());
        try (CheckpointStore store = open(Disk.system(), mount.resolve("checkpoint"))) {
            long generation = 0;
            IOException full = null;
            while (full == null) {
                try {
                    CommitLoop.commit(store, generation + 1);
                    generation++;
                } catch (IOException failure) {
                    full = failure;
                }
            }
            assertThat(full).hasStackTraceContaining("No space left on device");
            assertThat(generation).isGreaterThan(5);
            store.reopen();
            assertThat(checkedGeneration(store)).isEqualTo(generation);
        } finally {
            run("umount", mount.toString());
        }
    }

    @Test
    void read_of_what_was_appended_needs_no_room_and_spoils_none_of_it() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        LogFiles files = LogFiles.open(disk, directory, Long.MAX_VALUE);
        LogFile file = files.appendable(0, 0);
        file.beginAppend(ByteBuffer.allocate(64 << 10));
        byte[] bytes = new byte[100_000];
        new Random(SEED).nextBytes(bytes);
        file.append(bytes, 0, 70_000);
        byte[] read = new byte[bytes.length];

        disk.space(3_000);
        assertThat(file.read(read, 0, 0, 70_000)).isEqualTo(70_000);
        assertThat(Arrays.copyOf(read, 70_000)).isEqualTo(Arrays.copyOf(bytes, 70_000));
        assertThatThrownBy(file::seal).hasStackTraceContaining("No space left on device");
        assertThat(file.read(read, 65_536, 0, 4_464)).isEqualTo(4_464);
        assertThat(Arrays.copyOf(read, 4_464)).isEqualTo(Arrays.copyOfRange(bytes, 65_536, 70_000));

        disk.space(FaultyDisk.UNLIMITED);
        file.append(bytes, 70_000, 30_000);
        file.seal();
        assertThat(file.read(read, 0, 0, bytes.length)).isEqualTo(bytes.length);
        assertThat(read).isEqualTo(bytes);
        files.closeFiles();
    }

    @Test
    void torn_tail_of_a_log_and_of_its_sums_is_cut_off() throws IOException {
        try (CheckpointStore store = open(Disk.system())) {
            CommitLoop.commit(store, 1);
        }
        Path log = lastLog();
        long bytes = Files.size(log);
        Files.write(log, new byte[100_000], StandardOpenOption.APPEND);
        Files.write(LogFile.sumsPath(log), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, StandardOpenOption.APPEND);

        try (CheckpointStore store = open(Disk.system())) {
            assertThat(store.diskBytes()).isLessThan(bytes + 10_000);
            assertThat(checkedGeneration(store)).isEqualTo(1);
            CommitLoop.commit(store, 2);
        }
        try (CheckpointStore store = open(Disk.system())) {
            assertThat(checkedGeneration(store)).isEqualTo(2);
        }
    }

    @Test
    void any_flipped_bit_is_found_or_changes_nothing() throws IOException {
        fill();
        int found = 0;
        for (int run = 0; run < 60 * LONGER; run++) {
            Random random = new Random(SEED + run);
            Path copy = copy("run" + run);
            Path file = anyFile(copy, random, run % 2 == 0 ? ".xd" : LogFile.SUMS_SUFFIX);
            long at;
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                at = random.nextLong(bytes.length());
                bytes.seek(at);
                int before = bytes.read();
                bytes.seek(at);
                bytes.write(before ^ (1 << random.nextInt(8)));
            }
            found += openDamaged(copy, file, "bit at " + at + " of " + file + ", seed " + (SEED + run));
            deleteAll(copy);
        }
        assertThat(found).isGreaterThan(10);
    }

    @Test
    void any_file_that_is_cut_or_gone_is_found() throws IOException {
        fill();
        int found = 0;
        for (int run = 0; run < 20 * LONGER; run++) {
            Random random = new Random(SEED + run);
            Path copy = copy("run" + run);
            Path file = anyFile(copy, random, run % 2 == 0 ? ".xd" : LogFile.SUMS_SUFFIX);
            long size = random.nextLong(Files.size(file));
            if (random.nextInt(4) == 0 && !file.equals(lastLog(copy))) {
                Files.delete(file);
            } else {
                try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                    bytes.setLength(size);
                }
            }
            found += openDamaged(copy, file, file + " cut at " + size + ", seed " + (SEED + run));
            deleteAll(copy);
        }
        assertThat(found).isGreaterThan(8);
    }

    @Test
    void closed_store_leaves_no_thread_of_its_own() throws IOException {
        try (CheckpointStore store = open(Disk.system())) {
            CommitLoop.commit(store, 1);
            assertThat(threadsOf(directory)).hasSize(1);
            store.reopen();
            assertThat(threadsOf(directory)).hasSize(1);
        }
        assertThat(threadsOf(directory)).isEmpty();
    }

    private static List<String> threadsOf(Path directory) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(directory.toString()))
                .toList();
    }

    /** Several files of a log, the oldest of them full of what was replaced. */
    private void fill() throws IOException {
        Files.createDirectories(directory.resolve("filled"));
        try (CheckpointStore store = open(Disk.system(), directory.resolve("filled"))) {
            for (long generation = 1; generation <= 20; generation++) {
                CommitLoop.commit(store, generation);
            }
        }
    }

    /** Returns 1 if the damage was found, 0 if it changed nothing that matters. */
    private static int openDamaged(Path place, Path file, String what) throws IOException {
        // A file of sums that ends too early looks like one that was torn in its last commit.
        boolean torn = file.equals(LogFile.sumsPath(lastLog(place)));
        try (CheckpointStore store = open(Disk.system(), place)) {
            long generation = checkedGeneration(store);
            assertThat(generation).as(what).isBetween(torn ? 0L : 20L, 20L);
            return 0;
        } catch (CheckpointDamagedException damage) {
            assertThat(damage.file())
                    .as(what)
                    .satisfiesAnyOf(
                            found -> assertThat(found.getParent()).isEqualTo(place),
                            found -> assertThat(found).isEqualTo(place));
            assertThat(damage).as(what).hasMessageContaining(damage.file().toString());
            return 1;
        }
    }

    /** The generation of all records and of the name; fails if they differ. */
    private static long checkedGeneration(CheckpointStore store) throws IOException {
        long generation = CommitLoop.generation(store);
        var contents = CheckpointStoreContract.contents(store, CommitLoop.VALUE_BYTES);
        assertThat(contents).hasSize(generation == 0 ? 0 : CommitLoop.RECORDS);
        assertThat(contents.values()).allMatch(value -> value == generation);
        return generation;
    }

    private CheckpointStore open(Disk disk) throws IOException {
        return open(disk, directory);
    }

    private static CheckpointStore open(Disk disk, Path place) throws IOException {
        return XodusCheckpointStore.open(disk, place, XodusCheckpointStoreTest.CACHE_BYTES, System::nanoTime);
    }

    private Path lastLog() throws IOException {
        return lastLog(directory);
    }

    private static Path lastLog(Path place) throws IOException {
        return files(place, ".xd").get(files(place, ".xd").size() - 1);
    }

    private static Path anyFile(Path place, Random random, String suffix) throws IOException {
        List<Path> files = files(place, suffix);
        return files.get(random.nextInt(files.size()));
    }

    private static List<Path> files(Path place, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectory(directory.resolve(name));
        for (Path file : files(directory.resolve("filled"), "")) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        return copy;
    }

    private static void deleteAll(Path place) throws IOException {
        for (Path file : files(place, "")) {
            Files.delete(file);
        }
        Files.delete(place);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }
}
