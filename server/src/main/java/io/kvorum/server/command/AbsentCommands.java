package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Commands that end, clear or list what there never is here: subscriptions, transactions, scripts, functions, modules. They
 * answer as a Redis that has none, since pools and drivers send them when they take a connection back, and tools when they
 * look around. What would make any of these is in {@link Unsupported}.
 */
final class AbsentCommands {
    private static final byte[] ASYNC = ascii("ASYNC");
    private static final byte[] SYNC = ascii("SYNC");
    private static final byte[] WITHCODE = ascii("WITHCODE");
    private static final byte[] LIBRARYNAME = ascii("LIBRARYNAME");
    private static final String NONE_EVER = "Nothing of the kind is ever there.";

    private static final List<String> SCRIPT_HELP = List.of(
            "SCRIPT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "EXISTS <sha1> [<sha1> ...]",
            "    Return 0 for each: no script is ever loaded.",
            "FLUSH [ASYNC|SYNC]",
            "    Do nothing.",
            "KILL",
            "    Say that no script runs.",
            "HELP",
            "    Print this help.");
    private static final List<String> FUNCTION_HELP = List.of(
            "FUNCTION <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "FLUSH [ASYNC|SYNC]",
            "    Do nothing.",
            "LIST [LIBRARYNAME PATTERN] [WITHCODE]",
            "    Return an empty list.",
            "STATS",
            "    Say that no function runs.",
            "HELP",
            "    Print this help.");
    private static final List<String> PUBSUB_HELP = List.of(
            "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CHANNELS [<pattern>]",
            "    Return an empty list.",
            "NUMPAT",
            "    Return 0.",
            "NUMSUB [<channel> ...]",
            "    Return 0 for each channel.",
            "SHARDCHANNELS [<pattern>]",
            "    Return an empty list.",
            "SHARDNUMSUB [<shardchannel> ...]",
            "    Return 0 for each channel.",
            "HELP",
            "    Print this help.");
    private static final List<String> MODULE_HELP = List.of(
            "MODULE <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "LIST",
            "    Return an empty list.",
            "HELP",
            "    Print this help.");

    private AbsentCommands() {}

    static List<Command> commands() {
        return List.of(
                transaction("discard", 1, "2.0.0", "Ends a transaction; there is none, and nothing to take back.")
                        .flags(
                                CommandFlag.NOSCRIPT,
                                CommandFlag.LOADING,
                                CommandFlag.STALE,
                                CommandFlag.FAST,
                                CommandFlag.ALLOW_BUSY,
                                CommandFlag.ENDS_MULTI)
                        .handledBy(call -> {
                            call.session().endTransaction();
                            call.out().ok();
                        }),
                transaction("unwatch", 1, "2.2.0", "Forgets watched keys; there are none.")
                        .flags(
                                CommandFlag.NOSCRIPT,
                                CommandFlag.LOADING,
                                CommandFlag.STALE,
                                CommandFlag.FAST,
                                CommandFlag.ALLOW_BUSY)
                        .handledBy(ConnectionCommands::ok),
                unsubscribe("unsubscribe", "2.0.0"),
                unsubscribe("punsubscribe", "2.0.0"),
                unsubscribe("sunsubscribe", "7.0.0"),
                pubsub(),
                script(),
                function(),
                module());
    }

