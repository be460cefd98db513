package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Increments through three replicas that each believe they decide alone, and tell each other now and then. */
final class CounterMergeTest {
    private static final byte[] KEY = "n".getBytes(ISO_8859_1);

    @Test
    void increments_through_three_replicas_merged_in_any_order_are_all_counted() {
        for (long seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TestCluster cluster = new TestCluster(3, 4, 3);
            for (int i = 0; i < 3; i++) {
                cluster.node(i).view(cluster.aloneView(i));
            }
            boolean born = random.nextBoolean();
            long sum = 0;
            if (!born) {
                sum = random.nextInt(-1000, 1000);
                cluster.node(0).run("SET", "n", String.valueOf(sum));
                cluster.exchange(cluster.node(0), cluster.node(1), KEY);
                cluster.exchange(cluster.node(1), cluster.node(2), KEY);
            }
            for (int step = random.nextInt(60); step >= 0; step--) {
                TestNode node = cluster.node(random.nextInt(3));
                long delta = random.nextInt(-50, 100);
                switch (random.nextInt(5)) {
                    case 0 -> cluster.exchange(node, cluster.node(random.nextInt(3)), KEY);
                    case 1 -> cluster.nowMillis += random.nextInt(3);
                    case 2 -> {
                        node.run("EXPIRE", "n", "1000");
                        node.run("PERSIST", "n");
                    }
                    case 3 -> {
                        assertThat(node.run("DECR", "n")).startsWith(":");
                        sum--;
                    }
                    default -> {
                        assertThat(node.run("INCRBY", "n", String.valueOf(delta)))
                                .startsWith(":");
                        sum += delta;
                    }
                }
            }
            cluster.node(0).run("INCR", "n");
            sum++;
            for (int from : new int[] {0, 1, 2, 0, 1}) {
                cluster.exchange(cluster.node(from), cluster.node((from + 1) % 3), KEY);
            }
            String shown = String.valueOf(sum);
            for (TestNode node : cluster.nodes) {
                assertThat(node.run("GET", "n"))
                        .as("seed %d", seed)
                        .isEqualTo("$" + shown.length() + "|" + shown + "|");
            }
        }
    }
}
