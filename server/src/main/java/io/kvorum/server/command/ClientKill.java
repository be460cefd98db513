package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** CLIENT KILL: in its old form, by the address, and in its new one, by filters that all have to hold. Stateless. */
final class ClientKill {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private ClientKill() {}

    /** What was asked, or what is wrong with it. As in Redis 7, of one kind the last counts; so there are few. */
    private static final class Filters {
        private final Map<String, Predicate<Session>> byKind = new HashMap<>();
        private boolean skipsMe = true;
        private @Nullable String error;

        boolean fit(Session session) {
            for (Predicate<Session> filter : byKind.values()) {
                if (!filter.test(session)) {
                    return false;
                }
            }
            return true;
        }
    }

    static void run(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() == 3) {
            String address = request.string(2);
            kill(call, session -> session.address().equals(address), false, true);
            return;
        }
        if (request.argumentCount() % 2 != 0) {
            call.out().error(CommandErrors.SYNTAX);
            return;
        }
        Filters filters = new Filters();
        long nowNanos = call.loop().clock().nanoTime();
        for (int i = 2; i < request.argumentCount() && filters.error == null; i += 2) {
            add(filters, request, i, nowNanos);
        }
        if (filters.error != null) {
            call.out().error(filters.error);
        } else {
            kill(call, filters::fit, filters.skipsMe, false);
        }
    }

    private static void add(Filters filters, RespRequest request, int index, long nowNanos) {
        String value = request.string(index + 1);
        String kind = request.string(index).toLowerCase(Locale.ROOT);
        switch (kind) {
            case "id" -> {
                if (request.isLong(index + 1) && request.asLong(index + 1) > 0) {
                    long id = request.asLong(index + 1);
                    filters.byKind.put(kind, session -> session.id() == id);
                } else {
                    filters.error = "ERR client-id should be greater than 0";
                }
            }
            case "maxage" -> {
                if (request.isLong(index + 1) && request.asLong(index + 1) > 0) {
                    long seconds = request.asLong(index + 1);
                    filters.byKind.put(
                            kind, session -> (nowNanos - session.createdNanos()) / NANOS_PER_SECOND >= seconds);
                } else {
                    filters.error = "ERR maxage is not an integer or out of range";
                }
            }
            case "type" -> {
                boolean normal = ClientCommands.isNormal(request, index + 1);
                filters.byKind.put(kind, session -> normal);
                if (!ClientCommands.isClientType(request, index + 1)) {
                    filters.error = "ERR Unknown client type '" + CommandErrors.clipped(request, index + 1, 128) + "'";
                }
            }
            case "addr" -> filters.byKind.put(kind, session -> session.address().equals(value));
            case "laddr" ->
                filters.byKind.put(kind, session -> session.localAddress().equals(value));
            case "user" -> {
                filters.byKind.put(kind, Session::isAuthenticated);
                if (!value.equals("default")) {
                    filters.error = "ERR No such user '" + CommandErrors.clipped(request, index + 1, 128) + "'";
                }
            }
            case "skipme" -> {
                filters.skipsMe = value.equalsIgnoreCase("yes");
                if (!filters.skipsMe && !value.equalsIgnoreCase("no")) {
                    filters.error = CommandErrors.SYNTAX;
                }
            }
            default -> filters.error = CommandErrors.SYNTAX;
        }
    }

    /** Closes others at once, and who asks when it has its reply. */
    private static void kill(Call call, Predicate<Session> wanted, boolean skipsMe, boolean oldForm) {
        Session me = call.session();
        boolean mine = !skipsMe && wanted.test(me);
        long myId = me.id();
        PendingReply reply = call.defer();
        if (mine) {
            // Nothing behind this runs; the reply still leaves.
            me.close();
        }
        SessionDirectory.Part part = call.loop().sessions();
        part.directory().kill(part, session -> session.id() != myId && wanted.test(session), others -> {
            int killed = others + (mine ? 1 : 0);
            if (!oldForm) {
                reply.out().integer(killed);
                reply.done();
            } else if (killed > 0) {
                reply.out().ok();
                reply.done();
            } else {
                reply.error("ERR No such client");
            }
        });
    }
}
