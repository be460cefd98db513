package io.kvorum.server.command.manual;

import io.kvorum.server.command.manual.ManualEntry.Change;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The manual of all commands, {@code commands.txt} beside this class, whose head says how it is written. Immutable; for any
 * thread.
 */
public final class Manual {
    private static final String RESOURCE = "commands.txt";
    private static final String INDENT = "    ";
    private static final String FOLDED = INDENT.repeat(4);

    private final Map<String, ManualEntry> entries;

    private Manual(Map<String, ManualEntry> entries) {
        this.entries = Map.copyOf(entries);
    }

    /** The manual of this version, read at the first call. */
    public static Manual current() {
        return Holder.CURRENT;
    }

    private static final class Holder {
        static final Manual CURRENT = read(resource());
    }

    /** What it says of a command, by its full name; of one that it does not have, nothing. */
    public ManualEntry of(String name) {
        return entries.getOrDefault(name, ManualEntry.NONE);
    }

    /** The commands that it has. */
    public Set<String> names() {
        return entries.keySet();
    }

    private static String resource() {
        try (InputStream stream = Manual.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new IllegalStateException(RESOURCE + " is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", unreadable);
        }
    }

    /**
     * Reads a manual.
     *
     * @throws IllegalArgumentException if it is not written as one
     */
    static Manual read(String text) {
        Map<String, ManualEntry> entries = new HashMap<>();
        List<String> lines = unfolded(text);
        for (int i = 0; i < lines.size(); ) {
            String name = lines.get(i++);
            int end = i;
            while (end < lines.size() && lines.get(end).startsWith(INDENT)) {
                end++;
            }
            if (name.startsWith(INDENT) || entries.put(name, entry(name, lines.subList(i, end))) != null) {
                throw new IllegalArgumentException("no command, or one that was there: " + name);
            }
            i = end;
        }
        return new Manual(entries);
    }

    /** The lines with something in them; what goes on in a line that is indented deeper is one. */
    private static List<String> unfolded(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(FOLDED)) {
                lines.add(lines.remove(lines.size() - 1) + ' ' + line.strip());
            } else {
                lines.add(line.stripTrailing());
            }
        }
        return lines;
    }

    private static ManualEntry entry(String name, List<String> lines) {
        String complexity = "";
        List<Argument> arguments = List.of();
        List<KeyUse> keys = new ArrayList<>();
        List<String> tips = List.of();
        Change replacement = null;
        List<Change> history = new ArrayList<>();
        for (String line : lines) {
            String[] parts = line.strip().split(" +", 2);
            String fact = parts[1];
            switch (parts[0]) {
                case "complexity" -> complexity = fact;
                case "arguments" -> arguments = Syntax.read(fact);
                case "key" -> keys.add(keyUse(fact));
                case "note" -> keys.add(keys.remove(keys.size() - 1).noted(fact));
                case "tips" -> tips = List.of(fact.split(" ", -1));
                case "replaced" -> replacement = change(fact);
                case "history" -> history.add(change(fact));
                default -> throw new IllegalArgumentException(name + ": " + line);
            }
        }
        return new ManualEntry(complexity, arguments, List.copyOf(keys), tips, replacement, List.copyOf(history));
    }

    private static Change change(String fact) {
        String[] parts = fact.split(" ", 2);
        return new Change(parts[0], parts[1]);
    }

    /** {@code FLAGS}, {@code FLAGS at INDEX} or {@code FLAGS at INDEX to LAST}. */
    private static KeyUse keyUse(String fact) {
        String[] words = fact.split(" ", -1);
        return new KeyUse(
                List.of(words[0].split(",")),
                words.length > 2 ? Integer.parseInt(words[2]) : 0,
                words.length > 4 ? Integer.parseInt(words[4]) : 0,
                null);
    }
}
