package io.kvorum.server.command;

import org.jspecify.annotations.Nullable;

/**
 * A command in its table.
 *
 * @param command the row
 * @param number its place in {@link CommandTable#measured()}
 * @param subcommands finds its sub-commands; null if it has none
 */
record TableRow(Command command, int number, @Nullable NameIndex subcommands) {}
