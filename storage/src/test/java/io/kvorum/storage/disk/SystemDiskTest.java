package io.kvorum.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemDiskTest {
    private final Disk disk = Disk.system();

    @TempDir
    Path directory;

    @Test
    void what_is_written_anywhere_in_a_file_is_read_there_with_zeros_between() throws IOException {
        Path file = directory.resolve("file");
        try (DiskFile open = disk.open(file)) {
            open.write(bytes("abc"), 0);
            open.write(bytes("xyz"), 5);
            open.force();
            ByteBuffer read = ByteBuffer.allocate(10);

            assertThat(open.read(read, 2)).isEqualTo(6);
            assertThat(new String(read.array(), 0, 6, StandardCharsets.US_ASCII))
                    .isEqualTo("c\0\0xyz");
            open.truncate(2);
            assertThat(open.size()).isEqualTo(2);
        }
        assertThat(disk.readAll(file)).isEqualTo("ab".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void an_opened_file_keeps_its_bytes_and_a_created_one_does_not() throws IOException {
        Path file = directory.resolve("file");
        write(file, "old");
        disk.open(file).close();
        assertThat(disk.readAll(file)).hasSize(3);

        disk.create(file).close();
        assertThat(disk.readAll(file)).isEmpty();
    }

    @Test
    void a_moved_file_takes_the_place_of_the_one_that_had_its_name() throws IOException {
        write(directory.resolve("new"), "new");
        write(directory.resolve("old"), "old");
        disk.move(directory.resolve("new"), directory.resolve("old"));
        disk.forceDirectory(directory);

        assertThat(disk.list(directory)).containsExactly("old");
        assertThat(disk.readAll(directory.resolve("old"))).isEqualTo("new".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void a_lock_is_held_by_one_at_a_time() throws IOException {
        Path file = directory.resolve("lock");
        try (Disk.DiskLock first = disk.lock(file)) {
            assertThat(first).isNotNull();
            assertThat(disk.lock(file)).isNull();
        }
        try (Disk.DiskLock second = disk.lock(file)) {
            assertThat(second).isNotNull();
        }
    }

    @Test
    void what_is_not_there_cannot_be_deleted() {
        assertThatThrownBy(() -> disk.delete(directory.resolve("nothing"))).isInstanceOf(IOException.class);
    }

    private void write(Path file, String text) throws IOException {
        try (DiskFile open = disk.create(file)) {
            open.write(bytes(text), 0);
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
