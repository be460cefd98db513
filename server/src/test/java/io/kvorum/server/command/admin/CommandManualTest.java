package io.kvorum.server.command.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvorum.ring.Partitioner;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandBench;
import io.kvorum.server.command.Commands;
import io.kvorum.server.command.keyspace.KeyspaceCommands;
import io.kvorum.server.command.manual.Argument;
import io.kvorum.server.command.manual.ArgumentType;
import io.kvorum.server.command.manual.KeyUse;
import io.kvorum.server.command.manual.Manual;
import io.kvorum.server.command.manual.ManualEntry;
import io.kvorum.server.command.versioned.VersionedCommands;
import io.kvorum.server.command.versioned.VersionedSettings;
import io.kvorum.server.config.Secret;
import io.kvorum.storage.engine.MemoryEngine;
import io.kvorum.storage.version.StampClock;
import io.kvorum.storage.version.VersionObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manual says of every command what is so: held against the rows, and against what the commands take. */
class CommandManualTest {
    /** What ends or mutes the connection, stops the node or takes its time, or needs more than a bench has. */
    private static final Set<String> NOT_RUN = Set.of(
            "shutdown",
            "client|reply",
            "client|pause",
            "client|kill",
            "quit",
            "debug|object",
            "debug|sleep",
            "kv.drain",
            "cluster|countkeysinslot",
            "cluster|getkeysinslot");

    /** Whatever follows, the one is refused for its first word, and the other draws. */
    private static final Set<String> UNMOVED = Set.of("client|tracking", "lolwut");

    private static final List<String> REFUSALS = List.of(
            "-ERR syntax error",
            "-ERR wrong number of arguments",
            "-ERR Unsupported option",
            "-ERR Unrecognized option",
            "-ERR unknown subcommand",
            "-ERR Unknown client type",
            "-ERR Unknown argument",
            "-ERR CLIENT PAUSE mode",
            "-ERR CLIENT UNBLOCK reason",
            "-ERR Invalid condition",
            "-ERR FUNCTION FLUSH only supports",
            "-ERR SCRIPT FLUSH only support",
            "-ERR BITFIELD_RO only supports the GET subcommand",
            "-ERR KV.");

    /** As Redis does, which tells nobody of it either: it changes nothing. */
    private static final List<String> KNOWN_AND_NOT_TOLD = List.of("bitfield_ro OVERFLOW");

    private final AdminBench admin = new AdminBench(3, 8, 3);
    private final CommandBench keys = new CommandBench(1, 1, Secret.NONE, onKeys(), Runnable::run);

    private static List<Command> onKeys() {
        List<Command> rows = new ArrayList<>(
                Commands.families().stream().flatMap(List::stream).toList());
        int others = rows.size();
        rows.addAll(VersionedCommands.commands(new VersionedSettings(1, 1, 0, 60_000), VersionObserver.NONE));
        MemoryEngine engine = new MemoryEngine(
                16, 0, Partitioner.SLOTS::high, new StampClock(() -> 1_000, 1_000), new SplittableRandom(1));
        engine.start();
        rows.addAll(KeyspaceCommands.commands(
                List.copyOf(rows), engine, (done, failed) -> done.run(), new SplittableRandom(1)));
        return rows.subList(others, rows.size());
    }

    private Map<String, Command> rows() {
        Map<String, Command> rows = new LinkedHashMap<>();
        Stream.concat(keys.loop.table().rows().stream(), admin.table.rows().stream())
                .forEach(row -> rows.put(row.name(), row));
        return rows;
    }

    @Test
    void it_has_an_entry_for_every_command_and_no_other() {
        assertThat(Manual.current().names()).containsExactlyInAnyOrderElementsOf(rows().keySet());
        rows().keySet()
                .forEach(name -> assertThat(entry(name).complexity()).as(name).isNotEmpty());
    }

    @Test
    void arguments_agree_with_the_arity() {
        rows().forEach((name, row) -> {
            if (row.subcommands().isEmpty()) {
                List<Argument> arguments = entry(name).arguments();
                int words = name.split("\\|").length
                        + arguments.stream().mapToInt(Argument::leastWords).sum();
                assertThat(words).as(name).isEqualTo(Math.abs(row.arity()));
                if (row.arity() > 0) {
                    assertThat(arguments.stream().allMatch(Argument::isFixed))
                            .as(name)
                            .isTrue();
                }
            }
        });
    }

    @Test
    void keys_agree_with_the_rows() {
        rows().forEach((name, row) -> {
            List<KeyUse> uses = entry(name).keys();
            assertThat(uses.stream().anyMatch(KeyUse::areKeys)).as(name).isEqualTo(row.firstKey() > 0);
            List<Integer> named = leaves(entry(name).arguments())
                    .filter(leaf -> leaf.type() == ArgumentType.KEY)
                    .map(Argument::keyUse)
                    .distinct()
                    .toList();
            for (int use : named) {
                assertThat(use).as(name).isLessThan(uses.size());
            }
            assertThat(named.isEmpty()).as(name).isEqualTo(row.firstKey() == 0);
            for (KeyUse use : uses) {
                assertThat(use.flags().get(0)).as(name).isIn("RO", "RW", "OW", "RM", "not_key");
            }
        });
    }

    /** Each way to write a command is one that it takes: whatever else may be wrong, it is not how it is written. */
    @Test
    void what_is_written_there_is_understood() {
        rows().forEach((name, row) -> {
            if (row.subcommands().isEmpty() && !NOT_RUN.contains(name)) {
                for (List<String> request : requests(name)) {
                    assertThat(isRefused(name, request))
                            .as("%s: %s", request, run(name, request))
                            .isFalse();
                }
            }
        });
    }

