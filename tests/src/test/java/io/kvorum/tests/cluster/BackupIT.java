package io.kvorum.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.SafeEncoder;

/** Backups of real nodes, and real nodes started on what was restored. */
@Timeout(240)
final class BackupIT {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final int KEYS = 3_000;
    private static final int VALUE_BYTES = 600;

    private static Map<String, Object> backup(Jedis jedis, String... words) {
        Object reply = jedis.sendCommand(() -> SafeEncoder.encode("KV.BACKUP"), words);
        Map<String, Object> fields = new HashMap<>();
        if (reply instanceof List<?> flat) {
            for (int i = 0; i < flat.size(); i += 2) {
                Object value = flat.get(i + 1);
                fields.put(text(flat.get(i)), value instanceof byte[] bytes ? SafeEncoder.encode(bytes) : value);
            }
        }
        return fields;
    }

    private static String text(Object bytes) {
        return SafeEncoder.encode((byte[]) bytes);
    }

    private static long unsettled(TestCluster cluster, int node) {
        try (Jedis jedis = cluster.connect(node)) {
            List<?> flat = (List<?>) jedis.sendCommand(() -> SafeEncoder.encode("KV.STATUS"));
            for (int i = 0; i < flat.size(); i += 2) {
                if (text(flat.get(i)).equals("unsettled")) {
                    return (long) flat.get(i + 1);
                }
            }
            throw new AssertionError("KV.STATUS does not say what is unsettled");
        }
    }

    private static String value(int key) {
        return ("value " + key + " ").repeat(VALUE_BYTES / 10);
    }

    private static void awaitDone(TestCluster cluster, Jedis jedis) {
        AtomicReference<Map<String, Object>> last = new AtomicReference<>(Map.of());
        cluster.await("the backup to end", WITHIN, () -> {
            last.set(backup(jedis, "STATUS"));
            return !List.of("writing", "verifying")
                    .contains(String.valueOf(last.get().get("state")));
        });
        assertThat(last.get()).containsEntry("state", "done").containsEntry("problem", "");
    }

    /** Runs what {@code ctl restore} runs; returns its exit code and what it said. */
    private static String restore(Path from, Path to, int expectedExit, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:SharedArchiveFile=" + ClassArchive.ofJars(),
                "-cp",
                ClassArchive.classPath(),
                "io.kvorum.server.Main",
                "restore",
                "--from",
                from.toString(),
                "--data-dir",
                to.toString()));
        command.addAll(List.of(more));
        Path log = Files.createTempFile("kvorum-restore-", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(log);
            assertThat(process.exitValue()).as(said).isEqualTo(expectedExit);
            return said;
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }

    @Test
    void what_was_acknowledged_before_a_backup_under_load_is_on_the_node_that_is_restored() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, Map.of("cluster.partitions", "64"));
                Jedis jedis = cluster.connect(0)) {
            Path to = cluster.directory().resolve("backup");
            for (int i = 0; i < KEYS; i++) {
                jedis.set("key" + i, value(i));
            }
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger meanwhile = new AtomicInteger();
            AtomicReference<Exception> failed = new AtomicReference<>();
            Thread load = new Thread(() -> {
                try (Jedis own = cluster.connect(0)) {
                    while (!stop.get()) {
                        own.set("meanwhile" + meanwhile.get(), "x".repeat(100));
                        own.set("key" + meanwhile.getAndIncrement() % KEYS, "overwritten");
                    }
                } catch (RuntimeException failure) {
                    failed.set(failure);
                }
            });
            load.start();
            backup(jedis, "START", to.toString());
            awaitDone(cluster, jedis);
            stop.set(true);
            load.join();
            assertThat(failed.get()).isNull();
            assertThat(meanwhile.get()).isPositive();
            assertThat(cluster.stop(0)).isLessThan(256);

            Path restored = cluster.directory().resolve("restored");
            assertThat(restore(to, restored, 0)).contains("compared").contains("restored to");
            assertThat(restore(to, restored, 1)).contains("not empty");
            cluster.startNode(0, Map.of("data-dir", restored.toString()));
            cluster.awaitReady(0);
            cluster.await("its copies to settle", WITHIN, () -> unsettled(cluster, 0) == 0);
            try (Jedis again = cluster.connect(0)) {
                for (int i = 0; i < KEYS; i++) {
                    assertThat(again.get("key" + i)).isIn(value(i), "overwritten");
                }
                assertThat(again.set("key1", "after")).isEqualTo("OK");
                assertThat(again.get("key1")).isEqualTo("after");
            }
        }
    }

    @Test
    void restored_member_gets_what_it_missed_and_brings_nothing_back() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, Map.of("cluster.partitions", "64"))) {
            Path to = cluster.directory().resolve("backup");
            Path restored = cluster.directory().resolve("restored");
            try (Jedis jedis = cluster.connect(0)) {
                for (int i = 0; i < 300; i++) {
                    jedis.set("key" + i, "old");
                }
                backup(jedis, "START", to.toString());
                awaitDone(cluster, jedis);
                for (int i = 0; i < 100; i++) {
                    jedis.del("key" + i);
                    jedis.set("key" + (100 + i), "new");
                }
            }
            cluster.kill(0);
            restore(to, restored, 0);
            cluster.startNode(0, Map.of("data-dir", restored.toString()));
            cluster.awaitReady(0);
            cluster.await("its copies to settle", WITHIN, () -> unsettled(cluster, 0) == 0);
            for (int node = 0; node < 3; node++) {
                try (Jedis jedis = cluster.connect(node)) {
                    for (int i = 0; i < 300; i++) {
                        assertThat(jedis.get("key" + i)).isEqualTo(i < 100 ? null : i < 200 ? "new" : "old");
                    }
                }
            }
        }
    }

    @Test
    void restore_that_was_cut_off_keeps_the_node_from_starting() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, Map.of("cluster.partitions", "64"))) {
            Path to = cluster.directory().resolve("backup");
            try (Jedis jedis = cluster.connect(0)) {
                jedis.set("key", "value");
                backup(jedis, "START", to.toString());
                awaitDone(cluster, jedis);
            }
            cluster.stop(0);
            Path restored = cluster.directory().resolve("restored");
            restore(to, restored, 0);
            // As it is while a restore goes on.
            Files.createFile(restored.resolve("restoring"));
            cluster.startNode(0, Map.of("data-dir", restored.toString()));
            assertThat(cluster.awaitExit(0)).isEqualTo(2);
            assertThat(cluster.logText(0)).contains("half restored");
            assertThat(restore(to, restored, 1)).contains("--force");
            restore(to, restored, 0, "--force");
            cluster.startNode(0, Map.of("data-dir", restored.toString()));
            cluster.awaitReady(0);
            try (Jedis jedis = cluster.connect(0)) {
                assertThat(jedis.get("key")).isEqualTo("value");
            }
        }
    }
}
