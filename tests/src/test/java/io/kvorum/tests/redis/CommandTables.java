package io.kvorum.tests.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What two servers tell of their commands by COMMAND, compared for those that both have. */
final class CommandTables {
    /** Options that redis-server 7.0 has not (BITOP, CLIENT KILL, SET), and what it does not tell (of GETKEYS). */
    private static final Set<String> OTHER_ARGUMENTS =
            Set.of("bitop", "client|kill", "command|getkeys", "command|getkeysandflags", "set");

    private static final List<List<String>> ASKED_FOR_KEYS = List.of(
            List.of("set", "k", "v"),
            List.of("set", "k", "v", "ex", "1"),
            List.of("set", "k", "v", "Get"),
            List.of("set", "k", "get"),
            List.of("get", "k"),
            List.of("del", "a", "b"),
            List.of("mset", "a", "1", "b", "2"),
            List.of("msetnx", "a", "1"),
            List.of("rename", "a", "b"),
            List.of("renamenx", "a", "b"),
            List.of("copy", "a", "b", "replace"),
            List.of("bitop", "and", "to", "a", "b"),
            List.of("lcs", "a", "b", "len"),
            List.of("bitfield", "k"),
            List.of("bitfield", "k", "get", "u8", "0"),
            List.of("bitfield", "k", "get", "u8", "0", "overflow", "sat", "get", "u8", "8"),
            List.of("bitfield", "k", "get", "u8", "0", "set", "u8", "0", "1"),
            List.of("bitfield", "k", "get", "u8"),
            List.of("bitfield_ro", "k", "get", "u8", "0"),
            List.of("object", "encoding", "k"),
            List.of("memory", "usage", "k"),
            List.of("getex", "k"),
            List.of("sunsubscribe", "c"),
            List.of("ping"),
            List.of("nosuch", "k"));

    private CommandTables() {}

    static void compare(RespPeer theirs, RespPeer ours) throws IOException {
        Map<String, Row> expected = rows(theirs);
        Map<String, Row> actual = rows(ours);
        Set<String> shared = new TreeSet<>(actual.keySet());
        shared.retainAll(expected.keySet());
        assertThat(shared).hasSizeGreaterThan(150);
        for (String name : shared) {
            Row their = Objects.requireNonNull(expected.get(name));
            Row our = Objects.requireNonNull(actual.get(name));
            if (!OTHER_ARGUMENTS.contains(name)) {
                assertThat(our.arguments).as(name).isEqualTo(their.arguments);
            }
            assertThat(our.keys).as(name).isEqualTo(their.keys);
            // Fewer: here any node answers for all.
            assertThat(their.tips).as(name).containsAll(our.tips);
        }
        for (List<String> command : ASKED_FOR_KEYS) {
            for (String question : List.of("getkeys", "getkeysandflags")) {
                List<String> request = new ArrayList<>(List.of("command", question));
                request.addAll(command);
                if (request.size() > 3) {
                    assertThat(ask(ours, request)).as(request.toString()).isEqualTo(ask(theirs, request));
                }
            }
        }
    }

    /**
     * A command or sub-command.
     *
     * @param arguments as COMMAND DOCS tells them
     * @param keys the key specifications, without what is said of them in words
     * @param tips of COMMAND INFO
     */
    private record Row(Object arguments, Object keys, Set<Object> tips) {}

    private static Map<String, Row> rows(RespPeer peer) throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        Map<Object, Object> docs = map(ask(peer, List.of("command", "docs")));
        for (Object info : list(ask(peer, List.of("command")))) {
            addRow(rows, list(info), docs);
        }
        return rows;
    }

    private static void addRow(Map<String, Row> rows, List<Object> info, Map<Object, Object> docs) {
        Object name = info.get(0);
        Map<Object, Object> facts = map(docs.getOrDefault(name, List.of()));
        rows.put(
                name.toString(),
                new Row(
                        arguments(facts.get("arguments")),
                        list(info.get(8)).stream().map(CommandTables::keys).toList(),
                        new HashSet<>(list(info.get(7)))));
        for (Object below : list(info.get(9))) {
            addRow(rows, list(below), map(facts.getOrDefault("subcommands", List.of())));
        }
    }

    private static Object arguments(Object told) {
        List<Object> arguments = new ArrayList<>();
        for (Object one : told == null ? List.of() : list(told)) {
            Map<Object, Object> facts = map(one);
            facts.remove("deprecated_since");
            facts.computeIfPresent("flags", (key, flags) -> new HashSet<>(list(flags)));
            facts.computeIfPresent("arguments", (key, below) -> arguments(below));
            arguments.add(facts);
        }
        return arguments;
    }

    private static Object keys(Object told) {
        Map<Object, Object> facts = map(told);
        facts.remove("notes");
        facts.computeIfPresent("flags", (key, flags) -> new HashSet<>(list(flags)));
        return facts;
    }

    private static Object ask(RespPeer peer, List<String> command) throws IOException {
        peer.add(command);
        peer.send();
        return peer.value();
    }

    private static List<Object> list(Object value) {
        return new ArrayList<>((List<?>) value);
    }

    /** Of a list of names and values in turn, as RESP2 has maps. */
    private static Map<Object, Object> map(Object value) {
        List<Object> flat = list(value);
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            map.put(flat.get(i), flat.get(i + 1));
        }
        return map;
    }
}
