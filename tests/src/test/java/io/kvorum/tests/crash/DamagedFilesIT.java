package io.kvorum.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Files that are cut, flipped, missing or another node's: a start says so, and says what to do. */
class DamagedFilesIT {
    private static final Map<String, String> JOURNAL_ALONE =
            Map.of("journal.segment-size", "1mb", "checkpoint.interval", "1h", "sync", "always");

    private static TestCluster cluster(Map<String, String> settings) throws IOException {
        TestCluster cluster = TestCluster.start(1, settings);
        try (Jedis client = cluster.connect(0)) {
            for (int i = 0; i < 2_000; i++) {
                client.set("key:" + i, "value " + i + "x".repeat(200));
            }
        }
        return cluster;
    }

    private static List<Path> files(TestCluster cluster, String directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(cluster.directory().resolve("n0").resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            int was = open.read();
            open.seek(at);
            open.write(was ^ 4);
        }
    }

    private static void assertRefused(TestCluster cluster, String... words) throws IOException {
        cluster.startNode(0);
        assertThat(cluster.awaitExit(0)).isEqualTo(2);
        assertThat(cluster.logText(0)).contains(words);
    }

    private static void assertComplete(TestCluster cluster) {
        try (Jedis client = cluster.connect(0)) {
            for (int i = 0; i < 2_000; i++) {
                assertThat(client.get("key:" + i)).as("key %s", i).startsWith("value " + i + "x");
            }
        }
    }

    @Test
    void flipped_bit_in_what_was_forced_stops_the_start_with_file_and_offset_and_salvage_goes_on() throws IOException {
        try (TestCluster cluster = cluster(JOURNAL_ALONE)) {
            cluster.kill(0);
            Path first = files(cluster, "journal", ".journal").get(0);
            // Each force begins a page: so this is in an entry.
            flip(first, (20 * 4096) + 40);
            assertRefused(cluster, first.getFileName().toString(), "offset", "--salvage");
            cluster.startNode(0, Map.of(), "--salvage");
            cluster.awaitReady(0);
            try (Jedis client = cluster.connect(0)) {
                assertThat(client.dbSize()).isBetween(1_990L, 1_999L);
            }
        }
    }

    @Test
    void missing_segment_stops_the_start() throws IOException {
        try (TestCluster cluster = cluster(JOURNAL_ALONE)) {
            cluster.kill(0);
            Path first = files(cluster, "journal", ".journal").get(0);
            Files.delete(first);
            assertRefused(cluster, "a segment before it is missing", "--salvage");
        }
    }

    @Test
    void flipped_bit_in_the_checkpoint_is_noticed_and_not_served() throws IOException {
        try (TestCluster cluster = cluster(Map.of("checkpoint.interval", "200ms"))) {
            assertThat(cluster.stop(0)).isZero();
            Path log = files(cluster, "records", ".xd").get(0);
            flip(log, Files.size(log) / 2);
            assertRefused(cluster, log.getFileName().toString());
        }
    }

    @Test
    void stop_in_order_leaves_nothing_to_replay() throws IOException {
        try (TestCluster cluster = cluster(JOURNAL_ALONE)) {
            assertThat(cluster.stop(0)).isZero();
            for (Path segment : files(cluster, "journal", ".journal")) {
                Files.delete(segment);
            }
            cluster.startNode(0);
            cluster.awaitReady(0);
            assertComplete(cluster);
        }
    }

    @Test
    void copied_directory_starts_under_new_actors_and_says_why() throws IOException {
        try (TestCluster cluster = cluster(JOURNAL_ALONE)) {
            assertThat(cluster.stop(0)).isZero();
            Path data = cluster.directory().resolve("n0");
            Path moved = cluster.directory().resolve("moved");
            Files.move(data, moved);
            copy(moved, data);
            cluster.startNode(0);
            cluster.awaitReady(0);
            assertComplete(cluster);
            assertThat(cluster.logText(0)).contains("the data directory was copied");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void disk_that_is_full_refuses_writes_serves_reads_and_recovers_by_itself()
            throws IOException, InterruptedException {
        Path mount = Files.createTempDirectory("kvorum-full-");
        org.junit.jupiter.api.Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount.toString()) == 0, "may not mount a tmpfs");
        try (TestCluster cluster = TestCluster.prepare(
                1,
                Map.of(
                        "data-dir",
                        mount.resolve("data").toString(),
                        "journal.segment-size",
                        "1mb",
                        "journal.max-size",
                        "8mb",
                        "checkpoint.interval",
                        "500ms"))) {
            cluster.startNode(0);
            cluster.awaitReady(0);
            Path filler = mount.resolve("filler");
            try (Jedis client = cluster.connect(0)) {
                client.set("before", "there");
                fill(filler);
                String refused = "";
                int written = 0;
                while (refused.isEmpty() && written < 200_000) {
                    refused = error(client, "key:" + written);
                    written += refused.isEmpty() ? 1 : 0;
                }
                assertThat(refused).contains("disk");
                assertThat(client.get("before")).isEqualTo("there");
                assertThat(client.get("key:0")).isNotNull();
                Files.delete(filler);
                cluster.await(
                        "writes to be taken again",
                        Duration.ofSeconds(20),
                        () -> error(client, "after").isEmpty());
                cluster.kill(0);
                cluster.startNode(0);
                cluster.awaitReady(0);
                try (Jedis again = cluster.connect(0)) {
                    for (int i = 0; i < written; i++) {
                        assertThat(again.exists("key:" + i))
                                .as("key %s of %s", i, written)
                                .isTrue();
                    }
                    assertThat(again.exists("after")).isTrue();
                }
            }
        } finally {
            run("umount", "-l", mount.toString());
        }
    }

    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[64 * 1024];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static String error(Jedis client, String key) {
        try {
            client.set(key, "x".repeat(500));
            return "";
        } catch (redis.clients.jedis.exceptions.JedisDataException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
}
