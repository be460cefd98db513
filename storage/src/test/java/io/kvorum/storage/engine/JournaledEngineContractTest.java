package io.kvorum.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.storage.disk.Background;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.journal.JournalSettings;
import io.kvorum.storage.journal.SyncPolicy;
import io.kvorum.storage.version.StampClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class JournaledEngineContractTest extends StorageEngineContract {
    private final List<ScheduledExecutorService> threads = new ArrayList<>();

    @TempDir
    Path directory;

    private int engines;

    @Override
    StorageEngine create(
            int partitions, long maxMemoryBytes, PositionFunction positions, StampClock clock, RandomGenerator random) {
        engines++;
        return new JournaledEngine(
                partitions,
                maxMemoryBytes,
                positions,
                clock,
                random,
                new JournaledParts(
                        Disk.system(),
                        directory.resolve("journal-" + engines),
                        new UUID(1, engines),
                        new JournalSettings(1 << 24, SyncPolicy.EVERY_SECOND, 1),
                        new MemoryStore(),
                        CheckpointSettings.DEFAULT,
                        thread(),
                        thread(),
                        thread(),
                        task -> {
                            task.run();
                            return true;
                        },
                        LoadWorkers.INLINE,
                        Continuity.WHOLE,
                        false,
                        () -> {},
                        EngineObserver.NONE));
    }

    @AfterEach
    void endThreads() {
        threads.forEach(ScheduledExecutorService::shutdownNow);
    }

    @Test
    void it_tells_that_changes_are_soon_on_disk() {
        assertThat(started(0).durability()).isEqualTo(Durability.SOON);
    }

    private Background thread() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        threads.add(executor);
        return new Background() {
            @Override
            public void execute(Runnable task) {
                if (!executor.isShutdown()) {
                    executor.execute(task);
                }
            }

            @Override
            public void schedule(long delayNanos, Runnable task) {
                if (!executor.isShutdown()) {
                    executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
                }
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }
        };
    }
}
