package io.kvorum.tests.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kvorum.tests.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at a node from outside, through /proc, and asks it through INFO. */
final class NodeMeter {
    private static final int TICKS_PER_SECOND = 100;
    private static final Pattern HEAP_USED = Pattern.compile("(?:generation|heap) +total \\d+K, used (\\d+)K");

    private final TestCluster cluster;
    private final int node;

    NodeMeter(TestCluster cluster, int node) {
        this.cluster = cluster;
        this.node = node;
    }

    /** Memory of the process that is in the machine's memory now. */
    long residentBytes() throws IOException {
        return statusKilobytes("VmRSS:") << 10;
    }

    /** The most that it ever was. */
    long residentBytesPeak() throws IOException {
        return statusKilobytes("VmHWM:") << 10;
    }

    /** Files and sockets that it has open. */
    int openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc", pid(), "fd"))) {
            return (int) files.count();
        }
    }

    /** Processor time that it has used. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc", pid(), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / (double) TICKS_PER_SECOND;
    }

    /** Heap in use after a full collection. */
    long liveHeapBytes() throws IOException, InterruptedException {
        jcmd("GC.run");
        Matcher used = HEAP_USED.matcher(jcmd("GC.heap_info"));
        long kilobytes = 0;
        while (used.find()) {
            kilobytes += Long.parseLong(used.group(1));
        }
        return kilobytes << 10;
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), pid(), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + output);
        }
        return output;
    }

    /** A number of INFO. */
    long infoNumber(String section, String field) throws IOException {
        try (RawClient client = RawClient.connect(cluster.port(node))) {
            String text =
                    new String(client.send(RawClient.request("INFO", section)).readBulk(), UTF_8);
            return text.lines()
                    .filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(field.length() + 1).trim()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no " + field + " in " + text));
        }
    }

    /** A number of /metrics; 0 if there is none yet. */
    double metric(String name) throws IOException, InterruptedException {
        return cluster.httpBody(node, "/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    /** How many clients were closed for holding too much. */
    double dropped() {
        try {
            return metric("kvorum_client_connections_dropped_total");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private long statusKilobytes(String field) throws IOException {
        return Files.readString(Path.of("/proc", pid(), "status"))
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
    }

    private String pid() {
        return String.valueOf(cluster.process(node).pid());
    }
}
