package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.tests.cluster.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests that are in order and take much to answer: others wait a bounded time meanwhile. */
class ExpensiveCommandsIT {
    private static final int KEYS = 100_000;
    private static final int NODES = 3;

    private static TestCluster single;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        single = TestCluster.prepare(1, Map.of());
        cluster = TestCluster.prepare(NODES, Ordeal.PATIENT);
        single.startNode(0);
        for (int node = 0; node < NODES; node++) {
            cluster.startNode(node);
        }
        single.awaitReady();
        cluster.awaitReady();
        // What is measured is not the first look at the code.
        for (TestCluster each : new TestCluster[] {single, cluster}) {
            try (RawClient client = RawClient.connect(each.port(0))) {
                for (int i = 0; i < 5; i++) {
                    client.send(many("MSET", 3000, "v")).send(many("DEL", 3000)).send(many("EXISTS", 3000));
                    assertThat(client.readLine()).isEqualTo("+OK");
                    assertThat(client.readLine()).isEqualTo(":3000");
                    assertThat(client.readLine()).isEqualTo(":0");
                }
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        single.close();
        cluster.close();
    }

    @Test
    void a_hundred_thousand_keys_in_one_command_keep_nobody_else_waiting_for_long()
            throws IOException, InterruptedException {
        run(single, 1, KEYS, 600, 1500);
    }

    @Test
    void nor_do_they_in_a_cluster() throws IOException, InterruptedException {
        run(cluster, NODES, KEYS / 5, 1000, 2500);
    }

    private static void run(TestCluster cluster, int nodes, int keys, int p99Max, int maxMax)
            throws IOException, InterruptedException {
        Map<String, byte[]> commands = new LinkedHashMap<>();
        commands.put("MSET", many("MSET", keys, "v"));
        commands.put("MGET", many("MGET", keys));
        commands.put("KEYS", RawClient.request("KEYS", "*"));
        commands.put("KEYS *e*y*:*1*2*3*x", RawClient.request("KEYS", "*e*y*:*1*2*3*x"));
        commands.put("SCAN", RawClient.request("SCAN", "0", "COUNT", "1000000000"));
        commands.put("EXISTS", many("EXISTS", keys));
        commands.put("KV.MGET", many("KV.MGET", keys / 4));
        commands.put("KV.MPUT", many("KV.MPUT", keys / 4, "-", "w"));
        commands.put("DEL", many("DEL", keys));
        commands.put("DBSIZE", RawClient.request("DBSIZE"));
        commands.put("INFO", RawClient.request("INFO", "everything"));
        commands.put("COMMAND", RawClient.request("COMMAND", "DOCS"));
        try (Ordeal ordeal = Ordeal.begin(keys + " keys at once on " + nodes, cluster, nodes, 0)) {
            for (Map.Entry<String, byte[]> command : commands.entrySet()) {
                LatencyWatcher watcher = LatencyWatcher.start(cluster.port(0));
                long begin = System.nanoTime();
                String reply;
                try (RawClient client = RawClient.connect(cluster.port(0))) {
                    reply = client.send(command.getValue()).readLine();
                    // Behind all of the reply.
                    client.send(RawClient.request("ECHO", "the end"));
                    String line = client.readLine();
                    while (!line.equals("the end")) {
                        line = client.readLine();
                    }
                }
                System.out.printf(
                        "[ordeal] %s: %.0f ms, answered %s; %s%n",
                        command.getKey(), (System.nanoTime() - begin) / 1e6, reply, watcher.end());
                assertThat(reply).as(command.getKey()).doesNotStartWith("-");
                if (command.getKey().equals("DEL")) {
                    assertThat(reply).isEqualTo(":" + keys);
                } else if (command.getKey().equals("MGET")) {
                    assertThat(reply).isEqualTo("*" + keys);
                }
            }
            ordeal.endWithin(650, p99Max, maxMax);
        }
    }

    @Test
    void the_list_of_thousands_of_clients_keeps_nobody_waiting_for_long() throws IOException, InterruptedException {
        try (Ordeal ordeal = Ordeal.begin("CLIENT LIST of 2000", single)) {
            try (Crowd crowd = Crowd.connect(single.port(0), 2000);
                    RawClient client = RawClient.connect(single.port(0))) {
                for (int i = 0; i < 10; i++) {
                    String list = new String(
                            client.send(RawClient.request("CLIENT", "LIST")).readBulk(), ISO_8859_1);
                    assertThat(list.lines().count()).isGreaterThan(crowd.size());
                }
            }
            ordeal.endWithin(500, 300, 1000);
        }
    }

    private static byte[] many(String name, int keys, String... rest) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + (1 + keys * (1 + rest.length)) + "\r\n").getBytes(ISO_8859_1));
        request.writeBytes(bulk(name));
        for (int i = 0; i < keys; i++) {
            request.writeBytes(bulk("key:" + i));
            for (String argument : rest) {
                request.writeBytes(bulk(argument));
            }
        }
        return request.toByteArray();
    }

    private static byte[] bulk(String text) {
        return ("$" + text.length() + "\r\n" + text + "\r\n").getBytes(ISO_8859_1);
    }
}
