package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands between the staging and its segments. */
final class JournalStagingTest {
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final byte[] PAYLOAD = JournalRig.filled(3000, 5);

    private final FaultyDisk disk = new FaultyDisk(4096);
    private JournalRig rig;

    @BeforeEach
    void open() throws IOException {
        rig = new JournalRig(disk, Path.of("/journal"), new JournalSettings(SEGMENT_BYTES, SyncPolicy.NEVER, 2));
    }

    /** The end of the process, in the midst of something. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private void appendUntilBusy(byte[] payload) {
        long position;
        do {
            position = rig.tryAppend(payload, 1, 1);
        } while (position > 0);
        assertThat(position).isEqualTo(Journal.BUSY);
    }

    @Test
    void an_entry_that_is_written_in_part_when_the_process_ends_is_staged_still() throws IOException {
        appendUntilBusy(PAYLOAD);
        int[] parts = new int[1];
        disk.whenWriting(bytes -> {
            if (bytes == 1 << 20 && parts[0]++ == 1) {
                // Small, so that they take the last byte of what is free.
                appendUntilBusy(new byte[8]);
                throw new Killed();
            }
        });
        assertThatThrownBy(() -> rig.background.runAll()).isInstanceOf(Killed.class);
        disk.whenWriting(bytes -> {});
        disk.killProcess();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void a_large_entry_finds_room_beside_small_ones_that_never_rest() {
        byte[] large = new byte[rig.settings.stagingBytes() - 100];
        long position = rig.tryAppend(large, 1, 1);
        for (int tries = 0; position == Journal.BUSY; tries++) {
            assertThat(tries).isLessThan(20);
            rig.background.runAll();
            for (int i = 0; i < 100; i++) {
                rig.append(PAYLOAD);
            }
            position = rig.tryAppend(large, 1, 1);
        }
        assertThat(position).isPositive();
    }

    @Test
    void the_number_of_a_spare_is_never_used_again() throws IOException {
        rig.append(PAYLOAD);
        rig.force();
        long from = rig.journal.position();
        List<Path> used = rig.segmentFiles();
        Path last = used.get(used.size() - 1);
        disk.killProcess();
        disk.move(last, last.resolveSibling(last.getFileName().toString().replace(".journal", ".spare")));
        rig.reopen(from, false);
        List<Path> now = new ArrayList<>(rig.segmentFiles());
        now.removeAll(used);
        assertThat(now).allSatisfy(file -> assertThat(file).isGreaterThan(last));
        disk.losePower(new Random(1));
    }
}
