package io.kvorum.server.command;

import java.util.List;

/** All families of commands. */
public final class Commands {
    private Commands() {}

    /** The rows, one list for each family. */
    public static List<List<Command>> families() {
        return List.of(
                ConnectionCommands.commands(),
                ClientCommands.commands(),
                CommandCommands.commands(),
                ServerCommands.commands(),
                StringCommands.commands());
    }
}
