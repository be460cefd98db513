package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.disk.Disk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appends from several threads, beside one that forces, prepares and releases, on the machine's disk. */
final class JournalThreadsTest {
    private static final int WRITERS = 4;
    private static final int ENTRIES_EACH = 20_000;
    private static final JournalSettings SETTINGS = new JournalSettings(1 << 18, SyncPolicy.ALWAYS, 2);

    @TempDir
    Path directory;

    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void entries_of_many_threads_are_all_there_each_threads_own_in_its_order() throws Exception {
        List<List<Long>> positions = new ArrayList<>();
        try (ThreadBackground background = new ThreadBackground();
                ThreadBackground writing = new ThreadBackground()) {
            Journal journal = JournalRig.openWith(Disk.system(), directory, SETTINGS, background, writing);
            journal.replay(0, false, (position, type, partition, array, offset, length) -> {});
            ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
            List<Future<List<Long>>> running = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int name = writer;
                running.add(threads.submit(() -> write(journal, name)));
            }
            for (Future<List<Long>> writer : running) {
                positions.add(writer.get(60, TimeUnit.SECONDS));
            }
            threads.shutdown();
            background.runAndWait(() -> assertThat(journal.forceNow()).isTrue());
        }
        assertThat(refused.get()).isZero();
        assertThat(told.get()).isEqualTo(WRITERS * ENTRIES_EACH / 100);

        int[] found = new int[WRITERS];
        long[] last = new long[1];
        try (ThreadBackground background = new ThreadBackground();
                ThreadBackground writing = new ThreadBackground()) {
            Journal journal = JournalRig.openWith(Disk.system(), directory, SETTINGS, background, writing);
            journal.replay(0, false, (position, type, partition, array, offset, length) -> {
                int writer = partition;
                assertThat(position).isGreaterThan(last[0]);
                last[0] = position;
                assertThat(position).isEqualTo(positions.get(writer).get(found[writer]));
                assertThat(ByteBuffer.wrap(array, offset, length).getInt()).isEqualTo(found[writer]);
                assertThat(length).isEqualTo(length(found[writer]));
                found[writer]++;
            });
        }
        assertThat(found).containsOnly(ENTRIES_EACH);
    }

    private static int length(int entry) {
        return 4 + entry % 300;
    }

    private List<Long> write(Journal journal, int writer) {
        List<Long> positions = new ArrayList<>();
        byte[] payload = new byte[length(299)];
        for (int i = 0; i < ENTRIES_EACH; i++) {
            ByteBuffer.wrap(payload).putInt(i);
            long position = journal.append(1, writer, payload, 0, length(i));
            while (position == Journal.BUSY) {
                Thread.onSpinWait();
                position = journal.append(1, writer, payload, 0, length(i));
            }
            assertThat(position).isPositive();
            positions.add(position);
            if (i % 100 == 0) {
                journal.whenDurable(position, (ticket, durable) -> (durable ? told : refused).incrementAndGet());
            }
        }
        return positions;
    }

    @Test
    void a_force_that_takes_long_keeps_nobody_from_appending() throws Exception {
        ManualBackground stuck = new ManualBackground();
        try (ThreadBackground writing = new ThreadBackground()) {
            Journal journal = JournalRig.openWith(Disk.system(), directory, SETTINGS, stuck, writing);
            journal.replay(0, false, (position, type, partition, array, offset, length) -> {});
            stuck.runAll();
            byte[] payload = new byte[1000];
            // More than is staged, and less than the segments that are prepared take.
            long end = journal.position() + SETTINGS.stagingBytes() + 100_000;
            while (journal.position() < end) {
                long position = journal.append(1, 1, payload, 0, payload.length);
                if (position == Journal.BUSY) {
                    Thread.onSpinWait();
                } else {
                    assertThat(position).isPositive();
                }
            }
            journal.close();
        }
    }
}
