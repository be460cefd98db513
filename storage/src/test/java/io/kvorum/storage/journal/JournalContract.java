package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a journal promises on any disk that works. */
abstract class JournalContract {
    private static final int SEGMENT_BYTES = 16384;

    private JournalRig rig;

    abstract Disk disk();

    abstract Path directory();

    /** Ends the process without a word to the journal. */
    abstract void kill();

    @BeforeEach
    void open() throws IOException {
        rig = new JournalRig(disk(), directory(), new JournalSettings(SEGMENT_BYTES, SyncPolicy.NEVER, 2));
    }

    @Test
    void what_was_appended_is_replayed_in_order_after_the_process_was_killed() throws IOException {
        for (int length = 0; length < 300; length++) {
            rig.append(length);
        }
        assertThat(rig.journal.segmentCount()).isGreaterThan(2);

        kill();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.closedCleanly()).isFalse();
        assertThat(rig.report.entries()).isEqualTo(300);
        assertThat(rig.report.payloadBytes()).isEqualTo(300 * 299 / 2);
    }

    @Test
    void a_journal_closed_in_order_says_so_once() throws IOException {
        rig.append(100);
        long end = rig.append(2000);
        rig.journal.close();
        rig.journal.close();

        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.closedCleanly()).isTrue();
        assertThat(rig.report.durablePosition()).isEqualTo(rig.report.endPosition());
        assertThat(rig.report.endPosition()).isGreaterThanOrEqualTo(end);

        rig.append(10);
        kill();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.closedCleanly()).isFalse();
    }

    @Test
    void a_replay_begins_after_the_position_asked_for() throws IOException {
        for (int i = 0; i < 200; i++) {
            rig.append(i);
        }
        kill();
        for (int at : new int[] {0, 57, 120, 199}) {
            long from = rig.appended.get(at).position();
            rig.reopen(from, false);
            assertThat(rig.replayed).isEqualTo(rig.after(from));
            kill();
        }
    }

    @Test
    void positions_grow_over_every_life_even_if_a_checkpoint_is_ahead_of_the_journal() throws IOException {
        long before = rig.append(10);
        kill();
        rig.reopen(before, false);
        long second = rig.append(10);
        assertThat(second).isGreaterThan(before);
        rig.journal.close();

        rig.reopen(second + 1_000_000, false);
        assertThat(rig.replayed).isEmpty();
        assertThat(rig.append(10)).isGreaterThan(second + 1_000_000);
    }

    @Test
    void an_entry_longer_than_a_segment_gets_one_of_its_own() throws IOException {
        rig.append(100);
        assertThat(rig.tryAppend(JournalRig.payload(100_000, 1), 7, 3)).isEqualTo(Journal.BUSY);
        rig.append(200);
        rig.background.runAll();
        rig.append(JournalRig.payload(100_000, 1));
        rig.append(300);
        rig.append(JournalRig.payload(SEGMENT_BYTES - SegmentHeader.PAGE_BYTES - EntryFormat.HEADER_BYTES, 2));
        assertThat(rig.force()).isTrue();

        kill();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void appending_waits_for_nobody_when_no_segment_is_prepared() throws IOException {
        long position = rig.append(10);
        int appended = 0;
        while (position > 0) {
            position = rig.tryAppend(JournalRig.payload(1000, appended), 1, 2);
            appended++;
        }
        assertThat(position).isEqualTo(Journal.BUSY);
        assertThat(rig.journal.state()).isEqualTo(JournalState.RUNNING);

        rig.background.runAll();
        rig.append(1000);
        kill();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void released_segments_are_used_again_and_the_rest_of_them_deleted() throws IOException {
        fill(10);
        long used = rig.journal.bytesUsed();
        rig.journal.release(rig.journal.position());
        rig.background.runAll();

        assertThat(rig.journal.segmentCount()).isEqualTo(1);
        assertThat(rig.journal.bytesUsed()).isLessThan(used);
        assertThat(rig.disk.list(rig.directory).stream().filter(name -> name.endsWith(".spare")))
                .hasSize(2);
        long bytes = rig.journal.bytesUsed();
        long from = rig.journal.position();
        fill(2);
        assertThat(rig.disk.list(rig.directory)).noneMatch(name -> name.endsWith(".spare"));
        assertThat(rig.journal.bytesUsed()).isLessThanOrEqualTo(bytes + SEGMENT_BYTES);

        kill();
        rig.reopen(from, false);
        assertThat(rig.replayed).isEqualTo(rig.after(from));
        rig.background.runAll();
        assertThat(rig.journal.segmentCount()).isEqualTo(rig.report.entries() > 0 ? 4 : 1);
    }

    @Test
    void a_replay_from_before_what_was_released_is_refused_and_salvage_tells_what_is_missing() throws IOException {
        fill(4);
        long released = rig.journal.position();
        rig.journal.release(released);
        rig.background.runAll();
        rig.append(10);
        kill();

        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining(".journal at offset 0")
                .hasMessageContaining("from position 0 on")
                .hasMessageContaining("--salvage");
        rig.reopen(0, true);
        assertThat(rig.report.dropped()).hasSize(1);
        assertThat(rig.report.dropped().get(0).fromPosition()).isZero();
        assertThat(rig.appended).endsWith(rig.replayed.toArray(new JournalRig.Entry[0]));
        assertThat(rig.replayed).isNotEmpty();
    }

    @Test
    void who_waits_is_told_when_the_position_is_forced_and_at_once_when_it_is_already() {
        List<String> told = new ArrayList<>();
        long first = rig.append(100);
        long second = rig.append(100);
        rig.journal.whenDurable(second, (ticket, durable) -> told.add(ticket + " " + durable));
        rig.journal.whenDurable(first, (ticket, durable) -> told.add(ticket + " " + durable));
        assertThat(told).isEmpty();

        rig.background.runAll();
        assertThat(told).containsExactlyInAnyOrder(first + " true", second + " true");
        assertThat(rig.journal.durablePosition()).isGreaterThanOrEqualTo(second);
        told.clear();
        rig.journal.whenDurable(first, (ticket, durable) -> told.add(ticket + " " + durable));
        assertThat(told).containsExactly(first + " true");
    }

    @Test
    void closing_forces_what_somebody_waits_for_and_takes_no_more() throws IOException {
        List<Boolean> told = new ArrayList<>();
        long position = rig.append(100);
        rig.journal.whenDurable(position, (ticket, durable) -> told.add(durable));
        rig.journal.close();

        assertThat(told).containsExactly(true);
        assertThat(rig.journal.append(1, 1, new byte[1], 0, 1)).isEqualTo(Journal.REFUSED);
        assertThat(rig.journal.state()).isEqualTo(JournalState.CLOSED);
    }

    @Test
    void always_forces_after_each_append_with_one_task_for_many() throws IOException {
        reopenWith(SyncPolicy.ALWAYS);
        rig.append(10);
        rig.background.runAll();
        for (int i = 0; i < 10; i++) {
            rig.append(10);
        }
        assertThat(rig.background.queued()).isEqualTo(1);
        assertThat(rig.background.runOne()).isTrue();
        assertThat(rig.journal.durablePosition()).isEqualTo(rig.journal.position());
    }

    @Test
    void every_second_forces_within_a_second_and_never_only_when_asked() throws IOException {
        reopenWith(SyncPolicy.EVERY_SECOND);
        long position = rig.append(10);
        rig.background.runAll();
        assertThat(rig.journal.durablePosition()).isLessThan(position);
        rig.background.pass(JournalRig.SECOND);
        assertThat(rig.journal.durablePosition()).isGreaterThanOrEqualTo(position);

        reopenWith(SyncPolicy.NEVER);
        position = rig.append(10);
        rig.background.pass(10 * JournalRig.SECOND);
        assertThat(rig.journal.durablePosition()).isLessThan(position);
        rig.journal.requestForce();
        rig.background.runAll();
        assertThat(rig.journal.durablePosition()).isGreaterThanOrEqualTo(position);
    }

    @Test
    void after_a_force_no_append_touches_a_page_that_was_forced() {
        long position = rig.append(10);
        rig.force();
        long next = rig.append(10);
        assertThat((next - 24) / EntryFormat.PAGE_BYTES).isGreaterThan(position / EntryFormat.PAGE_BYTES);
        assertThat(rig.journal.durablePosition() % EntryFormat.PAGE_BYTES).isZero();
    }

    @Test
    void bytes_since_a_position_are_those_a_replay_would_read() throws IOException {
        long from = rig.append(100);
        assertThat(rig.journal.bytesSince(from)).isZero();
        long end = rig.append(100);
        assertThat(rig.journal.bytesSince(from)).isEqualTo(end - from);
        rig.journal.close();
        rig.reopen(from, false);
        assertThat(rig.journal.bytesSince(rig.journal.position())).isZero();
        assertThat(rig.journal.bytesSince(from)).isBetween(end - from, 4096L);
    }

    @Test
    void a_segment_of_another_journal_is_refused_by_name() throws IOException {
        rig.append(10);
        rig.journal.close();
        assertThatThrownBy(() -> Journal.open(
                        rig.disk,
                        rig.directory,
                        new UUID(1, 1),
                        rig.settings,
                        new ManualBackground(),
                        new ManualBackground()))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("0000000000000000.journal")
                .hasMessageContaining(JournalRig.IDENTITY.toString());
    }

    @Test
    void entries_out_of_bounds_are_refused_before_anything_happens() {
        long before = rig.journal.position();
        assertThatThrownBy(() -> rig.journal.append(0, 0, new byte[1], 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rig.journal.append(256, 0, new byte[1], 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rig.journal.append(1, 1 << 24, new byte[1], 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rig.journal.append(1, 0, new byte[1], 1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> rig.journal.whenDurable(before + 1, (ticket, durable) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(rig.journal.position()).isEqualTo(before);
    }

    private void reopenWith(SyncPolicy sync) throws IOException {
        rig.journal.close();
        rig.settings = new JournalSettings(SEGMENT_BYTES, sync, 2);
        rig.reopen(0, false);
    }

    private void fill(int segments) {
        int more = rig.journal.segmentCount() + segments;
        while (rig.journal.segmentCount() < more) {
            rig.append(500);
            rig.background.runAll();
        }
    }
}
