package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens at a start to files that are not as they were left. */
final class JournalDamageTest {
    private static final int SEGMENT_BYTES = 16384;

    private final FaultyDisk disk = new FaultyDisk(512);
    private JournalRig rig;

    @BeforeEach
    void open() throws IOException {
        rig = new JournalRig(disk, Path.of("/journal"), new JournalSettings(SEGMENT_BYTES, SyncPolicy.NEVER, 2));
    }

    @Test
    void damage_below_what_was_forced_stops_the_start_with_file_and_offset() throws IOException {
        fill(40);
        rig.force();
        Path file = damage(rig.appended.get(10));
        disk.killProcess();

        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOfSatisfying(JournalCorruptException.class, damaged -> {
                    assertThat(damaged.file()).isEqualTo(file.toString());
                    assertThat(damaged.offset()).isEqualTo(rig.appended.get(10).start() - baseOf(file));
                })
                .hasMessageContaining("--salvage");
    }

    @Test
    void damage_below_a_checkpoint_does_not_matter() throws IOException {
        fill(40);
        rig.force();
        damage(rig.appended.get(10));
        disk.killProcess();
        long from = rig.appended.get(20).position();

        rig.reopen(from, false);
        assertThat(rig.replayed).isEqualTo(rig.after(from));
    }

