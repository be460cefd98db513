package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.membership.ClusterView;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Commands about the node as a whole. */
public final class ServerCommands {
    private static final int MILLIS_PER_SECOND = 1000;
    private static final byte[] VERSION = "VERSION".getBytes(StandardCharsets.US_ASCII);
    private static final int PARTITIONS_DRAWN = 256;
    private static final int LINE = 32;
    private static final int LETTERS = 26;

    private ServerCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(
                lolwut(),
                role(),
                Command.named("time")
                        .arity(1)
                        .group(CommandGroup.SERVER)
                        .since("2.6.0")
                        .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                        .summary("Returns this node's time: seconds since the epoch, and microseconds.")
                        .guarantee("The clocks of nodes may differ.")
                        .handledBy(ServerCommands::time));
    }

    private static Command role() {
        return Command.named("role")
                .arity(1)
                .group(CommandGroup.SERVER)
                .since("2.8.12")
                .flags(CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                .summary("Says that this node takes reads and writes, and that nobody only follows it.")
                .guarantee("So says every node; KV.RING shows who has which keys.")
                .handledBy(call -> call.out().array(3).bulk("master").integer(0).array(0));
    }

    private static Command lolwut() {
        return Command.named("lolwut")
                .arity(-1)
                .group(CommandGroup.SERVER)
                .since("5.0.0")
                .flags(CommandFlag.READONLY, CommandFlag.FAST)
                .summary("Draws the ring: a letter for the first owner of each partition.")
                .guarantee("The ring as this node sees it.")
                .handledBy(ServerCommands::lolwut);
    }

    private static void lolwut(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() > 2 && request.matches(1, VERSION) && !request.isLong(2)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
            return;
        }
        ClusterView view = call.view();
        int partitions = Math.min(view.ring().partitions(), PARTITIONS_DRAWN);
        StringBuilder picture = new StringBuilder();
        for (int partition = 0; partition < partitions; partition++) {
            int[] owners = view.owners(partition);
            picture.append(owners.length == 0 ? '.' : (char) ('A' + owners[0] % LETTERS));
            picture.append((partition + 1) % LINE == 0 || partition + 1 == partitions ? '\n' : ' ');
        }
        call.out()
                .verbatim(
                        "txt",
                        picture + "Redis ver. " + call.loop().facts().redisVersion() + ", spoken by Kvorum "
                                + call.loop().facts().version() + "\n");
    }

    private static void time(Call call) {
        long millis = call.loop().clock().wallMillis();
        call.out()
                .array(2)
                .bulk(Long.toString(millis / MILLIS_PER_SECOND))
                .bulk(Long.toString(millis % MILLIS_PER_SECOND * 1000));
    }
}
