package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Commands about the connection itself: greeting, authentication, small talk. */
public final class ConnectionCommands {
    private static final byte[] AUTH = ascii("AUTH");
    private static final byte[] SETNAME = ascii("SETNAME");
    private static final byte[] DEFAULT_USER = "default".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG_LINE = ascii("+PONG\r\n");
    private static final String WRONGPASS = "WRONGPASS invalid username-password pair or user is disabled.";
    private static final String NO_PASSWORD_SET = "ERR AUTH <password> called without any password configured for the"
            + " default user. Are you sure your configuration is correct?";
    private static final String HELLO_FIRST = "NOAUTH HELLO must be called with the client already authenticated,"
            + " otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and"
            + " select the RESP protocol version at the same time";
    private static final String BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

    private ConnectionCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(
                row("ping", -1, "Answers PONG, or the message given.")
                        .flags(CommandFlag.FAST)
                        .handledBy(ConnectionCommands::ping),
                row("echo", 2, "Answers the message given.")
                        .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                        .handledBy(call -> bulk(call, 1)),
                row("quit", -1, "Closes the connection when all replies have left.")
                        .flags(
                                CommandFlag.NO_AUTH,
                                CommandFlag.NOSCRIPT,
                                CommandFlag.LOADING,
                                CommandFlag.STALE,
                                CommandFlag.ALLOW_BUSY,
                                CommandFlag.FAST)
                        .handledBy(ConnectionCommands::quit),
                row("select", 2, "Chooses database 0, the only one there is.")
                        .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                        .handledBy(ConnectionCommands::select),
                row("auth", -2, "Shows who the client is.")
                        .flags(
                                CommandFlag.NO_AUTH,
                                CommandFlag.NOSCRIPT,
                                CommandFlag.LOADING,
                                CommandFlag.STALE,
                                CommandFlag.ALLOW_BUSY,
                                CommandFlag.FAST)
                        .handledBy(ConnectionCommands::auth),
                row("hello", -1, "Chooses RESP2 or RESP3, shows who the client is, and describes the node.")
                        .since("6.0.0")
                        .flags(
                                CommandFlag.NO_AUTH,
                                CommandFlag.NOSCRIPT,
                                CommandFlag.LOADING,
                                CommandFlag.STALE,
                                CommandFlag.ALLOW_BUSY,
                                CommandFlag.FAST)
                        .handledBy(ConnectionCommands::hello),
                row("reset", 1, "Makes the connection as it was when it began.")
                        .since("6.2.0")
                        .flags(
                                CommandFlag.NO_AUTH,
                                CommandFlag.NOSCRIPT,
                                CommandFlag.LOADING,
                                CommandFlag.STALE,
                                CommandFlag.ALLOW_BUSY,
                                CommandFlag.FAST)
                        .handledBy(ConnectionCommands::reset),
                row("readonly", 1, "Does nothing: every node answers reads at all times.")
                        .since("3.0.0")
                        .group(CommandGroup.CLUSTER)
                        .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                        .handledBy(ConnectionCommands::ok),
                row("readwrite", 1, "Does nothing, as READONLY.")
                        .since("3.0.0")
                        .group(CommandGroup.CLUSTER)
                        .flags(CommandFlag.LOADING, CommandFlag.STALE, CommandFlag.FAST)
                        .handledBy(ConnectionCommands::ok),
                row("asking", 1, "Does nothing: no node ever answers ASK.")
                        .since("3.0.0")
                        .group(CommandGroup.CLUSTER)
                        .flags(CommandFlag.FAST)
                        .handledBy(ConnectionCommands::ok),
                SessionCommand.command());
    }

    static void ok(Call call) {
        call.out().ok();
    }

    /** Whether the text may be a name in CLIENT LIST: printable, without blanks. */
    static boolean isName(RespRequest request, int index) {
        int offset = request.offset(index);
        for (int i = 0; i < request.length(index); i++) {
            int found = request.array()[offset + i];
            if (found < '!' || found > '~') {
                return false;
            }
        }
        return true;
    }

    static void setName(Call call, int index) {
        if (isName(call.request(), index)) {
            call.session().setName(call.request().string(index));
            call.out().ok();
        } else {
            call.out().error(BAD_NAME);
        }
    }

    private static void ping(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() > 2) {
            CommandErrors.wrongArity(call);
        } else if (request.argumentCount() == 2) {
            bulk(call, 1);
        } else {
            call.out().raw(PONG_LINE, 0, PONG_LINE.length);
        }
    }

    private static void bulk(Call call, int index) {
        RespRequest request = call.request();
        call.out().bulk(request.array(), request.offset(index), request.length(index));
    }

    private static void quit(Call call) {
        call.session().close();
        call.out().ok();
    }

    private static void select(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(1)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else if (request.asLong(1) != (int) request.asLong(1)) {
            call.out().error(CommandErrors.NOT_AN_INT);
        } else if (request.asLong(1) != 0) {
            call.out().error("ERR DB index is out of range");
        } else {
            call.out().ok();
        }
    }

    private static void auth(Call call) {
        RespRequest request = call.request();
        int count = request.argumentCount();
        if (count > 3) {
            call.out().error(CommandErrors.SYNTAX);
        } else if (count == 2 && call.loop().facts().isPasswordless()) {
            call.out().error(NO_PASSWORD_SET);
        } else if (authenticate(call, count == 3 ? 1 : 0, count - 1)) {
            call.out().ok();
        } else {
            call.out().error(WRONGPASS);
        }
    }

    /** Whether user (index 0: the default one) and password are right; then the session may do everything. */
    private static boolean authenticate(Call call, int user, int password) {
        RespRequest request = call.request();
        boolean known = user == 0 || Arrays.equals(request.copy(user), DEFAULT_USER);
        // The password is compared even for a user that there is not: the time taken tells nothing.
        boolean right =
                call.loop().facts().isPassword(request.array(), request.offset(password), request.length(password));
        if (right && known) {
            call.session().setAuthenticated();
        }
        return right && known;
    }

    private static void hello(Call call) {
        RespRequest request = call.request();
        Session session = call.session();
        int protocol = session.protocol();
        if (request.argumentCount() > 1) {
            if (!request.isLong(1)) {
                call.out().error("ERR Protocol version is not an integer or out of range");
                return;
            }
            long asked = request.asLong(1);
            if (asked != RespWriter.RESP2 && asked != RespWriter.RESP3) {
                call.out().error("NOPROTO unsupported protocol version");
                return;
            }
            protocol = (int) asked;
        }
        int name = 0;
        for (int i = 2; i < request.argumentCount(); i++) {
            int left = request.argumentCount() - 1 - i;
            if (left >= 2 && request.matches(i, AUTH)) {
                if (!authenticate(call, i + 1, i + 2)) {
                    call.out().error(WRONGPASS);
                    return;
                }
                i += 2;
            } else if (left >= 1 && request.matches(i, SETNAME)) {
                name = ++i;
                if (!isName(request, name)) {
                    call.out().error(BAD_NAME);
                    return;
                }
            } else {
                call.out().error("ERR Syntax error in HELLO option '" + CommandErrors.clipped(request, i, 128) + "'");
                return;
            }
        }
        if (!session.isAuthenticated()) {
            call.out().error(HELLO_FIRST);
            return;
        }
        if (name > 0) {
            session.setName(request.string(name));
        }
        session.setProtocol(protocol);
        describe(call);
    }

    private static void describe(Call call) {
        NodeFacts facts = call.loop().facts();
        RespWriter out = call.out().map(7);
        out.bulk("server").bulk("redis");
        out.bulk("version").bulk(facts.redisVersion());
        out.bulk("proto").integer(call.session().protocol());
        out.bulk("id").integer(call.session().id());
        out.bulk("mode").bulk("standalone");
        out.bulk("role").bulk("master");
        out.bulk("modules").array(0);
    }

    private static void reset(Call call) {
        boolean repliesWereOff = call.session().isReplyOff();
        call.session().reset();
        call.session().rememberIfFromStart(call.loop().recorder());
        call.out().simple("RESET");
        if (repliesWereOff) {
            // From here on the client wants replies again, this one included: so does Redis.
            call.replies().mute(false);
        }
    }

    static Command.Builder row(String name, int arity, String summary) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.CONNECTION)
                .summary(summary)
                .guarantee("Concerns this connection alone.");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
