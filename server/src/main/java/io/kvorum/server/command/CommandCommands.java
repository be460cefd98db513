package io.kvorum.server.command;

import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.manual.KeyUse;
import io.kvorum.server.command.manual.Manual;
import io.kvorum.server.command.manual.ManualEntry;
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
                                .handledBy(CommandDocs::answer),
                        sub("command|getkeys", -3, "Finds the keys in a command.")
                                .since("2.8.13")
                                .handledBy(call -> CommandKeys.answer(call, false)),
                        sub("command|getkeysandflags", -3, "Finds the keys in a command, and what it does with them.")
                                .since("7.0.0")
                                .handledBy(call -> CommandKeys.answer(call, true)),
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
            rows.add(row == null ? FullBulkStringRedisMessage.NULL_INSTANCE : describe(row));
        }
        call.out().message(new ArrayRedisMessage(rows));
    }

    private static void info(Call call, List<Command> rows) {
        call.out()
                .message(new ArrayRedisMessage(
                        rows.stream().map(CommandCommands::describe).toList()));
    }

    /** Name, arity, flags, first key, last key, step, categories, tips, key specifications, sub-commands. */
    private static RedisMessage describe(Command row) {
        ManualEntry entry = Manual.current().of(row.name());
        return array(
                bulk(row.name()),
                new IntegerRedisMessage(row.arity()),
                words(shownFlags(row).toList()),
                new IntegerRedisMessage(row.firstKey()),
                new IntegerRedisMessage(row.lastKey()),
                new IntegerRedisMessage(row.keyStep()),
                words(categories(row)),
                new SetMessage(entry.tips().stream().map(CommandCommands::bulk).toList()),
                keySpecifications(row, entry.keys()),
                subcommands(row.subcommands()));
    }

    /** As Redis: a list, but where there are none the empty set. */
    private static RedisMessage subcommands(List<Command> rows) {
        List<RedisMessage> described =
                rows.stream().map(CommandCommands::describe).toList();
        return rows.isEmpty() ? new SetMessage(described) : new ArrayRedisMessage(described);
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

    private static RedisMessage keySpecifications(Command row, List<KeyUse> uses) {
        return new SetMessage(uses.stream().map(use -> specification(row, use)).toList());
    }

    private static RedisMessage specification(Command row, KeyUse use) {
        List<RedisMessage> facts = new ArrayList<>();
        String note = use.note();
        if (note != null) {
            facts.add(bulk("notes"));
            facts.add(bulk(note));
        }
        facts.addAll(List.of(
                bulk("flags"),
                words(use.flags()),
                bulk("begin_search"),
                new MapMessage(List.of(
                        bulk("type"),
                        bulk("index"),
                        bulk("spec"),
                        new MapMessage(List.of(bulk("index"), new IntegerRedisMessage(CommandKeys.first(row, use)))))),
                bulk("find_keys"),
                new MapMessage(List.of(
                        bulk("type"),
                        bulk("range"),
                        bulk("spec"),
                        new MapMessage(List.of(
                                bulk("lastkey"),
                                new IntegerRedisMessage(CommandKeys.last(row, use)),
                                bulk("keystep"),
                                new IntegerRedisMessage(Math.max(1, row.keyStep())),
                                bulk("limit"),
                                new IntegerRedisMessage(0)))))));
        return new MapMessage(facts);
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

    /** A set of words that are always the same. */
    static RedisMessage words(List<String> words) {
        return new SetMessage(words.stream().map(SimpleStringRedisMessage::new).toList());
    }

    static RedisMessage bulk(String text) {
        return new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
