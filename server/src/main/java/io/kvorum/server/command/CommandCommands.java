package io.kvorum.server.command;

import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.NullMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.RespRequest;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * COMMAND and its sub-commands: the table describes itself, in Redis 7's shapes. Drivers read it when they connect, and
 * find keys by it.
 */
public final class CommandCommands {
    private static final byte[] FILTERBY = ascii("FILTERBY");
    private static final byte[] MODULE = ascii("MODULE");
    private static final byte[] ACLCAT = ascii("ACLCAT");
    private static final byte[] PATTERN = ascii("PATTERN");

    /** What Redis calls dangerous beside what is for administrators: it walks or removes everything, or tells too much. */
    private static final Set<String> DANGEROUS = Set.of("flushall", "flushdb", "info", "keys", "lastsave", "role");

    private static final Set<String> ADMIN = Set.of("lastsave", "role");

    private static final Set<String> CONNECTION = Set.of(
            "asking",
            "command",
            "command|count",
            "command|docs",
            "command|getkeys",
            "command|getkeysandflags",
            "command|help",
            "command|info",
            "command|list",
            "readonly",
            "readwrite",
            "wait",
            "waitaof");

    private static final List<String> HELP = List.of(
            "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "(no subcommand)",
            "    Return details about all commands of this node.",
            "COUNT",
            "    Return the total number of commands of this node.",
            "LIST [FILTERBY (MODULE <module-name>|ACLCAT <cat>|PATTERN <pattern>)]",
            "    Return a list of all commands of this node.",
            "INFO [<command-name> ...]",
            "    Return details about multiple commands. If no command names are given, documentation details for all"
                    + " commands are returned.",
            "DOCS [<command-name> ...]",
            "    Return documentation details about multiple commands, with what holds when several clients write at once.",
            "GETKEYS <full-command>",
            "    Return the keys from a full command.",
            "GETKEYSANDFLAGS <full-command>",
            "    Return the keys and the access flags from a full command.",
            "HELP",
            "    Prints this help.");

