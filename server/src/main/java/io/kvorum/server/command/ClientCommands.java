package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** CLIENT and its sub-commands. */
public final class ClientCommands {
    private static final byte[] ON = ascii("ON");
    private static final byte[] OFF = ascii("OFF");
    private static final byte[] LIB_NAME = ascii("LIB-NAME");
    private static final byte[] LIB_VER = ascii("LIB-VER");
    private static final byte[] TYPE = ascii("TYPE");
    private static final byte[] ID = ascii("ID");
    private static final byte[] NORMAL = ascii("NORMAL");

    private static final byte[] SKIP = ascii("SKIP");
    private static final byte[] WRITE = ascii("WRITE");
    private static final byte[] ALL = ascii("ALL");
    private static final byte[] TIMEOUT = ascii("TIMEOUT");
    private static final byte[] ERROR = ascii("ERROR");
    private static final String NO_TRACKING =
            "ERR client-side caching is not supported: no node tells clients which keys"
                    + " change. Read again after a while, as long as a stale value does no harm";
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** As long as a year: what is longer is as good, and would not fit. */
    private static final long PAUSE_MILLIS_MAX = 365L * 24 * 3600 * 1000;

    private static final List<String> HELP = List.of(
            "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CACHING (YES|NO)",
            "    Not supported, as TRACKING ON.",
            "GETNAME",
            "    Return the name of the current connection.",
            "GETREDIR",
            "    Return -1: no client tracks keys.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "KILL <ip:port>",
            "    Kill connection made from <ip:port>.",
            "KILL <option> <value> [<option> <value> [...]]",
            "    Kill connections of this node. Options are:",
            "    * ADDR (<ip:port>|<unixsocket>:0)",
            "    * LADDR (<ip:port>|<unixsocket>:0)",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "    * USER <username>",
            "    * SKIPME (YES|NO)",
            "    * ID <client-id>",
            "    * MAXAGE <seconds>",
            "LIST [ID <client-id> [<client-id>...]|TYPE (NORMAL|MASTER|REPLICA|PUBSUB)]",
            "    Return information about client connections of this node.",
            "NO-EVICT (ON|OFF)",
            "    Taken for drivers' sake: who holds the most is closed when memory for clients is full.",
            "NO-TOUCH (ON|OFF)",
            "    Taken for drivers' sake.",
            "PAUSE <timeout> [WRITE|ALL]",
            "    Suspend all, or just write, clients of this node for <timeout> milliseconds.",
            "REPLY (ON|OFF|SKIP)",
            "    Control the replies sent to the current connection.",
            "SETINFO (LIB-NAME|LIB-VER) <value>",
            "    Set what the client library says of itself.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "TRACKING OFF",
            "    Do nothing; ON is not supported.",
            "TRACKINGINFO",
            "    Report that tracking is off.",
            "UNBLOCK <clientid> [TIMEOUT|ERROR]",
            "    Return 0: no client is ever blocked.",
            "UNPAUSE",
            "    Stop the current client pause, resuming traffic.",
            "HELP",
            "    Print this help.");

