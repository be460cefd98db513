package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How entries that all wait for the disk come to share its forces. */
final class GatheringTest {
    private static final long FORCE_NANOS = 2_000_000;
    private static final int SEGMENT_BYTES = 1 << 20;

    private final FaultyDisk disk = new FaultyDisk(4096);
    private JournalRig rig;

    @BeforeEach
    void open() throws IOException {
        rig = new JournalRig(disk, Path.of("/journal"), new JournalSettings(SEGMENT_BYTES, SyncPolicy.ALWAYS, 2));
        disk.whenForced(() -> rig.background.take(FORCE_NANOS));
        rig.append(1);
        rig.background.runAll();
    }

    @Test
    void two_groups_of_writers_that_take_turns_become_one() {
        List<Integer> groups = new ArrayList<>();
        Writers first = new Writers(10);
        Writers second = new Writers(10);
        first.append();
        disk.whenForced(() -> {
            rig.background.take(FORCE_NANOS);
            second.append();
            disk.whenForced(() -> rig.background.take(FORCE_NANOS));
        });
        for (int i = 0; i < 6; i++) {
            int forces = disk.forces();
            int entries = rig.appended.size();
            long durable = rig.journal.durablePosition();
            rig.background.runAll();
            while (disk.forces() == forces) {
                rig.background.pass(100_000);
            }
            groups.add(rig.upTo(rig.journal.durablePosition()).size()
                    - rig.upTo(durable).size());
            assertThat(rig.appended.size()).isGreaterThanOrEqualTo(entries);
            first.goOn();
            second.goOn();
        }
        assertThat(groups).startsWith(10).endsWith(20, 20, 20);
    }

    @Test
    void an_entry_that_comes_alone_later_waits_for_nobody() {
        rig.background.pass(FORCE_NANOS);
        long position = rig.append(1);
        long before = rig.background.nanoTime();
        rig.background.runAll();
        assertThat(rig.journal.durablePosition()).isGreaterThanOrEqualTo(position);
        assertThat(rig.background.nanoTime() - before).isEqualTo(FORCE_NANOS);
    }

    @Test
    void nobody_waits_longer_than_half_a_force_for_company_that_does_not_come() {
        Writers writers = new Writers(10);
        writers.append();
        rig.background.pass(FORCE_NANOS);
        long position = rig.append(1);
        rig.background.runAll();
        rig.background.pass(FORCE_NANOS / 2);
        assertThat(rig.journal.durablePosition()).isGreaterThanOrEqualTo(position);
    }

    /** Each has one entry under way, and appends the next once that is durable. */
    private final class Writers {
        private final int count;
        private long waitingFor;

        Writers(int count) {
            this.count = count;
        }

        void append() {
            for (int i = 0; i < count; i++) {
                waitingFor = rig.append(10);
            }
        }

        void goOn() {
            if (waitingFor > 0 && rig.journal.durablePosition() >= waitingFor) {
                append();
            }
        }
    }
}