    private CommandCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(sub("command", -1, "Describes all commands.")
                .since("2.8.13")
                .containing(
                        call -> info(call, call.loop().table().commands()),
                        sub("command|count", 2, "Returns the number of commands.")
                                .since("2.8.13")
                                .handledBy(call -> call.out()
                                        .integer(call.loop().table().commands().size())),
                        sub("command|docs", -2, "Explains commands.")
                                .since("7.0.0")
                                .handledBy(CommandCommands::docs),
                        sub("command|getkeys", -3, "Finds the keys in a command.")
                                .since("2.8.13")
                                .handledBy(call -> getKeys(call, false)),
                        sub("command|getkeysandflags", -3, "Finds the keys in a command, and what it does with them.")
                                .since("7.0.0")
                                .handledBy(call -> getKeys(call, true)),
                        sub("command|help", 2, "Describes the sub-commands.")
                                .since("5.0.0")
                                .handledBy(call -> AbsentCommands.help(call, HELP)),
                        sub("command|info", -2, "Describes commands.")
                                .since("2.8.13")
                                .handledBy(CommandCommands::info),
                        sub("command|list", -2, "Lists the names of commands.")
                                .since("7.0.0")
                                .handledBy(CommandCommands::list)));
    }

    private static void info(Call call) {
        if (call.request().argumentCount() == 2) {
            info(call, call.loop().table().commands());
            return;
        }
        if (CommandErrors.hasTooManyNames(call, 2)) {
            return;
        }
        List<RedisMessage> rows = new ArrayList<>();
        for (int i = 2; i < call.request().argumentCount(); i++) {
            Command row = call.loop().table().find(call.request().string(i));
            rows.add(row == null ? absent(call) : describe(row));
        }
        call.out().message(new ArrayRedisMessage(rows));
    }

    private static void info(Call call, List<Command> rows) {
        call.out()
                .message(new ArrayRedisMessage(
                        rows.stream().map(CommandCommands::describe).toList()));
    }

    private static RedisMessage absent(Call call) {
        return call.session().protocol() == 3 ? NullMessage.INSTANCE : ArrayRedisMessage.NULL_INSTANCE;
    }

    /** Name, arity, flags, first key, last key, step, categories, tips, key specifications, sub-commands. */
    private static RedisMessage describe(Command row) {
        return array(
                bulk(row.name()),
                new IntegerRedisMessage(row.arity()),
                new SetMessage(
                        shownFlags(row).map(SimpleStringRedisMessage::new).toList()),
                new IntegerRedisMessage(row.firstKey()),
                new IntegerRedisMessage(row.lastKey()),
                new IntegerRedisMessage(row.keyStep()),
                new SetMessage(categories(row).stream()
                        .map(SimpleStringRedisMessage::new)
                        .toList()),
                array(),
                keySpecifications(row),
                new ArrayRedisMessage(row.subcommands().stream()
                        .map(CommandCommands::describe)
                        .toList()));
    }

    private static Stream<String> shownFlags(Command row) {
        return row.flags().stream().filter(CommandFlag::isShown).sorted().map(CommandFlag::redisName);
    }

    /** In the order of Redis, which makes most of them of the flags, too. */
    static List<String> categories(Command row) {
        boolean writes = row.is(CommandFlag.WRITE);
        boolean reads = row.is(CommandFlag.READONLY);
        boolean keyspace = row.group() == CommandGroup.GENERIC
                ? row.firstKey() > 0 || writes || reads
                : (row.group() == CommandGroup.SERVER && (writes || (reads && !row.is(CommandFlag.FAST))))
                        || (row.group() == CommandGroup.KVORUM && row.firstKey() > 0)
                        || row.name().equals("dbsize");
        boolean admin = row.is(CommandFlag.ADMIN);
        boolean own = row.subcommands().isEmpty() || row.name().equals("command");
        List<String> names = new ArrayList<>();
        addIf(names, keyspace, "@keyspace");
        addIf(names, reads, "@read");
        addIf(names, writes, "@write");
        addIf(names, row.group() == CommandGroup.STRING, "@string");
        addIf(names, row.group() == CommandGroup.BITMAP, "@bitmap");
        addIf(names, row.is(CommandFlag.PUBSUB), "@pubsub");
        addIf(names, admin || ADMIN.contains(row.name()), "@admin");
        names.add(row.is(CommandFlag.FAST) ? "@fast" : "@slow");
        addIf(names, row.is(CommandFlag.BLOCKING), "@blocking");
        addIf(names, admin || DANGEROUS.contains(row.name()), "@dangerous");
        addIf(names, own && (row.group() == CommandGroup.CONNECTION || CONNECTION.contains(row.name())), "@connection");
        addIf(names, own && row.group() == CommandGroup.TRANSACTIONS, "@transaction");
        addIf(names, own && row.group() == CommandGroup.SCRIPTING, "@scripting");
        return names;
    }

    private static void addIf(List<String> names, boolean belongs, String name) {
        if (belongs) {
            names.add(name);
        }
    }

    private static RedisMessage keySpecifications(Command row) {
        if (row.firstKey() == 0) {
            return array();
        }
        int last = row.lastKey() < 0 ? row.lastKey() : row.lastKey() - row.firstKey();
        return array(new MapMessage(List.of(
                bulk("flags"),
                keyFlags(row),
                bulk("begin_search"),
                new MapMessage(List.of(
                        bulk("type"),
                        bulk("index"),
                        bulk("spec"),
                        new MapMessage(List.of(bulk("index"), new IntegerRedisMessage(row.firstKey()))))),
                bulk("find_keys"),
                new MapMessage(List.of(
                        bulk("type"),
                        bulk("range"),
                        bulk("spec"),
                        new MapMessage(List.of(
                                bulk("lastkey"),
                                new IntegerRedisMessage(last),
                                bulk("keystep"),
                                new IntegerRedisMessage(row.keyStep()),
                                bulk("limit"),
                                new IntegerRedisMessage(0))))))));
    }

    private static RedisMessage keyFlags(Command row) {
        boolean writes = row.is(CommandFlag.WRITE);
        return new SetMessage(List.of(
                new SimpleStringRedisMessage(writes ? "RW" : "RO"),
                new SimpleStringRedisMessage(writes ? "update" : "access")));
    }

    private static void docs(Call call) {
        RespRequest request = call.request();
        if (CommandErrors.hasTooManyNames(call, 2)) {
            return;
        }
        List<Command> rows = new ArrayList<>();
        for (int i = 2; i < request.argumentCount(); i++) {
            Command row = call.loop().table().find(request.string(i));
            if (row != null) {
                rows.add(row);
            }
        }
        if (request.argumentCount() == 2) {
            rows.addAll(call.loop().table().commands());
        }
        call.out().message(documentation(rows));
    }

    private static RedisMessage documentation(List<Command> rows) {
        List<RedisMessage> pairs = new ArrayList<>();
        for (Command row : rows) {
            List<RedisMessage> facts = new ArrayList<>(List.of(
                    bulk("summary"), bulk(row.summary()),
                    bulk("since"), bulk(row.since()),
                    bulk("group"), bulk(row.group().title()),
                    bulk("guarantee"), bulk(row.guarantee())));
            if (!row.subcommands().isEmpty()) {
                facts.add(bulk("subcommands"));
                facts.add(documentation(row.subcommands()));
            }
            pairs.add(bulk(row.name()));
            pairs.add(new MapMessage(facts));
        }
        return new MapMessage(pairs);
    }

    private static void list(Call call) {
        RespRequest request = call.request();
        Predicate<Command> wanted = row -> true;
        if (request.argumentCount() > 2) {
            if (request.argumentCount() != 5 || !request.matches(2, FILTERBY)) {
                call.out().error(CommandErrors.SYNTAX);
                return;
            }
            String filter = request.string(4).toLowerCase(Locale.ROOT);
            if (request.matches(3, MODULE)) {
                wanted = row -> false;
            } else if (request.matches(3, ACLCAT)) {
                wanted = row -> categories(row).contains("@" + filter);
            } else if (request.matches(3, PATTERN)) {
                Glob glob = new Glob(request.copy(4));
                wanted = row -> glob.matches(row.name().getBytes(StandardCharsets.US_ASCII));
            } else {
                call.out().error(CommandErrors.SYNTAX);
                return;
            }
        }
        call.out()
                .message(new ArrayRedisMessage(call.loop().table().rows().stream()
                        .filter(wanted)
                        .<RedisMessage>map(row -> bulk(row.name()))
                        .toList()));
    }

    private static void getKeys(Call call, boolean withFlags) {
        RespRequest request = call.request();
        TableRow row = call.loop().table().find(request, 2);
        if (row != null && row.subcommands() != null && request.argumentCount() > 3) {
            row = row.subcommands().find(request.array(), request.offset(3), request.length(3));
        }
        if (row == null) {
            call.out().error("ERR Invalid command specified");
            return;
        }
        Command command = row.command();
        int count = request.argumentCount() - 2;
        if (command.firstKey() == 0) {
            call.out().error("ERR The command has no key arguments");
        } else if (!command.allows(count)) {
            call.out().error("ERR Invalid number of arguments specified for command");
        } else {
            int last = command.lastKey() < 0 ? count + command.lastKey() : command.lastKey();
            List<RedisMessage> keys = new ArrayList<>();
            for (int i = command.firstKey(); i <= last && i < count; i += command.keyStep()) {
                RedisMessage key = new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(request.copy(i + 2)));
                keys.add(withFlags ? array(key, keyFlags(command)) : key);
            }
            call.out().message(new ArrayRedisMessage(keys));
        }
    }

    private static Command.Builder sub(String name, int arity, String summary) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                .summary(summary);
    }

    private static ArrayRedisMessage array(RedisMessage... children) {
        return new ArrayRedisMessage(List.of(children));
    }

    private static FullBulkStringRedisMessage bulk(String text) {
        return new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