    private ClientCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(ConnectionCommands.row("client", -2, "A container for commands about client connections.")
                .since("2.4.0")
                .containing(
                        sub("caching", 3, "6.0.0", "Is not supported, as TRACKING ON.", ClientCommands::caching),
                        sub("getname", 2, "2.6.9", "Returns the name of the connection.", ClientCommands::getName),
                        sub(
                                "getredir",
                                2,
                                "6.0.0",
                                "Returns -1: no client tracks keys.",
                                call -> call.out().integer(-1)),
                        ConnectionCommands.row("client|help", 2, "Describes the sub-commands.")
                                .since("5.0.0")
                                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(ClientCommands::help),
                        sub("id", 2, "5.0.0", "Returns the number of the connection.", ClientCommands::id),
                        sub("info", 2, "6.2.0", "Describes the connection.", ClientCommands::info),
                        admin("kill", -3, "2.4.0", "Closes connections of this node.", ClientKill::run),
                        admin("list", -2, "2.4.0", "Describes the connections of this node.", ClientCommands::list),
                        admin("no-evict", 3, "7.0.0", "Is shown by LIST, and does no more.", ClientCommands::noEvict),
                        sub("no-touch", 3, "7.2.0", "Is shown by LIST, and does no more.", ClientCommands::noTouch),
                        admin(
                                "pause",
                                -3,
                                "2.9.50",
                                "Holds back requests, or those that write, of the clients of this node.",
                                ClientCommands::pause),
                        sub("reply", 3, "3.2.0", "Chooses which replies are sent.", ClientCommands::reply),
                        sub("setinfo", 4, "7.2.0", "Notes what the library says of itself.", ClientCommands::setInfo),
                        sub("setname", 3, "2.6.9", "Names the connection.", ClientCommands::setName),
                        sub("tracking", -3, "6.0.0", "Takes OFF; ON is not supported.", ClientCommands::tracking),
                        sub("trackinginfo", 2, "6.2.0", "Says that no keys are tracked.", ClientCommands::trackingInfo),
                        admin("unblock", -3, "5.0.0", "Returns 0: no client is blocked.", ClientCommands::unblock),
                        admin("unpause", 2, "6.2.0", "Ends what PAUSE began.", ClientCommands::unpause)));
    }

    private static void pause(Call call) {
        RespRequest request = call.request();
        boolean all = request.argumentCount() == 3 || request.matches(3, ALL);
        if (request.argumentCount() > 4) {
            CommandErrors.wrongArity(call);
        } else if (!all && !request.matches(3, WRITE)) {
            call.out().error("ERR CLIENT PAUSE mode must be WRITE or ALL");
        } else if (!request.isLong(2)) {
            call.out().error("ERR timeout is not an integer or out of range");
        } else if (request.asLong(2) < 0) {
            call.out().error("ERR timeout is negative");
        } else {
            long nowNanos = call.loop().clock().nanoTime();
            long nanos = Math.min(request.asLong(2), PAUSE_MILLIS_MAX) * NANOS_PER_MILLI;
            call.loop().sessions().directory().pause().begin(nowNanos + nanos, all, nowNanos);
            call.out().ok();
        }
    }

    private static void unpause(Call call) {
        SessionDirectory directory = call.loop().sessions().directory();
        directory.pause().end();
        directory.resumeAll();
        call.out().ok();
    }

    private static void reply(Call call) {
        RespRequest request = call.request();
        boolean on = request.matches(2, ON);
        if (!on && !request.matches(2, OFF) && !request.matches(2, SKIP)) {
            call.out().error(CommandErrors.SYNTAX);
            return;
        }
        Session.ReplyMode other = request.matches(2, SKIP) ? Session.ReplyMode.SKIP : Session.ReplyMode.OFF;
        call.out().ok();
        // SKIP while all are off changes nothing.
        if (on || other == Session.ReplyMode.OFF || !call.session().isReplyOff()) {
            call.session().setReplyMode(on ? Session.ReplyMode.ON : other);
        }
        call.replies().mute(!on);
    }

    private static void tracking(Call call) {
        RespRequest request = call.request();
        if (request.matches(2, OFF) && request.argumentCount() == 3) {
            call.out().ok();
        } else {
            call.out().error(request.matches(2, ON) ? NO_TRACKING : CommandErrors.SYNTAX);
        }
    }

    private static void caching(Call call) {
        call.out()
                .error(
                        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode"
                                + " enabled");
    }

    private static void trackingInfo(Call call) {
        RespWriter out = call.out().map(3);
        out.bulk("flags").set(1).bulk("off");
        out.bulk("redirect").integer(-1);
        out.bulk("prefixes").array(0);
    }

    private static void unblock(Call call) {
        RespRequest request = call.request();
        boolean known = request.argumentCount() == 3
                || (request.argumentCount() == 4 && (request.matches(3, TIMEOUT) || request.matches(3, ERROR)));
        if (!known) {
            call.out().error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        } else if (!request.isLong(2)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else {
            call.out().integer(0);
        }
    }

    private static void getName(Call call) {
        String name = call.session().name();
        if (name.isEmpty()) {
            call.out().nil();
        } else {
            call.out().bulk(name);
        }
    }

    private static void setName(Call call) {
        ConnectionCommands.setName(call, 2);
    }

    private static void help(Call call) {
        call.out().array(HELP.size());
        HELP.forEach(call.out()::simple);
    }

    private static void id(Call call) {
        call.out().integer(call.session().id());
    }

    private static void info(Call call) {
        call.session().ran(call.command(), call.startNanos());
        call.out().verbatim("txt", call.session().describe(call.startNanos()) + "\n");
    }

    private static void list(Call call) {
        RespRequest request = call.request();
        boolean all = request.argumentCount() == 2;
        Set<Long> ids = new LinkedHashSet<>();
        if (!all && request.matches(2, TYPE) && request.argumentCount() == 4) {
            if (!isClientType(request, 3)) {
                call.out().error("ERR Unknown client type '" + CommandErrors.clipped(request, 3, 128) + "'");
                return;
            }
            all = isNormal(request, 3);
        } else if (!all && request.matches(2, ID) && request.argumentCount() > 3) {
            for (int i = 3; i < request.argumentCount(); i++) {
                if (!request.isLong(i)) {
                    call.out().error("ERR Invalid client ID");
                    return;
                }
                ids.add(request.asLong(i));
            }
        } else if (!all) {
            call.out().error(CommandErrors.SYNTAX);
            return;
        }
        boolean everybody = all;
        Session me = call.session();
        me.ran(call.command(), call.startNanos());
        // Before there is a reply: it must not count itself.
        String myLine = me.describe(call.startNanos());
        long myId = me.id();
        SessionDirectory.Part part = call.loop().sessions();
        PendingReply reply = call.defer();
        part.directory()
                .collect(
                        part,
                        sessions -> {
                            List<String> lines = new ArrayList<>();
                            for (SessionDirectory.Listed session : sessions) {
                                if (everybody || ids.contains(session.id())) {
                                    lines.add((session.id() == myId ? myLine : session.line()) + "\n");
                                }
                            }
                            reply.out().verbatim("txt", String.join("", lines));
                            reply.done();
                        },
                        call.startNanos());
    }

    private static void noEvict(Call call) {
        RespRequest request = call.request();
        if (isSwitch(request)) {
            call.session().setNoEvict(request.matches(2, ON));
            call.out().ok();
        } else {
            call.out().error(CommandErrors.SYNTAX);
        }
    }

    private static void noTouch(Call call) {
        RespRequest request = call.request();
        if (isSwitch(request)) {
            call.session().setNoTouch(request.matches(2, ON));
            call.out().ok();
        } else {
            call.out().error(CommandErrors.SYNTAX);
        }
    }

    private static void setInfo(Call call) {
        RespRequest request = call.request();
        boolean name = request.matches(2, LIB_NAME);
        if (!name && !request.matches(2, LIB_VER)) {
            call.out().error("ERR Unrecognized option '" + CommandErrors.clipped(request, 2, 128) + "'");
        } else if (!ConnectionCommands.isName(request, 3)) {
            call.out()
                    .error("ERR " + (name ? "lib-name" : "lib-ver")
                            + " cannot contain spaces, newlines or special characters.");
        } else {
            if (name) {
                call.session().setLibraryName(request.string(3));
            } else {
                call.session().setLibraryVersion(request.string(3));
            }
            call.out().ok();
        }
    }

    /** Whether an argument is one of Redis's kinds of clients. */
    static boolean isClientType(RespRequest request, int index) {
        return switch (request.string(index).toLowerCase(Locale.ROOT)) {
            case "normal", "master", "replica", "slave", "pubsub" -> true;
            default -> false;
        };
    }

    /** Whether an argument is the kind that all clients here are of. */
    static boolean isNormal(RespRequest request, int index) {
        return request.matches(index, NORMAL);
    }

    private static boolean isSwitch(RespRequest request) {
        return request.matches(2, ON) || request.matches(2, OFF);
    }

    private static Command sub(String name, int arity, String since, String summary, CommandHandler handler) {
        return ConnectionCommands.row("client|" + name, arity, summary)
                .since(since)
                .flags(CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .handledBy(handler);
    }

    private static Command admin(String name, int arity, String since, String summary, CommandHandler handler) {
        return ConnectionCommands.row("client|" + name, arity, summary)
                .guarantee("Concerns this node alone.")
                .since(since)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .handledBy(handler);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
