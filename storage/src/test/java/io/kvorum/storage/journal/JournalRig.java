package io.kvorum.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;

/** A journal for tests: what is appended is remembered, what is replayed can be compared. */
final class JournalRig {
    static final UUID IDENTITY = new UUID(0x1234, 0x5678);
    static final long SECOND = 1_000_000_000;

    /** An entry, equal if its bytes are. */
    record Entry(long position, int type, int partition, List<Byte> payload) {
        static Entry of(long position, int type, int partition, byte[] array, int offset, int length) {
            List<Byte> payload = new ArrayList<>(length);
            for (int i = 0; i < length; i++) {
                payload.add(array[offset + i]);
            }
            return new Entry(position, type, partition, payload);
        }

        int bytes() {
            return EntryFormat.entryBytes(payload.size());
        }

        long start() {
            return position - bytes();
        }

        @Override
        public String toString() {
            return "entry of " + payload.size() + " bytes up to " + position;
        }
    }

    final Disk disk;
    final Path directory;
    final List<Entry> appended = new ArrayList<>();
    final List<Entry> replayed = new ArrayList<>();
    JournalSettings settings;
    ManualBackground background = new ManualBackground();
    Journal journal;
    RecoveryReport report;

    JournalRig(Disk disk, Path directory, JournalSettings settings) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.settings = settings;
        this.journal = Journal.open(disk, directory, IDENTITY, settings, background, background);
        this.report = replay(0, false);
    }

    /** Opens it again, after the journal was closed or a crash was played. */
    RecoveryReport reopen(long from, boolean salvage) throws IOException {
        background = new ManualBackground();
        journal = Journal.open(disk, directory, IDENTITY, settings, background, background);
        report = replay(from, salvage);
        return report;
    }

    private RecoveryReport replay(long from, boolean salvage) throws IOException {
        replayed.clear();
        RecoveryReport found = journal.replay(from, salvage, this::visit);
        background.runAll();
        return found;
    }

    private void visit(long position, int type, int partition, byte[] array, int offset, int length) {
        replayed.add(Entry.of(position, type, partition, array, offset, length));
    }

    static Journal openWith(
            Disk disk, Path directory, JournalSettings settings, Background background, Background writing)
            throws IOException {
        return Journal.open(disk, directory, IDENTITY, settings, background, writing);
    }

    /** Appends and remembers; the background runs as long as the journal is busy. */
    long append(byte[] payload) {
        long position = tryAppend(payload, 7, 3);
        for (int i = 0; position == Journal.BUSY && i < 100; i++) {
            background.runAll();
            position = tryAppend(payload, 7, 3);
        }
        assertThat(position).as("position").isPositive();
        return position;
    }

    long tryAppend(byte[] payload, int type, int partition) {
        long position = journal.append(type, partition, payload, 0, payload.length);
        if (position > 0) {
            appended.add(Entry.of(position, type, partition, payload, 0, payload.length));
        }
        return position;
    }

    long append(int length) {
        return append(payload(length, appended.size()));
    }

    static byte[] payload(int length, long seed) {
        byte[] payload = new byte[length];
        new Random(seed).nextBytes(payload);
        return payload;
    }

    static byte[] filled(int length, int with) {
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) with);
        return payload;
    }

    boolean force() {
        return journal.forceNow();
    }

    List<Entry> after(long position) {
        return appended.stream().filter(entry -> entry.position() > position).toList();
    }

    List<Entry> upTo(long position) {
        return appended.stream().filter(entry -> entry.position() <= position).toList();
    }

    /** The file that holds a position which is in use. */
    Path fileOf(long position) throws IOException {
        for (Path path : segmentFiles()) {
            SegmentHeader header = headerOf(path);
            if (header.base() <= position && position < header.end()) {
                return path;
            }
        }
        throw new IllegalStateException("no file holds position " + position);
    }

    List<Path> segmentFiles() throws IOException {
        return disk.list(directory).stream()
                .filter(name -> name.endsWith(".journal"))
                .map(directory::resolve)
                .toList();
    }

    SegmentHeader headerOf(Path file) throws IOException {
        return Objects.requireNonNull(SegmentHeader.read(Arrays.copyOf(disk.readAll(file), SegmentHeader.PAGE_BYTES)));
    }
}
