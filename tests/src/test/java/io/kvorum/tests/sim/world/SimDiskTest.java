package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class SimDiskTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("file");
    private static final Path OTHER = DIRECTORY.resolve("other");

    @Test
    void what_was_forced_survives_every_power_failure() throws IOException {
        for (long seed = 0; seed < 100; seed++) {
            SimDisk disk = disk(seed);
            try (DiskFile file = disk.create(FILE)) {
                write(file, "forced", 0);
                file.force();
                disk.forceDirectory(DIRECTORY);
                write(file, "lost?", 6);
            }
            disk.powerFails();

            assertThat(text(disk, FILE)).as("seed %d", seed).startsWith("forced");
        }
    }

    @Test
    void what_was_not_forced_may_be_there_or_not_or_torn_and_in_any_order() throws IOException {
        Set<String> left = new HashSet<>();
        for (long seed = 0; seed < 3_000; seed++) {
            SimDisk disk = disk(seed);
            try (DiskFile file = disk.create(FILE)) {
                file.force();
                disk.forceDirectory(DIRECTORY);
                write(file, "aaa", 0);
                write(file, "bbb", 3);
            }
            disk.powerFails();
            left.add(text(disk, FILE));
        }

        assertThat(left).contains("", "aaa", "aaabbb", "\0\0\0bbb", "aaab", "a");
    }

    @Test
    void a_crash_of_the_process_loses_nothing_that_was_written() throws IOException {
        SimDisk disk = disk(1);
        try (DiskFile file = disk.create(FILE)) {
            write(file, "written", 0);
        }
        disk.processEnds();

        assertThat(text(disk, FILE)).isEqualTo("written");
    }

    @Test
    void a_name_survives_once_its_directory_was_forced_and_a_renaming_is_whole_or_undone() throws IOException {
        Set<String> left = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            SimDisk disk = disk(seed);
            for (Path path : new Path[] {FILE, OTHER}) {
                try (DiskFile file = disk.create(path)) {
                    write(file, path.equals(FILE) ? "old" : "new", 0);
                    file.force();
                }
            }
            disk.forceDirectory(DIRECTORY);
            disk.move(OTHER, FILE);
            disk.powerFails();
            left.add(text(disk, FILE));
        }

        assertThat(left).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void a_full_disk_takes_what_fits_and_says_so_and_has_room_again_when_files_go() throws IOException {
        SimDisk disk = disk(1);
        disk.limitSpace(5);
        try (DiskFile file = disk.create(FILE)) {
            assertThatThrownBy(() -> write(file, "too long", 0))
                    .isInstanceOf(IOException.class)
                    .hasMessage("No space left on device");
            assertThat(file.size()).isEqualTo(5);
            write(file, "12345", 0);
        }
        disk.delete(FILE);
        try (DiskFile file = disk.create(OTHER)) {
            write(file, "fits", 0);
        }
        assertThat(text(disk, OTHER)).isEqualTo("fits");
    }

    @Test
    void a_force_that_failed_may_have_saved_nothing_or_a_part() throws IOException {
        Set<String> left = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            SimDisk disk = disk(seed);
            try (DiskFile file = disk.create(FILE)) {
                file.force();
                disk.forceDirectory(DIRECTORY);
                write(file, "x", 0);
                disk.failForces(1);
                assertThatThrownBy(file::force).isInstanceOf(IOException.class);
            }
            disk.powerFails();
            left.add(text(disk, FILE));
        }

        assertThat(left)
                .as("no longer, or longer without what was written, or all")
                .containsOnly("", "\0", "x");
    }

    @Test
    void a_write_that_another_replaced_may_be_what_is_left() throws IOException {
        Set<String> left = new HashSet<>();
        for (long seed = 0; seed < 500; seed++) {
            SimDisk disk = disk(seed);
            try (DiskFile file = disk.create(FILE)) {
                write(file, "1", 0);
                file.force();
                disk.forceDirectory(DIRECTORY);
                write(file, "2", 0);
                write(file, "3", 0);
            }
            disk.powerFails();
            left.add(text(disk, FILE));
        }

        assertThat(left).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void what_a_failed_force_did_not_save_is_not_tried_again_until_it_is_written_again() throws IOException {
        Set<String> trusted = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            SimDisk disk = disk(seed);
            try (DiskFile file = disk.create(FILE)) {
                write(file, "old", 0);
                file.force();
                disk.forceDirectory(DIRECTORY);
                write(file, "new", 0);
                disk.failForces(1);
                assertThatThrownBy(file::force).isInstanceOf(IOException.class);
                file.force();
            }
            disk.powerFails();
            trusted.add(text(disk, FILE));

            try (DiskFile file = disk.open(FILE)) {
                write(file, "yes", 0);
                disk.failForces(1);
                assertThatThrownBy(file::force).isInstanceOf(IOException.class);
                write(file, "yes", 0);
                file.force();
            }
            disk.powerFails();
            assertThat(text(disk, FILE)).as("seed %d", seed).isEqualTo("yes");
        }

        assertThat(trusted).contains("old", "new");
    }

    @Test
    void forces_fail_until_told_else() throws IOException {
        SimDisk disk = disk(1);
        disk.failForces(Integer.MAX_VALUE);
        try (DiskFile file = disk.create(FILE)) {
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(file::force).hasMessage("Input/output error");
                assertThatThrownBy(() -> disk.forceDirectory(DIRECTORY)).hasMessage("Input/output error");
            }
            disk.failForces(0);
            file.force();
        }
        disk.forceDirectory(DIRECTORY);
        disk.powerFails();

        assertThat(disk.exists(FILE)).isTrue();
    }

    @Test
    void a_read_fails_as_often_as_told() throws IOException {
        SimDisk disk = disk(1);
        try (DiskFile file = disk.create(FILE)) {
            write(file, "x", 0);
            disk.failReads(2);
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0)).hasMessage("Input/output error");
        }
        assertThatThrownBy(() -> disk.readAll(FILE)).hasMessage("Input/output error");
        assertThat(text(disk, FILE)).isEqualTo("x");
    }

    @Test
    void a_disk_that_can_only_be_read_takes_nothing_and_keeps_what_it_has() throws IOException {
        SimDisk disk = disk(1);
        try (DiskFile file = disk.create(FILE)) {
            write(file, "kept", 0);
            file.force();
            disk.forceDirectory(DIRECTORY);
            disk.readOnly(true);

            for (ThrowingCallable change : List.<ThrowingCallable>of(
                    () -> write(file, "x", 0),
                    () -> file.truncate(1),
                    () -> file.preallocate(1),
                    () -> file.map(0),
                    file::force,
                    () -> disk.forceDirectory(DIRECTORY),
                    () -> disk.open(FILE),
                    () -> disk.create(OTHER),
                    () -> disk.move(FILE, OTHER),
                    () -> disk.delete(FILE),
                    () -> disk.lock(OTHER),
                    () -> disk.createDirectories(OTHER))) {
                assertThatThrownBy(change).isInstanceOf(IOException.class).hasMessage("Read-only file system");
            }
            disk.createDirectories(DIRECTORY);
            assertThat(text(disk, FILE)).isEqualTo("kept");

            disk.readOnly(false);
            write(file, "more", 4);
        }
        assertThat(text(disk, FILE)).isEqualTo("keptmore");
    }

    @Test
    void a_damaged_bit_and_a_lost_end_are_there_after_a_power_failure_as_before() throws IOException {
        SimDisk disk = disk(1);
        try (DiskFile file = disk.create(FILE)) {
            write(file, "aaaaa", 0);
            file.force();
        }
        disk.forceDirectory(DIRECTORY);
        disk.flipBit(FILE, 1);
        disk.truncate(FILE, 3);
        byte[] damaged = disk.readAll(FILE);
        disk.powerFails();

        assertThat(damaged).hasSize(3);
        assertThat(Integer.bitCount(damaged[1] ^ 'a')).isEqualTo(1);
        assertThat(disk.readAll(FILE)).isEqualTo(damaged);
    }

    @Test
    void a_file_that_was_moved_is_left_under_one_of_its_names() throws IOException {
        Set<List<String>> left = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            SimDisk disk = disk(seed);
            for (String name : List.of("a", "b")) {
                try (DiskFile file = disk.create(DIRECTORY.resolve(name))) {
                    write(file, name, 0);
                    file.force();
                }
            }
            disk.forceDirectory(DIRECTORY);
            disk.move(DIRECTORY.resolve("b"), DIRECTORY.resolve("c"));
            disk.move(DIRECTORY.resolve("a"), DIRECTORY.resolve("b"));
            disk.powerFails();
            StringBuilder contents = new StringBuilder();
            for (String name : disk.list(DIRECTORY)) {
                contents.append(name)
                        .append('=')
                        .append(text(disk, DIRECTORY.resolve(name)))
                        .append(' ');
            }
            left.add(List.of(contents.toString().strip().split(" ")));
        }

        assertThat(left).containsExactlyInAnyOrder(List.of("a=a", "b=b"), List.of("a=a", "c=b"), List.of("b=a", "c=b"));
    }

    @Test
    void what_a_dead_process_had_open_is_of_no_use_to_it() throws IOException {
        SimDisk disk = disk(1);
        DiskFile file = disk.create(FILE);
        write(file, "before", 0);
        Disk.DiskLock lock = Objects.requireNonNull(disk.lock(OTHER));
        disk.processEnds();

        assertThatThrownBy(() -> write(file, "after", 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(file::force).isInstanceOf(IOException.class);
        file.close();
        assertThat(text(disk, FILE)).isEqualTo("before");
        assertThat(disk.lock(OTHER)).isNotNull();
        lock.close();
        assertThat(disk.lock(OTHER)).as("taken by the next process").isNull();
    }

    @Test
    void a_lock_is_held_by_one_and_freed_by_the_end_of_the_process() throws IOException {
        SimDisk disk = disk(1);

        assertThat(disk.lock(FILE)).isNotNull();
        assertThat(disk.lock(FILE)).isNull();
        disk.processEnds();
        assertThat(disk.lock(FILE)).isNotNull();
    }

    @Test
    void reading_what_is_not_there_is_an_error_and_reading_past_the_end_is_short() throws IOException {
        SimDisk disk = disk(1);
        assertThatThrownBy(() -> disk.readAll(FILE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.create(Path.of("/nowhere/file"))).isInstanceOf(NoSuchFileException.class);
        try (DiskFile file = disk.open(FILE)) {
            write(file, "abc", 2);
            ByteBuffer read = ByteBuffer.allocate(8);

            assertThat(file.read(read, 1)).isEqualTo(4);
            assertThat(Arrays.copyOf(read.array(), 4)).isEqualTo(new byte[] {0, 'a', 'b', 'c'});
            file.truncate(3);
            assertThat(file.size()).isEqualTo(3);
        }
        assertThat(disk.list(DIRECTORY)).containsExactly("file");
    }

    private static SimDisk disk(long seed) throws IOException {
        SimDisk disk = new SimDisk(new SplittableRandom(seed));
        disk.createDirectories(DIRECTORY);
        return disk;
    }

    private static void write(DiskFile file, String text, long at) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), at);
    }

    private static String text(SimDisk disk, Path file) throws IOException {
        return new String(disk.readAll(file), StandardCharsets.US_ASCII);
    }
}
