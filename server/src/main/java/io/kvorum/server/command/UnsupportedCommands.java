package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers commands that there are not: with the reason where Redis has them, else as Redis does. Immutable; for any thread.
 *
 * <p>Errors are of the class ERR, that no client tries again. They do not begin as Redis's own for unknown commands: by these
 * words clients know an older Redis, and look for another way (Redisson asks without end, if it is a script).
 *
 * <p>Clients send MULTI, the commands and EXEC in one go. Refusing the first alone would let the commands run one by one,
 * and half of what should be all or nothing happen: so that what was sent behind a MULTI is not run, up to EXEC or DISCARD,
 * as long as the client cannot have read the refusal; see {@link Session#refuseTransaction}.
 */
final class UnsupportedCommands {
    private static final int NAME_MAX = 128;
    private static final byte[] MULTI = "MULTI".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXEC = "EXEC".getBytes(StandardCharsets.US_ASCII);

    /** What is answered to a command that follows a refused MULTI. */
    static final String NOT_RUN = "ERR not run, and nothing else between MULTI and EXEC: MULTI was refused";

    private final Map<String, Unsupported> families = new HashMap<>();

    UnsupportedCommands() {
        for (Unsupported family : Unsupported.values()) {
            for (String name : family.names()) {
                if (families.put(name, family) != null) {
                    throw new IllegalStateException(name + " is in two families");
                }
            }
        }
    }

    /** The family of a command, {@code get} or {@code module|load} in lower case; null if Redis has none of that name. */
    @Nullable
    Unsupported familyOf(String name) {
        Unsupported family = families.get(name);
        int dot = name.indexOf('.');
        return family == null && dot > 0 ? families.get(name.substring(0, dot + 1)) : family;
    }

    /** Replies to a request whose first word is in no row. */
    void answer(Call call) {
        RespRequest request = call.request();
        Session session = call.session();
        String name = CommandErrors.clipped(request, 0, NAME_MAX);
        Unsupported family = familyOf(name.toLowerCase(Locale.ROOT));
        if (request.matches(0, EXEC) && session.isTransactionRefused()) {
            session.endTransaction();
            call.out()
                    .error("EXECABORT Transaction discarded because MULTI is not supported: "
                            + Unsupported.TRANSACTIONS.reason());
        } else if (family == null) {
            call.out().error(CommandErrors.unknownCommand(request));
        } else {
            if (request.matches(0, MULTI)) {
                session.refuseTransaction();
            }
            call.out().error(refusal(name, family));
        }
    }

    /** Replies to a request whose second word is no sub-command of the first. */
    void answer(Call call, Command container) {
        RespRequest request = call.request();
        String name = CommandErrors.clipped(request, 1, NAME_MAX);
        Unsupported family = familyOf(container.name() + '|' + name.toLowerCase(Locale.ROOT));
        call.out()
                .error(
                        family == null
                                ? CommandErrors.unknownSubcommand(container, request)
                                : refusal(container.name() + ' ' + name, family));
    }

    private static String refusal(String what, Unsupported family) {
        return "ERR " + what + " is not supported: " + family.reason();
    }
}
