package io.kvorum.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.ring.EventId;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.Partitioner;
import io.kvorum.ring.history.Birth;
import io.kvorum.ring.history.Compaction;
import io.kvorum.ring.history.Event;
import io.kvorum.ring.history.History;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryFileTest {
    private static final NodeId A = NodeId.of(1, 1);
    private static final History BORN = History.EMPTY.with(
            new Birth("c", "", List.of(MemberSpec.parse("n1@127.0.0.1:7379")), 8, Partitioner.SLOTS, 3).events());

    @TempDir
    private Path path;

    private DataDirectory directory;

    @BeforeEach
    void open() {
        directory = DataDirectory.open(Disk.system(), path);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void what_was_added_is_there_after_a_restart_and_the_whole_file_was_not_touched() throws IOException {
        History history = written(3);
        byte[] whole = Files.readAllBytes(path.resolve("history"));
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(history);
        History grown = with(history, "x");
        HistoryFile.open(directory).grow(grown);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(grown);
        assertThat(Files.readAllBytes(path.resolve("history"))).isEqualTo(whole);
    }

    @Test
    void crash_at_any_byte_of_what_is_added_leaves_all_that_was_told_of_and_room_for_more() throws IOException {
        List<History> steps = new ArrayList<>(List.of(BORN));
        List<Integer> ends = new ArrayList<>(List.of(0));
        HistoryFile file = HistoryFile.open(directory);
        file.replace(BORN);
        for (int step = 0; step < 3; step++) {
            steps.add(with(with(steps.get(step), "a" + step), "b" + step));
            file.grow(steps.get(step + 1));
            ends.add((int) Files.size(news()));
        }
        byte[] born = Files.readAllBytes(path.resolve("history"));
        byte[] bytes = Files.readAllBytes(news());
        for (int length = 0; length <= bytes.length; length++) {
            int durable = 0;
            while (durable + 1 < ends.size() && ends.get(durable + 1) <= length) {
                durable++;
            }
            // Blocks may come to the disk in any order: beyond the tear there may be anything.
            for (int rest : List.of(0, 5, bytes.length - length)) {
                byte[] torn = Arrays.copyOf(bytes, Math.min(bytes.length, length + rest));
                for (int at = length; at < torn.length; at++) {
                    torn[at] = (byte) ~bytes[at];
                }
                Files.write(path.resolve("history"), born);
                Files.write(news(), torn);
                HistoryFile opened = HistoryFile.open(directory);
                assertThat(opened.onDisk()).as("torn at byte %d", length).isEqualTo(steps.get(durable));
                assertThat(news())
                        .as("a start needs no disk that takes anything")
                        .hasBinaryContent(torn);
                History more = with(steps.get(durable), "more");
                opened.grow(more);
                assertThat(HistoryFile.open(directory).onDisk())
                        .as("torn at byte %d", length)
                        .isEqualTo(more);
            }
        }
    }

    @Test
    void any_damage_with_an_entry_behind_it_is_no_tear_and_refused_with_its_place() throws IOException {
        HistoryFile file = HistoryFile.open(directory);
        file.replace(BORN);
        History first = with(BORN, "first");
        file.grow(first);
        int end = (int) Files.size(news());
        file.grow(with(first, "second"));
        byte[] bytes = Files.readAllBytes(news());
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 4;
            Files.write(news(), damaged);
            if (at < end) {
                assertThatThrownBy(() -> HistoryFile.open(directory))
                        .as("byte %d", at)
                        .isInstanceOf(StartException.class)
                        .hasMessageContaining("history-news")
                        .hasMessageContaining("no entry at byte 0, but one at byte " + end);
            } else {
                assertThat(HistoryFile.open(directory).onDisk())
                        .as("byte %d", at)
                        .isEqualTo(first);
            }
        }
    }

    @Test
    void once_what_came_since_is_the_longer_part_all_is_written_anew_and_the_rest_begins_from_nothing()
            throws IOException {
        HistoryFile file = HistoryFile.open(directory);
        file.replace(BORN);
        History history = BORN;
        long longest = 0;
        int wholes = 0;
        long wholeBefore = Files.size(path.resolve("history"));
        for (int i = 0; i < 200; i++) {
            history = with(history, "x".repeat(2000));
            file.grow(history);
            longest = Math.max(longest, Files.exists(news()) ? Files.size(news()) : 0);
            long whole = Files.size(path.resolve("history"));
            wholes += whole == wholeBefore ? 0 : 1;
            wholeBefore = whole;
        }
        assertThat(wholes).isBetween(2, 4);
        assertThat(longest).isGreaterThan(64 * 1024).isLessThan(300_000);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(history);
    }

    @Test
    void crash_after_all_was_written_anew_and_before_the_rest_went_does_no_harm() throws IOException {
        History history = written(3);
        byte[] news = Files.readAllBytes(news());
        HistoryFile.open(directory).replace(history);
        assertThat(news()).doesNotExist();
        Files.write(news(), news);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(history);
    }

    @Test
    void what_the_disk_did_not_take_is_not_counted_as_there_and_the_next_attempt_writes_it() throws IOException {
        HistoryFile file = HistoryFile.open(directory);
        file.replace(BORN);
        Files.createDirectory(news());
        History grown = with(BORN, "x");
        assertThatThrownBy(() -> file.grow(grown))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("history-news");
        assertThat(file.onDisk()).isEqualTo(BORN);
        file.grow(grown);
        assertThat(file.onDisk()).isEqualTo(grown);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(grown);
    }

    @Test
    void file_that_somebody_else_has_cut_or_lengthened_is_not_written_to() throws IOException {
        HistoryFile file = HistoryFile.open(directory);
        file.replace(BORN);
        History first = with(BORN, "first");
        file.grow(first);
        Files.write(news(), new byte[3]);
        assertThatThrownBy(() -> file.grow(with(first, "second")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("3 bytes long");
        assertThat(file.onDisk()).isEqualTo(first);
        file.grow(with(first, "third"));
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(with(first, "third"));
    }

    @Test
    void news_without_what_they_were_added_to_are_refused() throws IOException {
        written(1);
        Files.delete(path.resolve("history"));
        assertThatThrownBy(() -> HistoryFile.open(directory))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("is missing beside history-news");
    }

    @Test
    void compacted_history_is_written_anew_and_what_a_crash_left_of_the_news_is_void() throws IOException {
        History history = written(9);
        byte[] news = Files.readAllBytes(news());
        HistoryFile file = HistoryFile.open(directory);
        History compacted = compacted(history);
        file.grow(compacted);
        assertThat(news()).doesNotExist();
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(compacted);
        Files.write(news(), news);
        History read = Objects.requireNonNull(HistoryFile.open(directory).onDisk());
        assertThat(read).isEqualTo(compacted);
        History grown = with(read, "more");
        HistoryFile.open(directory).grow(grown);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(grown);
    }

    @Test
    void disk_that_does_not_take_the_compacted_history_leaves_the_long_one() throws IOException {
        History history = written(9);
        HistoryFile file = HistoryFile.open(directory);
        Path temporary = path.resolve("history.tmp");
        Files.createDirectory(temporary);
        History compacted = compacted(history);
        assertThatThrownBy(() -> file.grow(compacted)).isInstanceOf(UncheckedIOException.class);
        assertThat(file.onDisk()).isEqualTo(history);
        Files.delete(temporary);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(history);
        file.grow(compacted);
        assertThat(HistoryFile.open(directory).onDisk()).isEqualTo(compacted);
    }

    private static History compacted(History history) {
        EventId end = Objects.requireNonNull(Compaction.end(history, 2));
        return history.with(
                List.of(Compaction.of(history, history.nextId(0, A), end).orElseThrow()));
    }

    private History written(int events) {
        HistoryFile file = HistoryFile.open(directory);
        file.replace(BORN);
        History history = BORN;
        for (int i = 0; i < events; i++) {
            history = with(history, "v" + i);
            file.grow(history);
        }
        return history;
    }

    private static History with(History history, String value) {
        return history.with(List.of(new Event.Configured(history.nextId(0, A), "color", value)));
    }

    private Path news() {
        return path.resolve("history-news");
    }
}
