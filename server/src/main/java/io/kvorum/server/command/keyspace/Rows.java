package io.kvorum.server.command.keyspace;

import io.kvorum.server.command.Command;
import java.util.List;

/** Rows of which others are made. Immutable. */
record Rows(List<Command> rows) {
    /** The row with this name. */
    Command named(String name) {
        return rows.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row of " + name));
    }
}