    private static Command.Builder transaction(String name, int arity, String since, String summary) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.TRANSACTIONS)
                .since(since)
                .summary(summary)
                .guarantee("MULTI and WATCH are not supported.");
    }

    private static Command unsubscribe(String name, String since) {
        byte[] word = ascii(name);
        return Command.named(name)
                .arity(-1)
                .group(CommandGroup.PUBSUB)
                .flags(CommandFlag.PUBSUB, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .since(since)
                .summary("Says of each channel that it is not subscribed to.")
                .guarantee(NONE_EVER)
                .handledBy(call -> {
                    RespRequest request = call.request();
                    RespWriter out = call.out();
                    for (int i = 1; i < Math.max(2, request.argumentCount()); i++) {
                        out.push(3).bulk(word);
                        if (i < request.argumentCount()) {
                            out.bulk(request.array(), request.offset(i), request.length(i));
                        } else {
                            out.nil();
                        }
                        out.integer(0);
                    }
                });
    }

    private static Command pubsub() {
        CommandFlag[] flags = {CommandFlag.PUBSUB, CommandFlag.LOADING, CommandFlag.STALE};
        return container("pubsub", "2.8.0", CommandGroup.PUBSUB, "A container for commands about subscriptions.")
                .containing(
                        sub("pubsub|channels", -2, "2.8.0", CommandGroup.PUBSUB, "Lists channels: none.", flags)
                                .handledBy(AbsentCommands::none),
                        sub("pubsub|numpat", 2, "2.8.0", CommandGroup.PUBSUB, "Counts patterns: none.", flags)
                                .handledBy(call -> call.out().integer(0)),
                        sub("pubsub|numsub", -2, "2.8.0", CommandGroup.PUBSUB, "Counts subscribers: none.", flags)
                                .handledBy(AbsentCommands::noSubscribers),
                        sub("pubsub|shardchannels", -2, "7.0.0", CommandGroup.PUBSUB, "Lists channels: none.", flags)
                                .handledBy(AbsentCommands::none),
                        sub("pubsub|shardnumsub", -2, "7.0.0", CommandGroup.PUBSUB, "Counts subscribers: none.", flags)
                                .handledBy(AbsentCommands::noSubscribers),
                        sub(
                                        "pubsub|help",
                                        2,
                                        "6.2.0",
                                        CommandGroup.PUBSUB,
                                        "Describes the sub-commands.",
                                        CommandFlag.LOADING,
                                        CommandFlag.STALE)
                                .handledBy(call -> help(call, PUBSUB_HELP)));
    }

    private static Command script() {
        CommandFlag[] flags = {CommandFlag.NOSCRIPT};
        return container("script", "2.6.0", CommandGroup.SCRIPTING, "A container for commands about scripts.")
                .containing(
                        sub("script|exists", -3, "2.6.0", CommandGroup.SCRIPTING, "Finds scripts: none.", flags)
                                .handledBy(call -> {
                                    int count = call.request().argumentCount() - 2;
                                    RespWriter out = call.out().array(count);
                                    for (int i = 0; i < count; i++) {
                                        out.integer(0);
                                    }
                                }),
                        sub("script|flush", -2, "2.6.0", CommandGroup.SCRIPTING, "Forgets scripts.", flags)
                                .handledBy(call -> flush(call, "SCRIPT FLUSH only support SYNC|ASYNC option")),
                        sub("script|kill", 2, "2.6.0", CommandGroup.SCRIPTING, "Ends a script.", flags)
                                .handledBy(call -> call.out().error("NOTBUSY No scripts in execution right now.")),
                        sub(
                                        "script|help",
                                        2,
                                        "5.0.0",
                                        CommandGroup.SCRIPTING,
                                        "Describes the sub-commands.",
                                        CommandFlag.LOADING,
                                        CommandFlag.STALE)
                                .handledBy(call -> help(call, SCRIPT_HELP)));
    }

    private static Command function() {
        CommandFlag[] flags = {CommandFlag.NOSCRIPT};
        return container("function", "7.0.0", CommandGroup.SCRIPTING, "A container for commands about functions.")
                .containing(
                        sub("function|flush", -2, "7.0.0", CommandGroup.SCRIPTING, "Forgets functions.", flags)
                                .handledBy(call -> flush(call, "FUNCTION FLUSH only supports SYNC|ASYNC option")),
                        sub("function|list", -2, "7.0.0", CommandGroup.SCRIPTING, "Lists libraries: none.", flags)
                                .handledBy(AbsentCommands::functionList),
                        sub("function|stats", 2, "7.0.0", CommandGroup.SCRIPTING, "Says what runs: nothing.", flags)
                                .handledBy(call -> {
                                    RespWriter out = call.out().map(2);
                                    out.bulk("running_script").nil();
                                    out.bulk("engines").map(0);
                                }),
                        sub(
                                        "function|help",
                                        2,
                                        "7.0.0",
                                        CommandGroup.SCRIPTING,
                                        "Describes the sub-commands.",
                                        CommandFlag.LOADING,
                                        CommandFlag.STALE)
                                .handledBy(call -> help(call, FUNCTION_HELP)));
    }

    private static Command module() {
        CommandFlag[] flags = {CommandFlag.ADMIN, CommandFlag.NOSCRIPT};
        return container("module", "4.0.0", CommandGroup.SERVER, "A container for commands about modules.")
                .containing(
                        sub("module|list", 2, "4.0.0", CommandGroup.SERVER, "Lists modules: none.", flags)
                                .handledBy(AbsentCommands::none),
                        sub(
                                        "module|help",
                                        2,
                                        "5.0.0",
                                        CommandGroup.SERVER,
                                        "Describes the sub-commands.",
                                        CommandFlag.LOADING,
                                        CommandFlag.STALE)
                                .handledBy(call -> help(call, MODULE_HELP)));
    }

    private static void none(Call call) {
        call.out().array(0);
    }

    private static void noSubscribers(Call call) {
        RespRequest request = call.request();
        RespWriter out = call.out().array((request.argumentCount() - 2) * 2);
        for (int i = 2; i < request.argumentCount(); i++) {
            out.bulk(request.array(), request.offset(i), request.length(i)).integer(0);
        }
    }

    private static void flush(Call call, String errorText) {
        RespRequest request = call.request();
        boolean plain = request.argumentCount() == 2;
        boolean known = request.argumentCount() == 3 && (request.matches(2, ASYNC) || request.matches(2, SYNC));
        if (plain || known) {
            call.out().ok();
        } else {
            call.out().error("ERR " + errorText);
        }
    }

    private static void functionList(Call call) {
        RespRequest request = call.request();
        for (int i = 2; i < request.argumentCount(); i++) {
            if (request.matches(i, LIBRARYNAME)) {
                if (++i == request.argumentCount()) {
                    call.out().error("ERR library name argument was not given");
                    return;
                }
            } else if (!request.matches(i, WITHCODE)) {
                call.out().error("ERR Unknown argument " + CommandErrors.clipped(request, i, 128));
                return;
            }
        }
        call.out().array(0);
    }

    static void help(Call call, List<String> lines) {
        RespWriter out = call.out().array(lines.size());
        lines.forEach(out::simple);
    }

    private static Command.Builder container(String name, String since, CommandGroup group, String summary) {
        return Command.named(name)
                .arity(-2)
                .group(group)
                .since(since)
                .summary(summary)
                .guarantee(NONE_EVER);
    }

    private static Command.Builder sub(
            String name, int arity, String since, CommandGroup group, String summary, CommandFlag... flags) {
        return Command.named(name)
                .arity(arity)
                .group(group)
                .flags(flags[0], Arrays.copyOfRange(flags, 1, flags.length))
                .since(since)
                .summary(summary)
                .guarantee(NONE_EVER);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
