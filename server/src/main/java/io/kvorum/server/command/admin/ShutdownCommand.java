package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import java.util.Locale;

/**
 * SHUTDOWN: ends the node as SIGTERM does. Whether to save and whom to wait for is not for the client to say: what was
 * acknowledged stays as {@code sync} promises, and requests under way are answered.
 */
final class ShutdownCommand {
    private ShutdownCommand() {}

    /** Makes the row; {@code stop} begins to end the node, and returns at once. */
    static Command command(Runnable stop) {
        return Command.named("shutdown")
                .arity(-1)
                .group(CommandGroup.SERVER)
                .flags(
                        CommandFlag.ADMIN,
                        CommandFlag.NOSCRIPT,
                        CommandFlag.LOADING,
                        CommandFlag.STALE,
                        CommandFlag.ALLOW_BUSY,
                        CommandFlag.NO_MULTI)
                .since("1.0.0")
                .summary("Ends this node as SIGTERM does; the reply is the end of the connection.")
                .guarantee("Concerns this node alone. NOSAVE, SAVE, NOW and FORCE change nothing; ABORT is too late.")
                .handledBy(call -> run(call, stop));
    }

    private static void run(Call call, Runnable stop) {
        RespRequest request = call.request();
        boolean abort = false;
        boolean save = false;
        boolean nosave = false;
        boolean others = false;
        for (int i = 1; i < request.argumentCount(); i++) {
            switch (request.string(i).toLowerCase(Locale.ROOT)) {
                case "abort" -> abort = true;
                case "save" -> save = true;
                case "nosave" -> nosave = true;
                case "now", "force" -> others = true;
                default -> {
                    call.out().error(CommandErrors.SYNTAX);
                    return;
                }
            }
        }
        if ((save && nosave) || (abort && (save || nosave || others))) {
            call.out().error(CommandErrors.SYNTAX);
        } else if (abort) {
            call.out().error("ERR No shutdown in progress.");
        } else {
            call.endWithoutReply();
            stop.run();
        }
    }
}
