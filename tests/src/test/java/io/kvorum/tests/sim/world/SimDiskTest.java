package io.kvorum.tests.sim.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
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
        for (long seed = 0; seed < 300; seed++) {
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
    void a_force_that_failed_has_saved_nothing() throws IOException {
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

        assertThat(left).containsExactlyInAnyOrder("", "x");
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

    private static SimDisk disk(long seed) {
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
