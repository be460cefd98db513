package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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

    private static final List<String> HELP = List.of(
            "CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "GETNAME",
            "    Return the name of the current connection.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "LIST [ID <client-id> [<client-id>...]]",
            "    Return information about client connections of this node.",
            "NO-EVICT (ON|OFF)",
            "    Taken for drivers' sake; no client is ever evicted.",
            "NO-TOUCH (ON|OFF)",
            "    Taken for drivers' sake.",
            "SETINFO (LIB-NAME|LIB-VER) <value>",
            "    Set what the client library says of itself.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "HELP",
            "    Print this help.");

    private ClientCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(ConnectionCommands.row("client", -2, "A container for commands about client connections.")
                .since("2.4.0")
                .containing(
                        sub("getname", 2, "2.6.9", "Returns the name of the connection.", ClientCommands::getName),
                        sub("help", 2, "5.0.0", "Describes the sub-commands.", ClientCommands::help),
                        sub("id", 2, "5.0.0", "Returns the number of the connection.", ClientCommands::id),
                        sub("info", 2, "6.2.0", "Describes the connection.", ClientCommands::info),
                        sub("list", -2, "2.4.0", "Describes the connections of this node.", ClientCommands::list),
                        sub("no-evict", 3, "7.0.0", "Does nothing: no client is evicted.", ClientCommands::noEvict),
                        sub("no-touch", 3, "7.2.0", "Does nothing.", ClientCommands::noTouch),
                        sub("setinfo", 4, "7.2.0", "Notes what the library says of itself.", ClientCommands::setInfo),
                        sub("setname", 3, "2.6.9", "Names the connection.", ClientCommands::setName)));
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
        call.out().verbatim("txt", call.session().describe(call.startNanos()) + "\n");
    }

    private static void list(Call call) {
        RespRequest request = call.request();
        boolean all = request.argumentCount() == 2;
        Set<Long> ids = new LinkedHashSet<>();
        if (!all && request.matches(2, TYPE) && request.argumentCount() == 4) {
            if (!request.matches(3, NORMAL)) {
                call.out().error("ERR Unknown client type '" + CommandErrors.clipped(request, 3, 128) + "'");
                return;
            }
            all = true;
        } else if (!all && request.matches(2, ID) && request.argumentCount() > 3) {
            for (int i = 3; i < request.argumentCount(); i++) {
                if (!request.isLong(i) || request.asLong(i) < 1) {
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
        SessionDirectory.Part part = call.loop().sessions();
        PendingReply reply = call.defer();
        part.directory()
                .collect(
                        part,
                        sessions -> {
                            List<String> lines = new ArrayList<>();
                            for (SessionDirectory.Listed session : sessions) {
                                if (everybody || ids.contains(session.id())) {
                                    lines.add(session.line() + "\n");
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

    private static boolean isSwitch(RespRequest request) {
        return request.matches(2, ON) || request.matches(2, OFF);
    }

    private static Command sub(String name, int arity, String since, String summary, CommandHandler handler) {
        return ConnectionCommands.row("client|" + name, arity, summary)
                .since(since)
                .flags(CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .handledBy(handler);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
