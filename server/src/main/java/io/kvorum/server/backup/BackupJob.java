package io.kvorum.server.backup;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.command.admin.BackupStatus;
import io.kvorum.server.command.admin.BackupStatus.State;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One backup, step by step: each writes or reads back about a megabyte, and the next one waits as long as the budget
 * wants.
 *
 * <pre>
 *   WRITING ── all partitions ──► VERIFYING ── all compared ──► manifest ──► DONE
 *      └──────── a failure, or cancelled ────────┘──► what was written is deleted ──► FAILED, CANCELLED
 * </pre>
 *
 * <p>What it has: every partition is scanned after the backup began, and a scan misses no record that is there throughout;
 * so all that was acknowledged before is in it, as it was or newer.
 *
 * <p>Owned by the background thread. Any thread may cancel it, and read the status that it publishes.
 */
final class BackupJob {
    private static final Logger LOG = LoggerFactory.getLogger(BackupJob.class);
    private static final long STEP_BYTES = 1 << 20;
    private static final int STEP_CHUNKS = 256;
    private static final int CHUNK_RECORDS = 64;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MILLI_NANOS = 1_000_000L;

    private final BackupOrigin origin;
    private final Disk disk;
    private final Path directory;
    private final UUID backupId;
    private final BackupSettings settings;
    private final Background thread;
    private final StorageEngine engine;
    private final Partitioner partitioner;
    private final BackupWriter writer;
    private final List<PartitionDigest> digests = new ArrayList<>();
    private final List<byte[]> chunk = new ArrayList<>();
    private final long beganNanos;

    /** Volatile instead of handed over: any thread may ask for it, and the next step looks. */
    private volatile boolean cancelled;

    /** Volatile: any loop reads the latest, one thread writes. */
    private volatile BackupStatus status;

    private long phaseBeganNanos;
    private long beginStamp;
    private int partition;
    private long cursor;
    private boolean partitionBegun;
    private long flushedUpTo;

    /** Null until everything is written. */
    private @Nullable Verification verification;

    /** What is read back, and what it is compared with. */
    private record Verification(BackupReader reader, Manifest manifest) {}

    BackupJob(
            BackupOrigin origin, Disk disk, Path directory, UUID backupId, BackupSettings settings, Background thread) {
        this.origin = origin;
        this.disk = disk;
        this.directory = directory;
        this.backupId = backupId;
        this.settings = settings;
        this.thread = thread;
        this.engine = origin.engine();
        this.partitioner = origin.founded().ring().partitioner();
        this.writer = new BackupWriter(disk, directory, backupId, settings);
        this.beganNanos = thread.nanoTime();
        this.phaseBeganNanos = beganNanos;
        this.status = new BackupStatus(State.WRITING, directory.toString(), 0, engine.recordCount(), 0, 0, 0, -1, "");
    }

    BackupStatus status() {
        return status;
    }

    void cancel() {
        cancelled = true;
    }

    /** Begins; the rest follows by itself. */
    void begin() {
        beginStamp = origin.stamps().current();
        try {
            if (disk.exists(directory) && !disk.list(directory).isEmpty()) {
                end(State.FAILED, directory + " is not empty: a backup replaces nothing, name a new directory");
                return;
            }
            disk.createDirectories(directory);
        } catch (IOException | RuntimeException | Error failure) {
            end(State.FAILED, directory + " cannot be used: " + failure);
            return;
        }
        LOG.info("backup to {} begins: {} records", directory, status.recordsTotal());
        step();
    }

    private void step() {
        long fromNanos = thread.nanoTime();
        long before = writer.bytes() + readBytes();
        try {
            if (cancelled) {
                delete();
                end(State.CANCELLED, "");
                return;
            }
            Verification verifying = verification;
            if (verifying == null) {
                write();
            } else if (verify(verifying)) {
                end(State.DONE, "");
                return;
            }
        } catch (IOException | RuntimeException | Error failure) {
            fail(failure);
            return;
        }
        publish();
        long bytes = writer.bytes() + readBytes() - before;
        long dueNanos = bytes * SECOND_NANOS / settings.bytesPerSecond();
        thread.schedule(Math.max(0, dueNanos - (thread.nanoTime() - fromNanos)), this::step);
    }

    /** Writes a part; begins to verify once everything is written. */
    private void write() throws IOException {
        long until = writer.bytes() + STEP_BYTES;
        for (int chunks = 0; chunks < STEP_CHUNKS && writer.bytes() < until; chunks++) {
            if (partition == engine.partitions()) {
                beginToVerify();
                return;
            }
            writeChunk();
        }
    }

    private void writeChunk() throws IOException {
        if (!partitionBegun) {
            partitionBegun = true;
            writer.beginPartition(partition);
            // Before the scan: what a flush takes meanwhile may be there, and then the copy must not say it is flushed.
            flushedUpTo = engine.flushedUpTo(partition);
        }
        cursor = engine.scan(partition, cursor, CHUNK_RECORDS, chunk::add);
        for (byte[] record : distinct(chunk)) {
            byte[] whole = RecordBytes.lacksBytes(record)
                    ? engine.readWhole(partition, positionHigh(record), RecordBytes.key(record))
                    : record;
            if (whole != null) {
                writer.put(whole);
            }
        }
        chunk.clear();
        if (cursor == StorageEngine.SCAN_DONE) {
            digests.add(writer.endPartition(engine.actor(partition), engine.isSettled(partition), flushedUpTo));
            partition++;
            cursor = 0;
            partitionBegun = false;
        }
    }

