package io.kvorum.server.backup;

import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.Partitioner;
import io.kvorum.server.command.admin.BackupStatus;
import io.kvorum.server.config.ClusterConfig;
import io.kvorum.server.config.Redirecting;
import io.kvorum.server.config.Secret;
import io.kvorum.server.membership.Founded;
import io.kvorum.server.membership.Joining;
import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Draft;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.Versions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/** A node that is nothing but identity and records, and backups of it step by step. */
final class BackupRig implements AutoCloseable {
    static final int PARTITIONS = 16;
    static final long GRACE_MILLIS = 3_600_000;
    static final BackupSettings SMALL = new BackupSettings(20_000, 2_000, 5_000, 1 << 20);
    static final UUID BACKUP = new UUID(7, 8);

    long nowMillis = 1_700_000_000_000L;
    final Founded founded;
    final StorageEngine engine;
    final Steps steps = new Steps();
    private final StampClock stamps = new StampClock(() -> nowMillis, 1_000);
    private final SplittableRandom random;

    BackupRig(Path directory, long seed, String... members) {
        random = new SplittableRandom(seed);
        List<MemberSpec> specs =
                List.of(members).stream().map(MemberSpec::parse).toList();
        founded = Founded.open(
                Disk.system(),
                directory,
                new ClusterConfig(
                        MemberSpec.parse("n1@127.0.0.1:7379"),
                        "c",
                        specs,
                        List.of(),
                        PARTITIONS,
                        Partitioner.SLOTS,
                        Secret.NONE,
                        false,
                        Redirecting.NEVER),
                3,
                Joining.NONE);
        engine = new MemoryEngine(PARTITIONS, 0, Partitioner.SLOTS::high, stamps, random.split());
        engine.start();
    }

    void put(int number, int valueBytes) {
        put(("key" + number).getBytes(StandardCharsets.US_ASCII), valueBytes);
    }

    private void put(byte[] key, int valueBytes) {
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        long high = Partitioner.SLOTS.high(key, 0, key.length);
        engine.update(
                founded.ring().partitionOf(high),
                high,
                key,
                0,
                key.length,
                (current, scope) -> Versions.write(
                        current,
                        new Draft()
                                .key(key, 0, key.length)
                                .value(value, 0, valueBytes)
                                .dot(scope.actor(), scope.nextStamp(0))));
    }

    /** Keys of many sizes, one of which is longer than a block and one longer than a file. */
    void fill(int keys) {
        for (int i = 0; i < keys; i++) {
            put(i, random.nextInt(300));
        }
        put(keys, 5_000);
        put(keys + 1, 50_000);
    }

    BackupJob job(Disk disk, Path to) {
        return new BackupJob(
                new BackupOrigin(founded, engine, stamps, "0.0.1", GRACE_MILLIS), disk, to, BACKUP, SMALL, steps);
    }

    /** A whole backup. */
    BackupStatus backUp(Path to) {
        return backUp(Disk.system(), to);
    }

    BackupStatus backUp(Disk disk, Path to) {
        BackupJob job = job(disk, to);
        job.begin();
        steps.runAll();
        return job.status();
    }

    /** Hash by key. */
    static SortedMap<String, Long> content(StorageEngine of) {
        SortedMap<String, Long> content = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (long cursor = 0; cursor != StorageEngine.SCAN_DONE; ) {
                cursor = of.scan(
                        partition,
                        cursor,
                        100,
                        record -> content.put(
                                new String(RecordBytes.key(record), StandardCharsets.US_ASCII),
                                RecordBytes.hash(record)));
            }
        }
        return content;
    }

    @Override
    public void close() {
        engine.close();
        founded.close();
    }

    /** A thread whose steps the test takes; time passes as each of them wants. */
    static final class Steps implements Background {
        private final Deque<Runnable> ready = new ArrayDeque<>();
        private long nowNanos;

        @Override
        public void execute(Runnable task) {
            ready.add(task);
        }

        @Override
        public void schedule(long delayNanos, Runnable task) {
            nowNanos += delayNanos;
            ready.add(task);
        }

        @Override
        public long nanoTime() {
            return nowNanos;
        }

        boolean step() {
            Runnable task = ready.poll();
            if (task == null) {
                return false;
            }
            task.run();
            return true;
        }

        void runAll() {
            while (step()) {
                // each step schedules the next
            }
        }
    }
}
