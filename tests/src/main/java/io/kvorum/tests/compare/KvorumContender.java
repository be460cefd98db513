package io.kvorum.tests.compare;

import io.kvorum.tests.FreePorts;
import io.kvorum.tools.bench.Protocol;
import io.kvorum.tools.runtime.HttpProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Kvorum from a checkout that is built: this one, or another to compare with.
 *
 * @param name as in the table
 * @param heap the value of {@code -Xmx} for each node; null leaves that to the launcher
 * @param settings of each node, {@code property=value}, the engine among them
 */
record KvorumContender(String name, Path home, @Nullable String heap, List<String> settings) implements Contender {
    static final String CHECKPOINT_THREAD = "checkpoint";
    private static final String CHECKPOINTED = "kvorum_checkpoint_records_total";

    /** Of the default configuration. */
    private static final int COPIES_MAX = 3;

    private static final int PEER_OFFSET = 1_000;
    private static final int HTTP_OFFSET = MetricsPage.HTTP_OFFSET;
    private static final int HTTP_OK = 200;

    @Override
    public String version() throws IOException, InterruptedException {
        if (!Files.isDirectory(home.resolve("server/target/lib"))) {
            throw new CannotCompareException(
                    home + " holds no Kvorum that is built: run tools/bin/kvorum node --help there");
        }
        return Programs.output(home, List.of(launcher(), "version")).strip() + " at " + revision();
    }

    private String revision() throws InterruptedException {
        try {
            String revision = Programs.output(home, List.of("git", "rev-parse", "--short", "HEAD"))
                    .strip();
            boolean clean = Programs.output(home, List.of("git", "status", "--porcelain"))
                    .isBlank();
            return revision + (clean ? "" : " and changes");
        } catch (IOException noRepository) {
            return "an unknown revision";
        }
    }

    @Override
    public Protocol protocol() {
        return Protocol.RESP;
    }

    @Override
    public List<Launch> launches(int nodes, Path directory) throws IOException {
        List<Integer> ports = FreePorts.find(nodes, 0, PEER_OFFSET, HTTP_OFFSET);
        String members = IntStream.range(0, nodes)
                .mapToObj(node -> "n" + node + "@127.0.0.1:" + ports.get(node))
                .collect(Collectors.joining(","));
        List<Launch> launches = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            List<String> command = new ArrayList<>(List.of(launcher(), "node", "--exit-with-stdin"));
            set(command, "node.name", "n" + node);
            set(command, "port", String.valueOf(ports.get(node)));
            set(command, "data-dir", directory.resolve("n" + node).toString());
            set(command, "cluster.name", "compare");
            set(command, "cluster.initial-members", members);
            for (String setting : settings) {
                command.add("--set");
                command.add(setting);
            }
            launches.add(new Launch("n" + node, ports.get(node), command, environment()));
        }
        return launches;
    }

    /** What the checkpoint costs depends on how many keys change, and not on how often. */
    @Override
    public List<String> threadsApart() {
        return List.of(CHECKPOINT_THREAD);
    }

    @Override
    public List<String> remarks(long pid, int port) throws IOException {
        long records = (long) MetricsPage.ofNode(port).sum(CHECKPOINTED);
        if (records == 0) {
            return List.of();
        }
        long nanos = ProcessAccounts.cpuNanosOfThreads(pid, CHECKPOINT_THREAD);
        return List.of(String.format(
                Locale.ROOT,
                "%s: the checkpoint, which is not counted above, took %.1f us of CPU for each of the %,d records it put",
                name,
                nanos / 1e3 / records,
                records));
    }

    @Override
    public int copies(int nodes) {
        return Math.min(nodes, COPIES_MAX);
    }

    @Override
    public boolean isReady(int port) {
        return HttpProbe.get(port + HTTP_OFFSET, "/ready").status() == HTTP_OK;
    }

    /** The live heap, by the JVM's own histogram, which collects all garbage first. */
    @Override
    public long liveBytes(long pid, int port) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new CannotCompareException("there is no " + jcmd + ": memory is read with a JDK's jcmd");
        }
        String histogram = Programs.output(home, List.of(jcmd.toString(), String.valueOf(pid), "GC.class_histogram"));
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "jcmd printed no total: " + histogram.lines().findFirst()));
        return Long.parseLong(total.strip().split("\\s+", -1)[2]);
    }

    private String launcher() {
        return home.resolve("tools/bin/kvorum").toString();
    }

    /** The user's own options stand last, so that they count. */
    private Map<String, String> environment() {
        String own = System.getenv().getOrDefault("KVORUM_JAVA_OPTS", "");
        return Map.of(
                "KVORUM_SKIP_BUILD",
                "1",
                "JAVA_HOME",
                System.getProperty("java.home"),
                "KVORUM_JAVA_OPTS",
                ((heap == null ? "" : "-Xmx" + heap + " ") + own).strip());
    }

    private static void set(List<String> command, String property, String value) {
        command.add("--set");
        command.add(property + "=" + value);
    }
}