    /** No command takes a word of any other that the manual does not give it. */
    @Test
    void what_is_understood_is_written_there() {
        Set<String> vocabulary = new TreeSet<>();
        Manual.current().names().forEach(name -> vocabulary.addAll(tokens(name)));
        assertThat(vocabulary).contains("NX", "KEEPTTL", "STRICT", "MAXAGE", "WITHMATCHLEN", "LIB-NAME");
        rows().forEach((name, row) -> {
            boolean takesAnything =
                    entry(name).arguments().stream().anyMatch(argument -> takesAnything(argument, false));
            if (!row.subcommands().isEmpty() || NOT_RUN.contains(name) || takesAnything || UNMOVED.contains(name)) {
                return;
            }
            List<String> least = requests(name).get(0);
            for (String word : vocabulary) {
                for (List<String> more : List.of(List.of(word), List.of(word, "1"))) {
                    List<String> request = joined(least, more);
                    if (!tokens(name).contains(word) && !KNOWN_AND_NOT_TOLD.contains(name + ' ' + word)) {
                        assertThat(isRefused(name, request))
                                .as("%s: %s", request, run(name, request))
                                .isTrue();
                    }
                }
            }
        });
    }

    /** Whether there may be more words that are any. */
    private static boolean takesAnything(Argument argument, boolean isMore) {
        boolean more = isMore || argument.optional() || argument.multiple();
        if (argument.token() != null) {
            return false;
        }
        return argument.children().isEmpty()
                ? more
                : argument.children().stream().anyMatch(child -> takesAnything(child, more));
    }

    private boolean isRefused(String name, List<String> request) {
        String reply = run(name, request);
        return REFUSALS.stream().anyMatch(reply::startsWith);
    }

    private String run(String name, List<String> request) {
        String[] words = request.toArray(new String[0]);
        if (keys.loop.table().find(name) == null) {
            return admin.raw(words);
        }
        // Some look at what is wrong only if there is a value.
        keys.run("SET", "k", "1");
        return keys.run(words);
    }

    private static ManualEntry entry(String name) {
        return Manual.current().of(name);
    }

    private static Set<String> tokens(String name) {
        Set<String> tokens = new TreeSet<>();
        all(entry(name).arguments()).forEach(argument -> {
            if (argument.token() != null) {
                tokens.add(argument.token());
            }
        });
        return tokens;
    }

    private static Stream<Argument> all(List<Argument> arguments) {
        return arguments.stream().flatMap(argument -> Stream.concat(Stream.of(argument), all(argument.children())));
    }

    private static Stream<Argument> leaves(List<Argument> arguments) {
        return all(arguments).filter(argument -> argument.children().isEmpty());
    }

    /** The shortest request, and for each other choice or option the shortest with that. */
    private static List<List<String>> requests(String name) {
        List<String> words = List.of(name.toUpperCase(Locale.ROOT).split("\\|"));
        return ways(entry(name).arguments()).stream()
                .map(way -> joined(words, way))
                .toList();
    }

    private static List<List<String>> ways(List<Argument> arguments) {
        return combined(arguments, argument -> {
            List<List<String>> ways = new ArrayList<>(argument.optional() ? List.of(List.of()) : List.of());
            for (List<String> way : there(argument)) {
                ways.add(way);
                if (argument.multiple()) {
                    boolean again = argument.token() == null || argument.tokenRepeated();
                    ways.add(joined(way, again ? way : way.subList(1, way.size())));
                }
            }
            return ways;
        });
    }

    private static List<List<String>> there(Argument argument) {
        List<String> token = argument.token() == null ? List.of() : List.of(argument.token());
        List<List<String>> ways = switch (argument.type()) {
            case PURE_TOKEN -> List.of(List.of());
            case ONEOF ->
                argument.children().stream()
                        .flatMap(child -> there(child).stream())
                        .toList();
            case BLOCK -> ways(argument.children());
            default -> List.of(List.of(sample(argument)));
        };
        return ways.stream().map(way -> joined(token, way)).toList();
    }

    /** The first way of each, and every other way of one of them with the first of the others. */
    private static List<List<String>> combined(
            List<Argument> arguments, Function<Argument, List<List<String>>> waysOf) {
        List<List<List<String>>> ways = arguments.stream().map(waysOf).toList();
        List<List<String>> all = new ArrayList<>();
        all.add(ways.stream().flatMap(each -> each.get(0).stream()).toList());
        for (int chosen = 0; chosen < ways.size(); chosen++) {
            for (List<String> other :
                    ways.get(chosen).subList(1, ways.get(chosen).size())) {
                List<String> request = new ArrayList<>();
                for (int i = 0; i < ways.size(); i++) {
                    request.addAll(i == chosen ? other : ways.get(i).get(0));
                }
                all.add(request);
            }
        }
        return all;
    }

    private static String sample(Argument argument) {
        return switch (argument.name()) {
            case "encoding" -> "u8";
            case "protover" -> "3";
            case "yes/no" -> "yes";
            case "username" -> "default";
            case "command", "command-name" -> "get";
            case "job" -> "sweeping";
            case "ifdeq-digest", "ifdne-digest", "hash" -> "0123456789abcdef";
            default ->
                switch (argument.type()) {
                    case INTEGER, DOUBLE -> "1";
                    case UNIX_TIME -> "99999999999";
                    case PATTERN -> "*";
                    case KEY -> "k";
                    default -> "a";
                };
        };
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
