package io.kvorum.server.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.checkpoint.XodusCheckpointStore;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.Continuity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LivesTest {
    private static final UUID NODE = new UUID(1, 2);
    private static final UUID CLUSTER = new UUID(3, 4);

    @TempDir
    Path directory;

    private long nonces;

    private Path data() {
        return directory.resolve("data");
    }

    /** One life, which ends in order or not. */
    private Continuity live(boolean always, boolean inOrder) throws IOException {
        return live(data(), NODE, always, inOrder);
    }

    private Continuity live(Path where, UUID node, boolean always, boolean inOrder) throws IOException {
        try (DataDirectory opened = DataDirectory.open(Disk.system(), where);
                CheckpointStore store =
                        XodusCheckpointStore.open(Disk.system(), where.resolve("records"), 1 << 20, System::nanoTime)) {
            Lives lives = new Lives(opened, node, CLUSTER);
            Continuity continuity = lives.begin(store, ++nonces, always);
            lives.running();
            if (inOrder) {
                lives.ended();
            }
            return continuity;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    @Test
    void first_life_and_lives_after_an_end_in_order_go_on_whole() throws IOException {
        assertThat(live(false, true)).isEqualTo(Continuity.WHOLE);
        assertThat(live(false, true)).isEqualTo(Continuity.WHOLE);
        assertThat(live(true, true)).isEqualTo(Continuity.WHOLE);
    }

    @Test
    void life_after_one_that_was_killed_is_cut_off_since_the_machine_kept_what_was_written() throws IOException {
        live(false, false);
        assertThat(live(false, false)).isEqualTo(Continuity.CUT_OFF);
        assertThat(live(false, true)).isEqualTo(Continuity.CUT_OFF);
        assertThat(live(false, true)).isEqualTo(Continuity.WHOLE);
    }

    @Test
    void life_after_one_that_did_not_come_to_run_trusts_what_that_one_would_have() throws IOException {
        live(false, true);
        begin();
        begin();
        assertThat(live(false, false)).isEqualTo(Continuity.WHOLE);
        begin();
        assertThat(live(false, true)).isEqualTo(Continuity.CUT_OFF);
    }

    /** One life that ends before its copies are up. */
    private void begin() throws IOException {
        try (DataDirectory opened = DataDirectory.open(Disk.system(), data());
                CheckpointStore store = XodusCheckpointStore.open(
                        Disk.system(), data().resolve("records"), 1 << 20, System::nanoTime)) {
            new Lives(opened, NODE, CLUSTER).begin(store, ++nonces, false);
        }
    }

    @Test
    void copied_directory_is_in_doubt() throws IOException {
        live(true, true);
        copy(data(), directory.resolve("copy"));
        assertThat(live(directory.resolve("copy"), NODE, true, true)).isEqualTo(Continuity.DOUBTFUL);
    }

    @Test
    void records_that_were_put_back_from_an_earlier_life_are_in_doubt() throws IOException {
        live(true, true);
        copy(data().resolve("records"), directory.resolve("earlier"));
        live(true, true);
        copy(directory.resolve("earlier"), data().resolve("records"));
        assertThat(live(true, true)).isEqualTo(Continuity.DOUBTFUL);
    }

    @Test
    void life_file_that_was_put_back_or_lost_leaves_the_records_in_doubt() throws IOException {
        live(true, true);
        Path file = data().resolve("life");
        Files.copy(file, directory.resolve("earlier"));
        live(true, true);
        Files.copy(directory.resolve("earlier"), file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(live(true, true)).isEqualTo(Continuity.DOUBTFUL);
        Files.delete(file);
        Files.delete(data().resolve("life.spare"));
        assertThat(live(true, true)).isEqualTo(Continuity.DOUBTFUL);
    }

    @Test
    void life_in_memory_alone_leaves_records_on_disk_in_doubt() throws IOException {
        live(true, true);
        try (DataDirectory opened = DataDirectory.open(Disk.system(), data())) {
            new Lives(opened, NODE, CLUSTER).begin(null, ++nonces, false);
        }
        assertThat(live(true, true)).isEqualTo(Continuity.DOUBTFUL);
        assertThat(live(true, true)).isEqualTo(Continuity.WHOLE);
    }

    @Test
    void records_of_another_node_are_refused_with_what_to_do() throws IOException {
        live(true, true);
        assertThatThrownBy(() -> live(data(), new UUID(5, 6), true, true))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("are of node 00000000-0000-0001-0000-000000000002")
                .hasMessageContaining("put the right directory back");
    }

    @Test
    void life_that_doubted_what_it_held_leaves_it_in_doubt_unless_it_ends_in_order() throws IOException {
        for (boolean inOrder : new boolean[] {false, true}) {
            try (DataDirectory opened = DataDirectory.open(Disk.system(), data());
                    CheckpointStore store = XodusCheckpointStore.open(
                            Disk.system(), data().resolve("records"), 1 << 20, System::nanoTime)) {
                Lives lives = new Lives(opened, NODE, CLUSTER);
                lives.begin(store, ++nonces, true);
                lives.running();
                lives.doubted();
                if (inOrder) {
                    lives.ended();
                }
            }
            assertThat(live(true, true)).isEqualTo(inOrder ? Continuity.WHOLE : Continuity.DOUBTFUL);
        }
    }
}
