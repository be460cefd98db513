package io.kvorum.server.command;

import java.util.List;

/** Commands about the node as a whole. */
public final class ServerCommands {
    private static final int MILLIS_PER_SECOND = 1000;

    private ServerCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(Command.named("time")
                .arity(1)
                .group(CommandGroup.SERVER)
                .since("2.6.0")
                .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                .summary("Returns this node's time: seconds since the epoch, and microseconds.")
                .guarantee("The clocks of nodes may differ.")
                .handledBy(ServerCommands::time));
    }

    private static void time(Call call) {
        long millis = call.loop().clock().wallMillis();
        call.out()
                .array(2)
                .bulk(Long.toString(millis / MILLIS_PER_SECOND))
                .bulk(Long.toString(millis % MILLIS_PER_SECOND * 1000));
    }
}
