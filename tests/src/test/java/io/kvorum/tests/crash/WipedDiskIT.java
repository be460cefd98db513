package io.kvorum.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.commands.ProtocolCommand;

/** One node of three loses its disk while clients go on. */
class WipedDiskIT {
    private static final int BATCH = 100;
    private static final int KEYS_MAX = Boolean.getBoolean("kvorum.endurance") ? 500_000 : 20_000;
    private static final Duration REBUILT_WITHIN = Duration.ofSeconds(60);
    private static final ProtocolCommand QUORUM = () -> "KV.QUORUM".getBytes(StandardCharsets.US_ASCII);

    @Test
    void node_whose_disk_was_wiped_under_load_has_its_share_again_and_nothing_acknowledged_is_lost() throws Exception {
        try (TestCluster cluster = TestCluster.start(3)) {
            Load load = new Load(cluster);
            Thread writer = new Thread(load, "writer");
            writer.start();
            cluster.await("some keys", Duration.ofSeconds(30), () -> load.tried > KEYS_MAX / 4);
            cluster.kill(2);
            delete(cluster.directory().resolve("n2"));
            cluster.startNode(2);
            cluster.awaitReady(2);
            load.stop.set(true);
            writer.join();
            List<Integer> acknowledged = load.acknowledged;
            assertThat(acknowledged).hasSizeGreaterThan(KEYS_MAX / 5);
            try (Jedis alone = cluster.connect(2)) {
                alone.sendCommand(QUORUM, "R", "1");
                cluster.await(
                        "all that was acknowledged to be on the new disk",
                        REBUILT_WITHIN,
                        () -> missing(alone, acknowledged) == 0);
            }
        }
    }

    /** Sets one key after the other, a batch at a time, and notes which were acknowledged. */
    private static final class Load implements Runnable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final List<Integer> acknowledged = new ArrayList<>();
        private final TestCluster cluster;
        private volatile int tried;

        Load(TestCluster cluster) {
            this.cluster = cluster;
        }

        @Override
        public void run() {
            try (Jedis jedis = cluster.connect(0)) {
                for (int from = 0; !stop.get() && from < KEYS_MAX; from += BATCH) {
                    Pipeline pipeline = jedis.pipelined();
                    for (int key = from; key < from + BATCH; key++) {
                        pipeline.set("key:" + key, "value:" + key);
                    }
                    List<Object> answers = pipeline.syncAndReturnAll();
                    for (int i = 0; i < BATCH; i++) {
                        if ("OK".equals(answers.get(i))) {
                            acknowledged.add(from + i);
                        }
                    }
                    tried = from + BATCH;
                }
            }
        }
    }

    private static int missing(Jedis jedis, List<Integer> keys) {
        int missing = 0;
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<Integer> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
            List<String> values =
                    jedis.mget(batch.stream().map(key -> "key:" + key).toArray(String[]::new));
            for (int i = 0; i < batch.size(); i++) {
                missing += ("value:" + batch.get(i)).equals(values.get(i)) ? 0 : 1;
            }
        }
        return missing;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
