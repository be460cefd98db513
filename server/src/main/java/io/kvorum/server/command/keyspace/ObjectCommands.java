package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespNumbers;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.Route;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.ValueSlice;
import java.util.List;

/** OBJECT: what Redis would tell of a string with the same bytes. Here each value is bytes in a record, whatever they are. */
final class ObjectCommands {
    private static final int EMBEDDED_BYTES_MAX = 44;
    private static final long MILLIS_PER_SECOND = 1000;
    private static final String NO_FREQUENCY =
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked."
                    + " Please note that when switching between policies at runtime LRU and LFU data will take some time to"
                    + " adjust.";
    private static final List<String> HELP = List.of(
            "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "ENCODING <key>",
            "    Return int, embstr or raw, as Redis would hold the value.",
            "FREQ <key>",
            "    Not supported: accesses are not counted for clients.",
            "IDLETIME <key>",
            "    Return the seconds since the value was last written; reads do not count.",
            "REFCOUNT <key>",
            "    Return 1: no two keys share a value.",
            "HELP",
            "    Print this help.");

    private ObjectCommands() {}

    static Command row() {
        return Command.named("object")
                .arity(-2)
                .group(CommandGroup.GENERIC)
                .since("2.2.3")
                .summary("A container for questions about the value of a key.")
                .containing(
                        about(
                                        "encoding",
                                        "2.2.3",
                                        "Returns how Redis would hold the value: int, embstr or raw; or nil.")
                                .handledBy(call -> call.read(ValueReply.of((out, live, value) -> {
                                    if (live) {
                                        out.bulk(encoding(value));
                                    } else {
                                        out.nil();
                                    }
                                }))),
                        about("freq", "4.0.0", "Replies with an error, or nil for no key: accesses are not counted.")
                                .handledBy(call -> call.read(ValueReply.of((out, live, value) -> {
                                    if (live) {
                                        out.error(NO_FREQUENCY);
                                    } else {
                                        out.nil();
                                    }
                                }))),
                        about("idletime", "2.2.3", "Returns the seconds since the value was last written, or nil.")
                                .handledBy(ObjectCommands::idleTime),
                        about("refcount", "2.2.3", "Returns 1, or nil: no two keys share a value.")
                                .handledBy(call -> call.read(ValueReply.of((out, live, value) -> {
                                    if (live) {
                                        out.integer(1);
                                    } else {
                                        out.nil();
                                    }
                                }))),
                        Command.named("object|help")
                                .arity(2)
                                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                                .group(CommandGroup.GENERIC)
                                .since("6.2.0")
                                .summary("Explains the sub-commands.")
                                .handledBy(call -> help(call, HELP)));
    }

    private static Command.Builder about(String name, String since, String summary) {
        return Command.named("object|" + name)
                .arity(3)
                .keyAt(2)
                .flags(CommandFlag.READONLY)
                .group(CommandGroup.GENERIC)
                .since(since)
                .summary(summary)
                .guarantee("As new as GET.")
                .routed(Route.READ);
    }

    static void help(Call call, List<String> lines) {
        call.out().array(lines.size());
        lines.forEach(call.out()::simple);
    }

    private static String encoding(ValueSlice value) {
        if (RespNumbers.isLong(value.array(), value.offset(), value.length())) {
            return "int";
        }
        return value.length() <= EMBEDDED_BYTES_MAX ? "embstr" : "raw";
    }

    private static void idleTime(Call call) {
        long nowMillis = call.loop().keys().nowMillis();
        call.read(ValueReply.of((out, live, value) -> {
            if (live) {
                out.integer(Math.max(0, nowMillis - Stamp.millis(value.stamp())) / MILLIS_PER_SECOND);
            } else {
                out.nil();
            }
        }));
    }
}
