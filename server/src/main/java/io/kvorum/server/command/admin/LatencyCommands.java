package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * LATENCY. The histograms are the node's own. Redis's monitor of events (fork, expire cycle, slow commands) has no
 * counterpart: it answers as one that has seen nothing, and DOCTOR says where to look instead.
 */
public final class LatencyCommands {
    private static final int BOUNDS = 32;

    /** A microsecond, two, four, … up to half an hour, and any time. Not to be changed. */
    public static final long[] BOUNDS_NANOS = bounds();

    private static final String DOCTOR = "Kvorum watches no events as Redis does. Look at LATENCY HISTOGRAM and INFO"
            + " latencystats for how long commands take, at SLOWLOG GET for the slow ones, at KV.BACKGROUND STATUS for what"
            + " the node does besides, and at /metrics for waits for other nodes and the disk.";
    private static final List<String> HELP = List.of(
            "LATENCY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "DOCTOR",
            "    Say where latency is shown.",
            "GRAPH <event>",
            "    Not supported: no events are watched.",
            "HISTORY <event>",
            "    Return an empty list: no events are watched.",
            "LATEST",
            "    Return an empty list: no events are watched.",
            "RESET [<event> ...]",
            "    Return 0: no events are watched.",
            "HISTOGRAM [COMMAND ...]",
            "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
            "    If no commands are specified then all histograms are replied.",
            "HELP",
            "    Prints this help.");

    private final NodeStatus node;

    private LatencyCommands(NodeStatus node) {
        this.node = node;
    }

    private static long[] bounds() {
        long[] bounds = new long[BOUNDS];
        for (int i = 0; i < BOUNDS - 1; i++) {
            bounds[i] = 1_000L << i;
        }
        bounds[BOUNDS - 1] = Long.MAX_VALUE;
        return bounds;
    }

    static Command command(NodeStatus node) {
        LatencyCommands handlers = new LatencyCommands(node);
        return Command.named("latency")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("2.8.13")
                .summary("A container for commands about latency.")
                .guarantee("Concerns this node alone.")
                .containing(
                        sub(
                                "doctor",
                                2,
                                "2.8.13",
                                "Says where latency is shown.",
                                call -> call.out().verbatim("txt", DOCTOR)),
                        sub("graph", 3, "2.8.13", "Is not supported: no events are watched.", LatencyCommands::graph),
                        SlowLogCommands.helpRow("latency", "2.8.13", HELP),
                        sub("histogram", -2, "7.0.0", "Returns how long commands took.", handlers::histogram),
                        sub(
                                "history",
                                3,
                                "2.8.13",
                                "Returns nothing: no events are watched.",
                                call -> call.out().array(0)),
                        sub(
                                "latest",
                                2,
                                "2.8.13",
                                "Returns nothing: no events are watched.",
                                call -> call.out().array(0)),
                        sub(
                                "reset",
                                -2,
                                "2.8.13",
                                "Returns 0: no events are watched.",
                                call -> call.out().integer(0)));
    }

    private static void graph(Call call) {
        call.out().error("ERR No samples available for event '" + CommandErrors.clipped(call.request(), 2) + "'");
    }

    private void histogram(Call call) {
        RespRequest request = call.request();
        if (CommandErrors.hasTooManyNames(call, 2)) {
            return;
        }
        SortedMap<String, long[]> all = node.latencies(BOUNDS_NANOS);
        SortedMap<String, long[]> chosen = new TreeMap<>();
        for (int i = 2; i < request.argumentCount(); i++) {
            String name = request.string(i).toLowerCase(Locale.ROOT);
            all.forEach((full, counts) -> {
                if (isPartOf(full, name)) {
                    chosen.put(full, counts);
                }
            });
        }
        SortedMap<String, long[]> shown = request.argumentCount() == 2 ? all : chosen;
        RespWriter out = call.out().map(shown.size());
        shown.forEach((name, counts) -> write(out, name, counts));
    }

    /** Whether a command is this one, or one of its sub-commands. Names are the client's, and may be long: none is copied. */
    private static boolean isPartOf(String full, String name) {
        return full.startsWith(name) && (full.length() == name.length() || full.charAt(name.length()) == '|');
    }

    /** Only bounds within which more were answered than within the one before. */
    private static void write(RespWriter out, String name, long[] counts) {
        int steps = 0;
        for (int i = 0; i < counts.length; i++) {
            steps += counts[i] > before(counts, i) ? 1 : 0;
        }
        out.bulk(name).map(2);
        out.bulk("calls").integer(counts[counts.length - 1]);
        out.bulk("histogram_usec").map(steps);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > before(counts, i)) {
                out.integer(1L << i).integer(counts[i]);
            }
        }
    }

    private static long before(long[] counts, int index) {
        return index == 0 ? 0 : counts[index - 1];
    }

    private static Command sub(String name, int arity, String since, String summary, CommandHandler handler) {
        return Command.named("latency|" + name)
                .arity(arity)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .since(since)
                .summary(summary)
                .guarantee("Concerns this node alone. Times go from a command's turn to its reply, the answers of other"
                        + " nodes included.")
                .handledBy(handler);
    }
}
