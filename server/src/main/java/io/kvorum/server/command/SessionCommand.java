package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** KV.SESSION: whether the writes of a connection supersede what it has seen, and nothing else (docs/sessions.md). */
final class SessionCommand {
    private static final byte[] ON = "ON".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OFF = "OFF".getBytes(StandardCharsets.US_ASCII);
    private static final int FIELDS = 6;

    private SessionCommand() {}

    /** The row. */
    static Command command() {
        return Command.named("kv.session")
                .arity(-1)
                .group(CommandGroup.KVORUM)
                .since("1.0.0")
                .flags(CommandFlag.FAST)
                .summary("Lets the writes of this connection supersede what it has seen alone, or no longer; or shows"
                        + " it.")
                .guarantee(
                        "Concerns this connection alone. A write of a key that it was shown supersedes the values that"
                                + " it was shown, and no others; a key that it was not shown, or has forgotten, is written"
                                + " as without a session. OFF and RESET forget all.")
                .handledBy(SessionCommand::run);
    }

    private static void run(Call call) {
        RespRequest request = call.request();
        Session session = call.session();
        if (request.argumentCount() == 1) {
            show(call, session.memory());
        } else if (request.argumentCount() > 2) {
            CommandErrors.wrongArity(call);
        } else if (request.matches(1, ON)) {
            session.remember(call.loop().recorder());
            call.out().ok();
        } else if (request.matches(1, OFF)) {
            session.forgetSeen();
            call.out().ok();
        } else {
            call.out().error("ERR KV.SESSION is ON or OFF, or without arguments to see which");
        }
    }

    private static void show(Call call, @Nullable SessionMemory memory) {
        SessionLimits limits = call.session().limits();
        call.out()
                .map(FIELDS)
                .bulk("session")
                .bulk(memory == null ? "off" : "on")
                .bulk("keys")
                .integer(memory == null ? 0 : memory.keys())
                .bulk("keys-max")
                .integer(limits.keysMax())
                .bulk("bytes")
                .integer(memory == null ? 0 : memory.bytes())
                .bulk("bytes-max")
                .integer(limits.bytesMax())
                .bulk("forgotten")
                .integer(memory == null ? 0 : memory.forgotten());
    }
}
