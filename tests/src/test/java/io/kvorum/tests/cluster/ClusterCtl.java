package io.kvorum.tests.cluster;

import io.kvorum.tools.Kvorum;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What {@code kvorum ctl} says when it asks a node. */
record ClusterCtl(int exitCode, String out, String err) {
    private static final Pattern COMMIT = Pattern.compile("commit with: kvorum ctl cluster commit ([0-9a-f]{8})");
    private static final Duration SOON = Duration.ofSeconds(90);

    /** Runs {@code ctl cluster} with these words. */
    static ClusterCtl run(TestCluster cluster, int node, String... words) {
        return run(cluster, node, List.of("ctl", "cluster"), words);
    }

    /** Runs {@code ctl node} with these words. */
    static ClusterCtl runNode(TestCluster cluster, int node, String... words) {
        return run(cluster, node, List.of("ctl", "node"), words);
    }

    /** Runs {@code ctl background} with these words. */
    static ClusterCtl background(TestCluster cluster, int node, String... words) {
        return run(cluster, node, List.of("ctl", "background"), words);
    }

    /** Plans a change and commits it. */
    static void commit(TestCluster cluster, int node, String... words) {
        // A node may tell something of itself between the two, which makes a plan stale.
        cluster.await(String.join(" ", words) + " to be committed", SOON, () -> {
            String plan = run(cluster, node, words).planOrNull();
            return plan != null && run(cluster, node, "commit", plan).out().startsWith("committed");
        });
    }

    /** Waits until the node knows of no move that is left to be made. */
    static void awaitMoved(TestCluster cluster, int node, Duration within) {
        awaitMoved(cluster, node, within, TestCluster.A_MOMENT);
    }

    /** The same with a pause between two looks, which are work. */
    static void awaitMoved(TestCluster cluster, int node, Duration within, Duration pause) {
        cluster.await(
                "all moves to be made",
                within,
                pause,
                () -> run(cluster, node, "moves").out().startsWith("nothing is left to do"));
    }

    private static ClusterCtl run(TestCluster cluster, int node, List<String> command, String... words) {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--port", String.valueOf(cluster.port(node))));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Kvorum.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return new ClusterCtl(commandLine.execute(arguments.toArray(String[]::new)), out.toString(), err.toString());
    }

    /** The id of the plan that was shown; null if none was. */
    @Nullable
    String planOrNull() {
        Matcher matcher = COMMIT.matcher(out);
        return matcher.find() ? matcher.group(1) : null;
    }
}
