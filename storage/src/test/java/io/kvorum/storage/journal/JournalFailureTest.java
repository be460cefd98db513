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

/** What a journal does when the disk fails or is full. */
final class JournalFailureTest {
    private static final int SEGMENT_BYTES = 16384;
    private static final byte[] KILOBYTE = JournalRig.filled(1000, 5);

    private final FaultyDisk disk = new FaultyDisk(4096);
    private final List<String> told = new ArrayList<>();
    private JournalRig rig;

    @BeforeEach
    void open() throws IOException {
        rig = new JournalRig(disk, Path.of("/journal"), new JournalSettings(SEGMENT_BYTES, SyncPolicy.EVERY_SECOND, 2));
    }

    @Test
    void a_failed_force_ends_appends_and_tells_everybody_that_nothing_is_durable() {
        long first = rig.append(100);
        rig.force();
        long second = rig.append(100);
        await(second);
        disk.setForcesFail(true);
        rig.background.runAll();

        assertThat(told).containsExactly(second + " false");
        assertThat(rig.journal.state()).isEqualTo(JournalState.FAILED);
        assertThat(rig.journal.problem()).contains("0000000000000000.journal").contains("Input/output error");
        assertThat(rig.tryAppend(KILOBYTE, 1, 1)).isEqualTo(Journal.REFUSED);
        await(second);
        await(first);
        assertThat(told).containsExactly(second + " false", second + " false", first + " true");
        disk.setForcesFail(false);
        assertThat(rig.force()).isFalse();
        assertThat(rig.journal.durablePosition()).isLessThan(second);
    }

    @Test
    void after_a_reset_it_runs_again_but_never_calls_the_lost_range_durable_until_that_is_released() {
        rig.append(100);
        rig.force();
        long lost = rig.append(100);
        failAndReset();
        assertThat(rig.journal.state()).isEqualTo(JournalState.RUNNING);
        assertThat(rig.journal.problem()).isNull();

        long after = rig.append(100);
        await(after);
        await(lost);
        assertThat(told).containsExactly(lost + " false");
        rig.background.runAll();
        assertThat(told).containsExactly(lost + " false", after + " true");

        told.clear();
        rig.journal.release(after);
        rig.background.runAll();
        await(lost);
        assertThat(told).containsExactly(lost + " true");
    }

