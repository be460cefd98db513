package io.kvorum.server.backup;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.Ring;
import io.kvorum.server.data.DataDirectory;
import io.kvorum.server.life.NodeStorage;
import io.kvorum.server.life.RestoreMark;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.StartException;
import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.checkpoint.XodusCheckpointStore;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.StoreFiller;
import io.kvorum.storage.version.RecordBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Makes a data directory from a backup: the same node, with the records that it had, in copies that are unsettled and
 * under new actors. One thread, no node running.
 *
 * <pre>
 *   compare everything ──► mark the directory ──► clock, history, identity ──► records ──► compare them ──► unmark
 * </pre>
 */
final class Restore {
    private static final long STORE_CACHE_BYTES = 64L << 20;
    private static final int BATCH_RECORDS = 16_384;
    private static final long BATCH_BYTES = 32L << 20;
    private static final int SCAN_RECORDS = 4_096;
    private static final long TELL_NANOS = 1_000_000_000L;

    private final Disk disk;
    private final Path backup;
    private final Clock clock;
    private final RandomGenerator random;
    private final Progress progress;
    private final LongSupplier nanoClock;
    private long toldNanos;

    /** Told about once a second, and when a phase ends. */
    @FunctionalInterface
    interface Progress {
        /**
         * How far a phase is.
         *
         * @param phase for people
         * @param records done
         * @param recordsTotal of the backup
         * @param bytes done; 0 if that is not known
         */
        void at(String phase, long records, long recordsTotal, long bytes);
    }

    Restore(Disk disk, Path backup, Clock clock, RandomGenerator random, Progress progress) {
        this.disk = disk;
        this.backup = backup;
        this.clock = clock;
        this.random = random;
        this.progress = progress;
        this.nanoClock = clock::nanoTime;
        this.toldNanos = clock.nanoTime();
    }

    /**
     * Compares all that the backup has with its manifest.
     *
     * @return the manifest
     * @throws BackupDamagedException if anything is not as it was written
     */
    Manifest verify() throws IOException {
        Manifest manifest = Manifest.read(disk, backup);
        read("verified", manifest, (partition, positionHigh, record) -> {});
        return manifest;
    }

    /**
     * Makes the data directory.
     *
     * @param directory holds nothing, or is not there
     * @param force whether to delete what an earlier restore left there that was cut off
     * @return the manifest
     * @throws StartException if the backup is too old for its cluster, or the directory holds something
     * @throws BackupDamagedException if the backup is not as it was written
     * @throws IOException if the disk fails; the directory is marked as half restored then
     */
    Manifest into(Path directory, boolean force) throws IOException {
        Manifest manifest = Manifest.read(disk, backup);
        RestoreMark mark = new RestoreMark(manifest.beginStamp(), manifest.endStamp(), manifest.graceMillis());
        String refusal = mark.refusal(manifest.ring(), manifest.node(), clock.wallMillis());
        if (refusal != null) {
            throw new StartException(refusal);
        }
        DataDirectory.checkToRestore(disk, directory, force);
        read("verified", manifest, (partition, positionHigh, record) -> {});
        try (DataDirectory data = DataDirectory.openToRestore(disk, directory, force)) {
            Path records = NodeStorage.restore(data, mark);
            Founded.restore(
                    data,
                    manifest.node(),
                    manifest.nodeName(),
                    manifest.cluster(),
                    manifest.clusterName(),
                    manifest.history());
            try (CheckpointStore store = XodusCheckpointStore.open(disk, records, STORE_CACHE_BYTES, nanoClock)) {
                fill(store, manifest);
            }
            try (CheckpointStore store = XodusCheckpointStore.open(disk, records, STORE_CACHE_BYTES, nanoClock)) {
                compare(store, manifest);
            }
            data.restored();
        }
        return manifest;
    }

    private void fill(CheckpointStore store, Manifest manifest) throws IOException {
        StoreFiller filler = new StoreFiller(store, BATCH_RECORDS, BATCH_BYTES);
        read("restored", manifest, filler::put);
        long[] flushed = manifest.digests().stream()
                .mapToLong(PartitionDigest::flushedUpTo)
                .toArray();
        filler.finish(flushed, random);
    }

    /** Looks whether the store gives back what was put: as many records in each partition, with the same sum. */
    private void compare(CheckpointStore store, Manifest manifest) throws IOException {
        Ring ring = manifest.ring();
        long done = 0;
        for (int partition = 0; partition < ring.partitions(); partition++) {
            Tally tally = new Tally();
            CheckpointStore.Scan scan = new CheckpointStore.Scan(false, 0);
            try {
                while (!scan.done()) {
                    scan = store.scan(partition, scan.nextPositionHigh(), SCAN_RECORDS, tally::add);
                    tell("compared", done + tally.records, manifest.records(), 0, false);
                }
            } catch (DecodeException damaged) {
                throw new IOException(
                        "a record in partition " + partition + " does not come back as it was restored: "
                                + damaged.getMessage(),
                        damaged);
            }
            PartitionDigest digest = manifest.digests().get(partition);
            if (tally.records != digest.records() || tally.sum != digest.sum()) {
                throw new IOException("partition " + partition + " was restored with " + tally.records
                        + " records with sum " + Long.toHexString(tally.sum) + ", but the backup has "
                        + digest.records() + " with sum " + Long.toHexString(digest.sum()));
            }
            done += tally.records;
        }
        tell("compared", done, manifest.records(), 0, true);
    }

    private void read(String phase, Manifest manifest, BackupReader.Visitor visitor) throws IOException {
        try (BackupReader reader = new BackupReader(disk, backup, manifest)) {
            while (reader.next(visitor)) {
                tell(phase, reader.records(), manifest.records(), reader.bytes(), false);
            }
            tell(phase, reader.records(), manifest.records(), reader.bytes(), true);
        }
    }

    private void tell(String phase, long records, long recordsTotal, long bytes, boolean ended) {
        long nowNanos = clock.nanoTime();
        if (ended || nowNanos - toldNanos >= TELL_NANOS) {
            toldNanos = nowNanos;
            progress.at(phase, records, recordsTotal, bytes);
        }
    }

    private static final class Tally {
        private long records;
        private long sum;

        void add(byte[] record) {
            // Of what the bytes say, not of the hash that stands among them: that alone would vouch for nothing.
            RecordBytes.check(record);
            records++;
            sum += RecordBytes.hash(record);
        }
    }
}
