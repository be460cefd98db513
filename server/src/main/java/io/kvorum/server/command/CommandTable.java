package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All commands of a node, found by name. Immutable; shared by all loops. {@linkplain CommandFlag#INTERNAL Internal} ones are
 * apart: what tells of commands does not see them.
 */
public final class CommandTable {
    private final List<Command> commands;
    private final List<Command> rows;
    private final List<Command> measured;
    private final NameIndex names;
    private final UnsupportedCommands unsupported = new UnsupportedCommands();
    private final NameIndex internalNames;

    /**
     * Joins the rows of all families.
     *
     * @throws IllegalArgumentException if two have one name
     */
    public CommandTable(List<List<Command>> families) {
        this.commands = families.stream()
                .flatMap(List::stream)
                .filter(command -> !command.is(CommandFlag.INTERNAL))
                .sorted(Comparator.comparing(Command::name))
                .toList();
        List<Command> all = new ArrayList<>();
        List<TableRow> top = new ArrayList<>();
        for (Command command : commands) {
            int number = all.size();
            all.add(command);
            List<TableRow> below = new ArrayList<>();
            for (Command subcommand : command.subcommands()) {
                below.add(new TableRow(subcommand, all.size(), null));
                all.add(subcommand);
            }
            top.add(new TableRow(command, number, below.isEmpty() ? null : new NameIndex(below)));
        }
        this.rows = List.copyOf(all);
        this.names = new NameIndex(top);
        List<TableRow> internal = new ArrayList<>();
        families.stream()
                .flatMap(List::stream)
                .filter(command -> command.is(CommandFlag.INTERNAL))
                .sorted(Comparator.comparing(Command::name))
                .forEach(command -> {
                    internal.add(new TableRow(command, all.size(), null));
                    all.add(command);
                });
        this.internalNames = new NameIndex(internal);
        this.measured = List.copyOf(all);
    }

    /** The commands by name, without sub-commands. */
    public List<Command> commands() {
        return commands;
    }

    /** Every row that clients may know of, sub-commands behind their container. */
    public List<Command> rows() {
        return rows;
    }

    /** Every row, the internal ones behind the others. A row's place is its number in {@link CommandRecorder}. */
    public List<Command> measured() {
        return measured;
    }

    /** The internal command with this name, or an ordinary one without sub-commands. */
    public Command require(String name) {
        return measured.stream()
                .filter(command -> command.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no command " + name + " in the table"));
    }

    /** The number of a row in {@link CommandRecorder}. */
    public int numberOf(Command command) {
        return row(command).number();
    }

    /** The row with this full name, {@code get} or {@code client|list}, in any case; null if there is none. */
    public @Nullable Command find(String fullName) {
        for (Command row : rows) {
            if (row.name().equalsIgnoreCase(fullName)) {
                return row;
            }
        }
        return null;
    }

    /** Answers what is in no row. */
    UnsupportedCommands unsupported() {
        return unsupported;
    }

    /** The row of a command of this table that is no sub-command. */
    TableRow row(Command command) {
        NameIndex index = command.is(CommandFlag.INTERNAL) ? internalNames : names;
        TableRow row = index.find(command.upperName(), 0, command.upperName().length);
        if (row == null || !row.command().equals(command)) {
            throw new IllegalArgumentException(command + " is not in the table");
        }
        return row;
    }

    /** The command that an argument names, without a look at sub-commands; null if there is none. */
    @Nullable
    TableRow find(RespRequest request, int nameIndex) {
        return names.find(request.array(), request.offset(nameIndex), request.length(nameIndex));
    }

    /** The internal command that the name of a request from a peer is; null if there is none. */
    @Nullable
    TableRow findInternal(RespRequest request) {
        return internalNames.find(request.array(), request.offset(0), request.length(0));
    }
}