    /** In the order of positions; of a key that went and came back under the scan, the later. */
    private List<byte[]> distinct(List<byte[]> records) {
        records.sort(this::compare);
        List<byte[]> kept = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            if (i + 1 == records.size() || compare(records.get(i), records.get(i + 1)) != 0) {
                kept.add(records.get(i));
            }
        }
        return kept;
    }

    private int compare(byte[] a, byte[] b) {
        int byPosition = Long.compareUnsigned(positionHigh(a), positionHigh(b));
        return byPosition != 0
                ? byPosition
                : Arrays.compareUnsigned(
                        a,
                        RecordBytes.KEY_AT,
                        RecordBytes.KEY_AT + RecordBytes.keyLength(a),
                        b,
                        RecordBytes.KEY_AT,
                        RecordBytes.KEY_AT + RecordBytes.keyLength(b));
    }

    private long positionHigh(byte[] record) {
        return partitioner.high(record, RecordBytes.KEY_AT, RecordBytes.keyLength(record));
    }

    private void beginToVerify() throws IOException {
        List<DataFile> files = writer.finish();
        long endStamp = Math.max(origin.stamps().newest(), beginStamp);
        Manifest made = origin.manifest(backupId, beginStamp, endStamp, digests, files);
        verification = new Verification(new BackupReader(disk, directory, made), made);
        phaseBeganNanos = thread.nanoTime();
    }

    /** Reads a part back; the manifest is written once everything was compared. Returns whether that was it. */
    private boolean verify(Verification verifying) throws IOException {
        BackupReader reader = verifying.reader;
        long until = reader.bytes() + STEP_BYTES;
        while (reader.bytes() < until) {
            if (!reader.next((of, high, record) -> {})) {
                Manifest made = verifying.manifest;
                made.write(disk, directory);
                if (!Arrays.equals(Manifest.read(disk, directory).encode(), made.encode())) {
                    throw new BackupDamagedException(
                            directory.resolve(Manifest.FILE), 0, "it reads other than it was written");
                }
                return true;
            }
        }
        return false;
    }

    private void fail(Throwable failure) {
        String problem = String.valueOf(failure.getMessage() == null ? failure : failure.getMessage());
        if (!(failure instanceof IOException)) {
            LOG.error("backup to {} failed", directory, failure);
        }
        try {
            delete();
        } catch (IOException second) {
            problem += "; and what was written cannot be deleted: " + second;
        }
        end(State.FAILED, problem);
    }

    /** Deletes what was written; the manifest first, lest the rest pass for a backup. */
    private void delete() throws IOException {
        writer.close();
        Verification verifying = verification;
        if (verifying != null) {
            verifying.reader.close();
        }
        List<String> names = new ArrayList<>(List.of(Manifest.FILE, Manifest.FILE + ".tmp"));
        names.addAll(writer.names());
        for (String name : names) {
            if (disk.exists(directory.resolve(name))) {
                disk.delete(directory.resolve(name));
            }
        }
        disk.forceDirectory(directory);
    }

    private long readBytes() {
        Verification verifying = verification;
        return verifying == null ? 0 : verifying.reader.bytes();
    }

    private void end(State state, String problem) {
        publish();
        BackupStatus last = status;
        status = new BackupStatus(
                state,
                last.directory(),
                last.records(),
                last.recordsTotal(),
                last.bytes(),
                last.bytesTotal(),
                last.elapsedMillis(),
                -1,
                problem);
        if (state == State.FAILED) {
            LOG.error("backup to {} failed: {}", directory, problem);
        } else {
            LOG.info("backup to {} is {}: {} records, {} bytes", directory, state, last.records(), last.bytes());
        }
    }

    private void publish() {
        Verification verifying = verification;
        if (verifying == null) {
            publish(State.WRITING, writer.records(), engine.recordCount(), writer.bytes(), 0);
        } else {
            publish(
                    State.VERIFYING,
                    verifying.reader.records(),
                    verifying.manifest.records(),
                    verifying.reader.bytes(),
                    verifying.manifest.bytes());
        }
    }

    private void publish(State state, long records, long expected, long bytes, long bytesTotal) {
        long nowNanos = thread.nanoTime();
        // Records come and go while it writes.
        long recordsTotal = Math.max(expected, records);
        double nanosEach = records == 0 ? 0 : (double) (nowNanos - phaseBeganNanos) / records;
        status = new BackupStatus(
                state,
                directory.toString(),
                records,
                recordsTotal,
                bytes,
                bytesTotal,
                (nowNanos - beganNanos) / MILLI_NANOS,
                records == 0 ? -1 : (long) (nanosEach * (recordsTotal - records) / SECOND_NANOS),
                "");
    }
}
