package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import io.kvorum.server.command.Glob;
import io.kvorum.server.command.SlowLog;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** CONFIG; see {@link ConfigParameters}. */
final class ConfigCommands {
    private static final String REWRITE =
            "ERR CONFIG REWRITE writes nothing: what CONFIG SET changes holds until the node"
                    + " ends. Edit the configuration file for what is to hold longer.";
    private static final String FAILED = "ERR CONFIG SET failed (possibly related to argument '";
    private static final String SLOWER_THAN = "slowlog-log-slower-than";
    private static final String MAX_LEN = "slowlog-max-len";
    private static final long NANOS_PER_MICRO = 1_000;
    private static final List<String> HELP = List.of(
            "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "GET <pattern>",
            "    Return parameters matching the glob-like <pattern> and their values.",
            "SET <directive> <value>",
            "    Set the configuration <directive> to <value>, until the node ends. Those of a node's own that cannot be"
                    + " set are set in the configuration file; those of Redis that mean nothing here are remembered.",
            "RESETSTAT",
            "    Reset statistics reported by the INFO command.",
            "REWRITE",
            "    Not supported.",
            "HELP",
            "    Print this help.");

    private final ConfigParameters parameters;

    private ConfigCommands(ConfigParameters parameters) {
        this.parameters = parameters;
    }

    /**
     * The rows.
     *
     * @param config what holds from the node's start to its end
     * @param resetStatistics what RESETSTAT does
     */
    static List<Command> commands(ConfigView config, Runnable resetStatistics) {
        ConfigCommands handlers = new ConfigCommands(new ConfigParameters(config));
        return List.of(Command.named("config")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("2.0.0")
                .summary("A container for commands about the node's configuration.")
                .containing(
                        sub("get", -3, "2.0.0", "Returns the parameters that match patterns.", handlers::get),
                        SlowLogCommands.helpRow("config", "5.0.0", HELP),
                        sub("resetstat", 2, "2.0.0", "Begins to count anew.", call -> {
                            resetStatistics.run();
                            call.out().ok();
                        }),
                        sub(
                                "rewrite",
                                2,
                                "2.8.0",
                                "Is not supported.",
                                call -> call.out().error(REWRITE)),
                        sub("set", -4, "2.0.0", "Sets parameters, all or none, until the node ends.", handlers::set)));
    }

    private static Command sub(String name, int arity, String since, String summary, CommandHandler handler) {
        return Command.named("config|" + name)
                .arity(arity)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .since(since)
                .summary(summary)
                .guarantee("Concerns this node alone.")
                .handledBy(handler);
    }

    private void get(Call call) {
        RespRequest request = call.request();
        if (CommandErrors.hasTooManyNames(call, 2)) {
            return;
        }
        SortedMap<String, String> values = parameters.values(live(call));
        SortedMap<String, String> found = new TreeMap<>();
        for (int i = 2; i < request.argumentCount(); i++) {
            Glob pattern = new Glob(bytes(request.string(i).toLowerCase(Locale.ROOT)));
            values.forEach((name, value) -> {
                byte[] text = bytes(name);
                if (pattern.matches(text, 0, text.length)) {
                    found.put(name, value);
                }
            });
        }
        RespWriter out = call.out().map(found.size());
        found.forEach((name, value) -> out.bulk(name).bulk(value));
    }

    private void set(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() % 2 != 0) {
            call.out().error(CommandErrors.SYNTAX);
            return;
        }
        Map<String, ConfigParameters.Live> live = live(call);
        Map<String, String> asked = new LinkedHashMap<>();
        for (int i = 2; i < request.argumentCount(); i += 2) {
            String name = request.string(i).toLowerCase(Locale.ROOT);
            if (!parameters.has(name, live)) {
                call.out()
                        .error("ERR Unknown option or number of arguments for CONFIG SET - '"
                                + CommandErrors.clipped(request, i) + "'");
                return;
            }
            if (asked.put(name, request.string(i + 1)) != null) {
                call.out().error(FAILED + name + "') - duplicate parameter");
                return;
            }
        }
        for (Map.Entry<String, String> one : asked.entrySet()) {
            String problem = parameters.problemOf(one.getKey(), one.getValue(), live);
            if (problem != null) {
                call.out().error(FAILED + one.getKey() + "') - " + problem);
                return;
            }
        }
        asked.forEach((name, value) -> parameters.set(name, value, live));
        call.out().ok();
    }

    private static Map<String, ConfigParameters.Live> live(Call call) {
        SlowLog slowLog = call.loop().slowLog();
        return Map.of(SLOWER_THAN, new SlowerThan(slowLog), MAX_LEN, new MaxLen(slowLog));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private record SlowerThan(SlowLog slowLog) implements ConfigParameters.Live {
        @Override
        public long value() {
            return slowLog.thresholdNanos() < 0 ? -1 : slowLog.thresholdNanos() / NANOS_PER_MICRO;
        }

        @Override
        public void set(long micros) {
            slowLog.setThresholdNanos(micros * NANOS_PER_MICRO);
        }

        @Override
        public long least() {
            return -1;
        }

        @Override
        public long most() {
            return Long.MAX_VALUE / NANOS_PER_MICRO;
        }
    }

    private record MaxLen(SlowLog slowLog) implements ConfigParameters.Live {
        @Override
        public long value() {
            return slowLog.entriesMax();
        }

        @Override
        public void set(long count) {
            slowLog.setEntriesMax((int) count);
        }

        @Override
        public long least() {
            return 0;
        }

        @Override
        public long most() {
            return SlowLog.ENTRIES_MAX;
        }
    }
}