    @Test
    void a_torn_tail_is_cut_and_what_follows_begins_elsewhere() throws IOException {
        fill(3);
        rig.force();
        fill(20);
        damage(rig.appended.get(9));
        forgetStaged();
        long end = rig.journal.position();
        disk.killProcess();

        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended.subList(0, 9));
        assertThat(rig.report.endPosition()).isEqualTo(rig.appended.get(8).position());
        rig.appended.subList(9, rig.appended.size()).clear();
        assertThat(rig.append(100)).isGreaterThan(end);
        disk.killProcess();

        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void segments_after_a_cut_are_gone_for_good_even_if_the_process_dies_before_they_are_deleted() throws IOException {
        fill(40);
        assertThat(rig.segmentFiles().size()).isGreaterThan(3);
        damage(rig.appended.get(5));
        forgetStaged();
        disk.killProcess();

        ManualBackground never = new ManualBackground();
        Journal journal = JournalRig.openWith(disk, rig.directory, rig.settings, never, never);
        journal.replay(0, false, (position, type, partition, array, offset, length) -> {});
        disk.killProcess();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended.subList(0, 5));
    }

    @Test
    void salvage_drops_what_is_damaged_says_so_and_goes_on_behind_it() throws IOException {
        fill(40);
        rig.force();
        JournalRig.Entry lost = rig.appended.get(10);
        Path file = damage(lost);
        disk.killProcess();

        rig.reopen(0, true);
        rig.appended.remove(lost);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.dropped()).hasSize(1);
        RecoveryReport.Dropped dropped = rig.report.dropped().get(0);
        assertThat(dropped.file()).isEqualTo(file);
        assertThat(dropped.fromPosition()).isEqualTo(lost.start());
        assertThat(dropped.toPosition()).isEqualTo(lost.position());
        assertThat(rig.report.closedCleanly()).isFalse();

        rig.append(10);
        long checkpoint = rig.journal.position();
        rig.journal.release(checkpoint);
        rig.background.runAll();
        rig.append(20);
        disk.killProcess();
        rig.reopen(checkpoint, false);
        assertThat(rig.replayed).isEqualTo(rig.after(checkpoint));
    }

    @Test
    void damage_in_what_was_forced_before_the_last_force_is_found_even_if_only_the_entries_tell() throws IOException {
        fill(3);
        rig.force();
        fill(3);
        rig.force();
        fill(3);
        rig.force();
        forgetWhatStagingSaysIsDurable();
        damage(rig.appended.get(4));
        disk.losePower(new Random(3));

        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("position " + rig.appended.get(6).start() + " had been forced");
    }

    @Test
    void a_staging_that_is_gone_or_not_whole_stops_the_start_and_salvage_says_so() throws IOException {
        fill(3);
        rig.force();
        byte[] kept = staging().clone();
        staging()[20]++;
        disk.killProcess();
        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("/journal/staging at offset 0: found no header that is whole");
        disk.delete(rig.directory.resolve("staging"));
        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("/journal/staging at offset 0: found no file");

        rig.reopen(0, true);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.dropped()).hasSize(1);
        assertThat(rig.report.dropped().get(0).reason()).contains("appended last");
        assertThat(staging()).hasSameSizeAs(kept);
    }

    @Test
    void segments_that_are_all_gone_are_missed_by_the_staging() throws IOException {
        fill(3);
        rig.force();
        for (Path file : rig.segmentFiles()) {
            disk.delete(file);
        }
        disk.killProcess();
        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("/journal/staging");
        rig.reopen(0, true);
        assertThat(rig.replayed).isEmpty();
        assertThat(rig.report.dropped()).hasSize(1);
    }

    @Test
    void a_journal_closed_in_order_needs_no_staging() throws IOException {
        fill(3);
        rig.journal.close();
        disk.delete(rig.directory.resolve("staging"));
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void a_staging_of_another_journal_is_refused_by_name() throws IOException {
        fill(3);
        StagingHeader.of(new UUID(1, 1), SEGMENT_BYTES, 0).writeFixed(ByteBuffer.wrap(staging()));
        disk.killProcess();
        assertThatThrownBy(() -> rig.reopen(0, true))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("/journal/staging belongs to journal " + new UUID(1, 1));
    }

    @Test
    void one_damaged_slot_of_a_header_changes_nothing() throws IOException {
        fill(40);
        rig.force();
        for (Path file : rig.segmentFiles()) {
            disk.bytes(file)[50]++;
        }
        disk.killProcess();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void a_segment_without_a_header_stops_the_start_and_is_salvaged_by_its_neighbours() throws IOException {
        fill(60);
        rig.force();
        List<Path> files = rig.segmentFiles();
        for (Path file : List.of(files.get(0), files.get(2))) {
            Arrays.fill(disk.bytes(file), 0, EntryFormat.PAGE_BYTES, (byte) 0);
        }
        disk.killProcess();

        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining(files.get(0).toString())
                .hasMessageContaining("both damaged");
        rig.reopen(0, true);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.dropped()).isEmpty();
    }

    @Test
    void a_missing_segment_stops_the_start_and_salvage_says_what_it_held() throws IOException {
        fill(60);
        rig.force();
        Path gone = rig.segmentFiles().get(1);
        long from = baseOf(gone);
        long to = from + SEGMENT_BYTES;
        disk.delete(gone);
        disk.killProcess();

        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("0000000000000002.journal")
                .hasMessageContaining("a segment before it is missing");
        rig.reopen(0, true);
        rig.appended.removeIf(entry -> entry.position() > from && entry.position() <= to);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.dropped().get(0).fromPosition()).isEqualTo(from);
        assertThat(rig.report.dropped().get(0).toPosition()).isEqualTo(to);
    }

    @Test
    void a_missing_last_segment_is_noticed_by_those_prepared_behind_it() throws IOException {
        fill(25);
        rig.force();
        List<Path> files = rig.segmentFiles();
        disk.delete(files.get(files.size() - 3));
        disk.killProcess();
        assertThatThrownBy(() -> rig.reopen(0, false)).isInstanceOf(JournalCorruptException.class);
    }

    @Test
    void a_file_that_was_cut_off_stops_the_start_and_is_salvaged_up_to_there() throws IOException {
        fill(40);
        rig.force();
        Path file = rig.segmentFiles().get(1);
        long base = baseOf(file);
        disk.cut(file, 9000);
        disk.killProcess();

        assertThatThrownBy(() -> rig.reopen(0, false))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining(file + " at offset 9000");
        rig.reopen(0, true);
        rig.appended.removeIf(entry -> entry.position() > base + 9000 && entry.position() <= base + SEGMENT_BYTES);
        assertThat(rig.replayed).isEqualTo(rig.appended);
        assertThat(rig.report.dropped()).hasSize(1);
    }

    @Test
    void a_later_format_is_refused_by_name_even_under_salvage() throws IOException {
        fill(3);
        Path file = rig.segmentFiles().get(0);
        disk.bytes(file)[11] = 2;
        disk.bytes(file)[2048 + 11] = 2;
        disk.killProcess();
        assertThatThrownBy(() -> rig.reopen(0, true))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("format 2");
    }

    @Test
    void bytes_of_a_segments_earlier_life_or_of_another_place_are_never_taken_for_entries() throws IOException {
        fill(40);
        long checkpoint = rig.journal.position();
        rig.journal.release(checkpoint);
        rig.background.runAll();
        fill(20);
        rig.force();
        JournalRig.Entry first = rig.appended.get(45);
        JournalRig.Entry second = rig.appended.get(46);
        assertThat(first.bytes()).isEqualTo(second.bytes());
        Path file = rig.fileOf(first.start());
        long base = baseOf(file);
        byte[] bytes = disk.bytes(file);
        assertThat(rig.fileOf(second.start())).isEqualTo(file);
        System.arraycopy(bytes, (int) (first.start() - base), bytes, (int) (second.start() - base), first.bytes());
        disk.killProcess();

        rig.reopen(checkpoint, true);
        rig.appended.remove(second);
        assertThat(rig.replayed).isEqualTo(rig.after(checkpoint));
        assertThat(rig.report.dropped()).hasSize(1);
    }

    @Test
    void what_a_force_that_failed_left_clean_in_memory_is_written_again_at_the_next_start() throws IOException {
        fill(3);
        disk.setForcesFail(true);
        assertThat(rig.force()).isFalse();
        disk.setForcesFail(false);
        disk.killProcess();
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);

        disk.losePower(new Random(1));
        rig.reopen(0, false);
        assertThat(rig.replayed).isEqualTo(rig.appended);
    }

    @Test
    void the_bytes_of_headers_and_entries_stay_as_they_are_written_down() throws IOException {
        rig.tryAppend(new byte[] {1, 2, 3, 4, 5}, 7, 0x010203);
        rig.force();
        byte[] file = disk.bytes(rig.segmentFiles().get(0));
        assertThat(hex(file, 0, 96))
                .isEqualTo("4b564a4f55524e4c 0000000100000000 0000000000000000 0000000000000000"
                        + " 0000000000001000 0000000000004000 0000000000000000 0000000000000000"
                        + " 0000000000001000 0000000000001234 0000000000005678 000000006a70f382");
        assertThat(hex(file, 4096, 24)).isEqualTo("00000005736c83f0 0701020301020304 0500000000000000");
        assertThat(hex(file, 4120, 24)).isEqualTo("00000fdc6ac72101 0000000000000000 0000200000000000");
        assertThat(hex(staging(), 0, 40))
                .isEqualTo("4b5653544147494e 0000000100008000 0000000000001234 0000000000005678 00000000ac80495d");
        assertThat(hex(staging(), 1024, 24)).isEqualTo("0000000000000002 0000000000002000 0000000058953079");
    }

    private static String hex(byte[] bytes, int at, int length) {
        StringBuilder text = new StringBuilder();
        ByteBuffer from = ByteBuffer.wrap(bytes, at, length);
        while (from.hasRemaining()) {
            text.append(text.length() == 0 ? "" : " ").append(String.format("%016x", from.getLong()));
        }
        return text.toString();
    }

    private void fill(int entries) {
        for (int i = 0; i < entries; i++) {
            rig.append(1000);
        }
        rig.background.runAll();
    }

    private long baseOf(Path file) {
        try {
            return rig.headerOf(file).base();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private void forgetStaged() {
        Arrays.fill(staging(), StagingHeader.PAGE_BYTES, staging().length, (byte) 0);
    }

    private void forgetWhatStagingSaysIsDurable() {
        Arrays.fill(staging(), 1024, StagingHeader.PAGE_BYTES, (byte) 0);
    }

    private byte[] staging() {
        return disk.bytes(rig.directory.resolve("staging"));
    }

    private Path damage(JournalRig.Entry entry) throws IOException {
        Path file = rig.fileOf(entry.start());
        disk.bytes(file)[(int) (entry.start() - baseOf(file)) + 100] ^= 4;
        return file;
    }
}
