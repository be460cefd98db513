package io.kvorum.tests.cluster;

import io.kvorum.tools.Kvorum;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What {@code kvorum ctl cluster} says when it asks a node. */
record ClusterCtl(int exitCode, String out, String err) {
    private static final Pattern COMMIT = Pattern.compile("commit with: kvorum ctl cluster commit ([0-9a-f]{8})");

    static ClusterCtl run(TestCluster cluster, int node, String... words) {
        List<String> arguments = new ArrayList<>(List.of("ctl", "cluster"));
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
