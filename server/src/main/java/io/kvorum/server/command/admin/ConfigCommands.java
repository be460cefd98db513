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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * CONFIG. A node's properties hold from its start to its end, so that SET takes what is so already and says of all else
 * where it is to be set. One exception: frameworks ask for keyspace notifications when they start, and would not start
 * without an OK; they get it, and no notifications.
 */
final class ConfigCommands {
    private static final String NOTIFICATIONS = "notify-keyspace-events";
    private static final String REWRITE = "ERR CONFIG REWRITE has nothing to write: no property changes while the node"
            + " runs. Edit the configuration file and restart the node.";
    private static final List<String> HELP = List.of(
            "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "GET <pattern>",
            "    Return parameters matching the glob-like <pattern> and their values.",
            "SET <directive> <value>",
            "    Accept what is in effect already; all else is set in the configuration file.",
            "RESETSTAT",
            "    Reset statistics reported by the INFO command.",
            "REWRITE",
            "    Not supported.",
            "HELP",
            "    Print this help.");

    private final ConfigView config;

    private ConfigCommands(ConfigView config) {
        this.config = config;
    }

    /**
     * The rows.
     *
     * @param config what GET shows
     * @param resetStatistics what RESETSTAT does
     */
    static List<Command> commands(ConfigView config, Runnable resetStatistics) {
        ConfigCommands handlers = new ConfigCommands(config);
        return List.of(Command.named("config")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("2.0.0")
                .summary("A container for commands about the node's configuration.")
                .containing(
                        sub("get", -3, "2.0.0", "Returns the properties that match patterns.", handlers::get),
                        sub("help", 2, "5.0.0", "Describes the sub-commands.", ConfigCommands::help),
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
                        sub("set", -4, "2.0.0", "Accepts what is in effect already.", handlers::set)));
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

    private static void help(Call call) {
        call.out().array(HELP.size());
        HELP.forEach(call.out()::simple);
    }

    private void get(Call call) {
        RespRequest request = call.request();
        SortedMap<String, String> found = new TreeMap<>();
        for (int i = 2; i < request.argumentCount(); i++) {
            Glob pattern = new Glob(bytes(request.string(i).toLowerCase(Locale.ROOT)));
            config.values().forEach((name, value) -> {
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
            CommandErrors.wrongArity(call);
            return;
        }
        for (int i = 2; i < request.argumentCount(); i += 2) {
            String name = request.string(i).toLowerCase(Locale.ROOT);
            String inEffect = config.values().get(name);
            if (inEffect == null) {
                call.out()
                        .error("ERR Unknown option or number of arguments for CONFIG SET - '" + request.string(i)
                                + "'");
                return;
            }
            if (!name.equals(NOTIFICATIONS) && !inEffect.equalsIgnoreCase(request.string(i + 1))) {
                call.out()
                        .error("ERR CONFIG SET failed (possibly related to argument '" + name
                                + "') - can't set immutable config; set it in the node's configuration file and"
                                + " restart the node");
                return;
            }
        }
        call.out().ok();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
