package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Partitioner;
import io.kvorum.tests.cluster.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The hash of keys has no secret, so that whoever knows the code can choose keys that all lie side by side in one
 * partition's table. Probing walks past them: the more there are, the longer it takes, and this says how long.
 */
class HashFloodingIT {
    private static final boolean LONG = Boolean.getBoolean("kvorum.endurance");
    private static final int KEYS = LONG ? 100_000 : 10_000;
    private static final int SHARED_BITS = 10;
    private static final int ROUNDS = 5;

    @Test
    void keys_chosen_to_lie_side_by_side_make_requests_on_them_slower_and_nobody_else_wait_for_long()
            throws IOException, InterruptedException {
        List<String> chosen = chosenKeys();
        List<String> usual = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            usual.add("usual:" + i);
        }
        try (TestCluster cluster = TestCluster.start(1, Map.of());
                Ordeal ordeal = Ordeal.begin(KEYS + " colliding keys", cluster)) {
            double usualSet = microsEach(cluster, "SET", usual);
            double chosenSet = microsEach(cluster, "SET", chosen);
            // The best round: what probing costs it costs each time, and what else this machine does it does some
            // times.
            double usualGet = Double.MAX_VALUE;
            double chosenGet = Double.MAX_VALUE;
            for (int i = 0; i < ROUNDS; i++) {
                usualGet = Math.min(usualGet, microsEach(cluster, "GET", usual));
                chosenGet = Math.min(chosenGet, microsEach(cluster, "GET", chosen));
            }
            double chosenDel = microsEach(cluster, "UNLINK", chosen);
            System.out.printf(
                    "[ordeal] colliding keys: SET %.1f us instead of %.1f, GET %.1f instead of %.1f, UNLINK %.1f%n",
                    chosenSet, usualSet, chosenGet, usualGet, chosenDel);
            assertThat(chosenGet).isLessThan(LONG ? 500 : 150);
            ordeal.endWithin(450, 500, 2000);
        }
    }

    /** Keys of one hash slot whose table hashes begin with the same bits: found by trying, some thousands for each. */
    private static List<String> chosenKeys() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; keys.size() < KEYS; i++) {
            byte[] key = ("{x}" + i).getBytes(ISO_8859_1);
            if ((Partitioner.SLOTS.high(key, 0, key.length) << 14) >>> (Long.SIZE - SHARED_BITS) == 5) {
                keys.add("{x}" + i);
            }
        }
        return keys;
    }

    private static double microsEach(TestCluster cluster, String command, List<String> keys) throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(0))) {
            long begin = System.nanoTime();
            int batch = 500;
            for (int from = 0; from < keys.size(); from += batch) {
                ByteArrayOutputStream requests = new ByteArrayOutputStream();
                List<String> some = keys.subList(from, Math.min(keys.size(), from + batch));
                for (String key : some) {
                    requests.writeBytes(
                            command.equals("SET")
                                    ? RawClient.request(command, key, "v")
                                    : RawClient.request(command, key));
                }
                client.send(requests.toByteArray());
                for (int i = 0; i < some.size(); i++) {
                    String reply = client.readLine();
                    assertThat(reply).doesNotStartWith("-");
                    if (reply.equals("$1")) {
                        assertThat(client.readLine()).isEqualTo("v");
                    }
                }
            }
            return (System.nanoTime() - begin) / 1e3 / keys.size();
        }
    }
}
