package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import io.kvorum.server.command.SlowLog;
import java.util.List;

/** SLOWLOG: what took long on this node. */
final class SlowLogCommands {
    private static final int COUNT_DEFAULT = 10;
    private static final int ENTRY_FIELDS = 6;
    private static final List<String> HELP = List.of(
            "SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "GET [<count>]",
            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
            "    Entries are made of:",
            "    id, timestamp, time in microseconds, arguments array, client IP and port,",
            "    client name",
            "LEN",
            "    Return the length of the slowlog.",
            "RESET",
            "    Reset the slowlog.",
            "HELP",
            "    Prints this help.");

    private SlowLogCommands() {}

    static Command command() {
        return Command.named("slowlog")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("2.2.12")
                .summary("A container for commands about what took long.")
                .guarantee("Concerns this node alone.")
                .containing(
                        sub("get", -2, "2.2.12", "Returns the newest of what took long.", SlowLogCommands::get),
                        helpRow("slowlog", "6.2.0", HELP),
                        sub(
                                "len",
                                2,
                                "2.2.12",
                                "Returns how many entries there are.",
                                call -> call.out().integer(call.loop().slowLog().size())),
                        sub("reset", 2, "2.2.12", "Forgets the entries.", call -> {
                            call.loop().slowLog().clear();
                            call.out().ok();
                        }));
    }

    /** The row of a container's HELP. */
    static Command helpRow(String container, String since, List<String> lines) {
        return Command.named(container + "|help")
                .arity(2)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                .since(since)
                .summary("Describes the sub-commands.")
                .handledBy(call -> help(call, lines));
    }

    /** Replies with lines of text. */
    static void help(Call call, List<String> lines) {
        RespWriter out = call.out().array(lines.size());
        lines.forEach(out::simple);
    }

    private static void get(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() > 3) {
            CommandErrors.wrongArity(call);
            return;
        }
        long count = COUNT_DEFAULT;
        if (request.argumentCount() == 3) {
            if (!request.isLong(2) || request.asLong(2) < -1 || request.asLong(2) > Integer.MAX_VALUE) {
                call.out().error("ERR count should be greater than or equal to -1");
                return;
            }
            count = request.asLong(2);
        }
        List<SlowLog.Entry> entries = call.loop().slowLog().newest(count < 0 ? SlowLog.ENTRIES_MAX : (int) count);
        RespWriter out = call.out().array(entries.size());
        for (SlowLog.Entry entry : entries) {
            out.array(ENTRY_FIELDS)
                    .integer(entry.id())
                    .integer(entry.seconds())
                    .integer(entry.micros())
                    .array(entry.arguments().size());
            entry.arguments().forEach(out::bulk);
            out.bulk(entry.address()).bulk(entry.clientName());
        }
    }

    private static Command sub(String name, int arity, String since, String summary, CommandHandler handler) {
        return Command.named("slowlog|" + name)
                .arity(arity)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.ADMIN, CommandFlag.LOADING, CommandFlag.STALE)
                .since(since)
                .summary(summary)
                .guarantee("Concerns this node alone. Times go from a command's turn to its reply, the answers of other"
                        + " nodes included; of a command that waited for these, name and key are kept.")
                .handledBy(handler);
    }
}
