package io.kvorum.server.command;

import java.util.List;

/** The families of this package: those that the node itself needs. Others join them in the node's table. */
public final class Commands {
    private Commands() {}

    /** The rows, one list for each family. */
    public static List<List<Command>> families() {
        return List.of(
                ConnectionCommands.commands(),
                ClientCommands.commands(),
                CommandCommands.commands(),
                ServerCommands.commands(),
                WaitCommands.commands(),
                AbsentCommands.commands(),
                AclCommands.commands(),
                StringCommands.commands());
    }
}