    @Test
    void a_reset_that_fails_too_leaves_it_failed_and_can_be_tried_again() {
        rig.append(100);
        disk.setForcesFail(true);
        assertThat(rig.force()).isFalse();
        assertThat(rig.journal.reset()).isFalse();
        assertThat(rig.journal.state()).isEqualTo(JournalState.FAILED);
        assertThat(rig.journal.problem()).contains("preparing journal segment");
        disk.setForcesFail(false);
        assertThat(rig.journal.reset()).isTrue();
        rig.append(100);
        assertThat(rig.force()).isTrue();
        assertThatThrownBy(() -> rig.journal.reset()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void killed_between_reset_and_checkpoint_nothing_is_lost() throws IOException {
        rig.append(100);
        rig.force();
        rig.append(100);
        failAndReset();
        rig.append(100);
        disk.killProcess();

        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.dropped()).isEmpty();
    }

    @Test
    void without_power_between_reset_and_checkpoint_the_lost_range_is_reported_and_the_rest_is_there()
            throws IOException {
        rig.append(100);
        rig.force();
        JournalRig.Entry before = rig.appended.get(0);
        rig.append(100);
        failAndReset();
        rig.append(100);
        rig.force();
        JournalRig.Entry after = rig.appended.get(2);
        disk.losePower(new Random(1));

        rig.reopen(0, false);
        assertThat(rig.replayed).containsExactly(before, after);
        assertThat(rig.report.dropped()).hasSize(1);
        assertThat(rig.report.dropped().get(0).reason()).startsWith("lost when a force failed");
        assertThat(rig.report.closedCleanly()).isFalse();

        rig.journal.release(rig.journal.position());
        rig.background.runAll();
        disk.losePower(new Random(1));
        rig.reopen(rig.journal.position(), false);
        assertThat(rig.report.dropped()).isEmpty();
    }

    @Test
    void a_map_that_faults_fails_the_journal() {
        long position = rig.append(100);
        await(position);
        disk.damageMaps();
        appendUntilItFails();
        assertThat(rig.journal.problem()).isNotNull();
    }

    @Test
    void a_staging_that_cannot_be_read_is_replaced_and_fails_the_journal_once() throws IOException {
        rig.append(100);
        disk.damageMaps();
        appendUntilItFails();
        assertThat(rig.journal.reset()).isTrue();
        for (int i = 0; i < 200; i++) {
            long position = rig.append(KILOBYTE);
            rig.background.pass(JournalRig.SECOND);
            assertThat(rig.journal.state()).isEqualTo(JournalState.RUNNING);
            assertThat(rig.journal.durablePosition()).isGreaterThanOrEqualTo(position);
        }
        disk.killProcess();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    private void appendUntilItFails() {
        while (rig.journal.state() == JournalState.RUNNING) {
            rig.tryAppend(KILOBYTE, 1, 1);
            rig.background.runAll();
        }
    }

    @Test
    void on_a_full_disk_appends_go_on_while_there_is_room_and_again_when_there_is() throws IOException {
        disk.setCapacity(disk.used());
        int appended = fillUp();
        assertThat(appended).isGreaterThan(20);
        assertThat(rig.journal.state()).isEqualTo(JournalState.FULL);
        assertThat(rig.journal.problem()).contains("No space left on device").contains("0000000000000003");
        long position = rig.append(10);
        await(position);
        rig.background.runAll();
        assertThat(told).as("what fits is taken, and forced").containsExactly(position + " true");

        disk.setCapacity(Long.MAX_VALUE);
        rig.background.pass(JournalRig.SECOND);
        assertThat(rig.journal.state()).isEqualTo(JournalState.RUNNING);
        assertThat(rig.journal.problem()).isNull();
        rig.append(KILOBYTE);
        disk.killProcess();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void a_release_ends_a_full_disk_at_once() {
        disk.setCapacity(disk.used());
        fillUp();
        rig.journal.release(rig.journal.position());
        rig.background.runAll();
        assertThat(rig.journal.state()).isEqualTo(JournalState.RUNNING);
        rig.append(KILOBYTE);
    }

    @Test
    void an_entry_too_large_for_the_disk_is_refused_and_smaller_ones_are_not() {
        disk.setCapacity(disk.used() + 3 * SEGMENT_BYTES);
        byte[] large = new byte[10 * SEGMENT_BYTES];
        assertThat(rig.tryAppend(large, 1, 1)).isEqualTo(Journal.BUSY);
        rig.background.runAll();
        assertThat(rig.tryAppend(large, 1, 1)).isEqualTo(Journal.REFUSED);
        for (int i = 0; i < 30; i++) {
            rig.append(KILOBYTE);
        }
        disk.setCapacity(Long.MAX_VALUE);
        rig.background.pass(JournalRig.SECOND);
        rig.append(large);
    }

    @Test
    void a_journal_opened_on_a_full_disk_takes_entries_when_there_is_room() throws IOException {
        rig.append(KILOBYTE);
        rig.journal.close();
        disk.setCapacity(disk.used());
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.tryAppend(KILOBYTE, 1, 1)).isEqualTo(Journal.REFUSED);
        assertThat(rig.journal.state()).isEqualTo(JournalState.FULL);

        disk.setCapacity(Long.MAX_VALUE);
        rig.background.pass(JournalRig.SECOND);
        long position = rig.append(KILOBYTE);
        await(position);
        rig.background.runAll();
        assertThat(told).containsExactly(position + " true");
        disk.losePower(new Random(2));
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void a_close_that_cannot_force_says_so() {
        long position = rig.append(10);
        await(position);
        disk.setForcesFail(true);
        assertThatThrownBy(() -> rig.journal.close()).isInstanceOf(IOException.class);
        assertThat(told).containsExactly(position + " false");
    }

    @Test
    void a_callback_that_throws_keeps_no_other_from_being_told() {
        long position = rig.append(10);
        rig.journal.whenDurable(position, (ticket, durable) -> {
            throw new IllegalStateException("of the caller");
        });
        await(position);
        assertThatThrownBy(() -> rig.background.runAll()).hasMessage("of the caller");
        assertThat(told).containsExactly(position + " true");
    }

    private void failAndReset() {
        disk.setForcesFail(true);
        assertThat(rig.force()).isFalse();
        disk.setForcesFail(false);
        assertThat(rig.journal.reset()).isTrue();
    }

    private int fillUp() {
        int appended = 0;
        long position = 0;
        while (position != Journal.REFUSED) {
            position = rig.tryAppend(KILOBYTE, 1, 1);
            rig.background.runAll();
            appended++;
        }
        return appended;
    }

    private void await(long position) {
        rig.journal.whenDurable(position, (ticket, durable) -> told.add(ticket + " " + durable));
    }
}
