package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.PartReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.Steps;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A value under another key: read with the hash of its record, written there, and then deleted where it was if that is still
 * what was read. If not, it is read anew, since an increment or an append may have come, which is part of the value.
 */
final class MoveCommands {
    private static final String NO_SUCH_KEY = "ERR no such key";
    private static final byte[] DB = "DB".getBytes(US_ASCII);
    private static final byte[] ZERO = {'0'};

    /** So often a value that changes while it is moved is moved again. */
    private static final int ROUNDS_MAX = 8;

    private static final String GONE =
            "INDOUBT the value is copied to the new key; it was deleted or renamed at the old one"
                    + " by somebody else meanwhile";

    private static final String MOVES =
            "The value GET shows is copied with its end, its flags and a counter's number, and then"
                    + " the old key is deleted if it is still as it was read; if it was written to meanwhile, the copy is made anew, up"
                    + " to " + ROUNDS_MAX
                    + " times. Not one step: others may see both keys, or see the new one change again. A failure"
                    + " in between leaves both, never none, and the reply is INDOUBT. So it is if somebody else deletes or renames"
                    + " the old key meanwhile: of several who rename it at once no two are told OK. A counter's increments so far arrive as one"
                    + " number.";

    private final Command exists;
    private final Command dump;
    private final Command restore;
    private final Command deleteIf;

    private MoveCommands(Rows rows) {
        this.exists = rows.named("exists");
        this.dump = rows.named("kv.dump");
        this.restore = rows.named("restore");
        this.deleteIf = rows.named("kv.delif");
    }

    /** The rows, made of others of the table. */
    static List<Command> commands(Rows rows) {
        MoveCommands made = new MoveCommands(rows);
        return List.of(
                row("rename", 3, "1.0.0")
                        .summary("Gives a value another key, in place of what that has.")
                        .guarantee(MOVES + " The new key is written as by SET.")
                        .handledBy(call -> made.rename(call, true)),
                row("renamenx", 3, "1.0.0")
                        .summary("Gives a value another key, if that is not there; replies 1 if it did.")
                        .guarantee(MOVES
                                + " The new key is written as by SETNX, and not anew: if the old key is written to"
                                + " meanwhile, both stay, and the reply is INDOUBT.")
                        .handledBy(call -> made.rename(call, false)),
                row("copy", -3, "6.2.0")
                        .summary("Copies a value to another key; replies 1 if it did.")
                        .guarantee(
                                "Reads as GET does and then writes, as SET with REPLACE and as SETNX without: what happens"
                                        + " to the first key in between is not in the copy. End, flags and a counter's number are.")
                        .handledBy(made::copy));
    }

    private static Command.Builder row(String name, int arity, String since) {
        return Command.named(name)
                .arity(arity)
                .keys(1, 2, 1)
                .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
                .group(CommandGroup.GENERIC)
                .since(since)
                .routed(Route.MULTI);
    }

    private void rename(Call call, boolean replace) {
        byte[] from = call.request().copy(1);
        byte[] to = call.request().copy(2);
        Steps steps = Steps.of(call);
        if (Arrays.equals(from, to)) {
            steps.run(exists, reply -> renameToItself(steps, reply, replace), from);
        } else {
            new Move(steps, from, to, replace).read();
        }
    }

    private static void renameToItself(Steps steps, PartReply exists, boolean replace) {
        if (exists.integer() == 0) {
            steps.error(NO_SUCH_KEY);
        } else {
            steps.reply(out -> {
                if (replace) {
                    out.ok();
                } else {
                    out.integer(0);
                }
            });
        }
    }

    private void copy(Call call) {
        RespRequest request = call.request();
        boolean replace = false;
        for (int i = 3; i < request.argumentCount(); i++) {
            String problem = null;
            if (request.matches(i, DumpCommands.REPLACE)) {
                replace = true;
            } else if (request.matches(i, DB) && i + 1 < request.argumentCount()) {
                problem = problemOfDatabase(request, ++i);
            } else {
                problem = CommandErrors.SYNTAX;
            }
            if (problem != null) {
                call.out().error(problem);
                return;
            }
        }
        byte[] from = request.copy(1);
        byte[] to = request.copy(2);
        if (Arrays.equals(from, to)) {
            call.out().error("ERR source and destination objects are the same");
            return;
        }
        boolean overwrite = replace;
        Steps steps = Steps.of(call);
        steps.run(dump, reply -> copyRead(steps, reply, to, overwrite), from);
    }

    private static @Nullable String problemOfDatabase(RespRequest request, int argument) {
        if (!request.isLong(argument)) {
            return CommandErrors.NOT_AN_INTEGER;
        }
        if ((int) request.asLong(argument) != request.asLong(argument)) {
            return CommandErrors.NOT_AN_INT;
        }
        return request.asLong(argument) == 0 ? null : "ERR DB index is out of range";
    }

    private void copyRead(Steps steps, PartReply reply, byte[] to, boolean replace) {
        Dump read = Dump.of(reply);
        if (read == null) {
            steps.reply(out -> out.integer(0));
        } else if (steps.hold(read.payload.length)) {
            write(steps, to, read, replace, done -> steps.reply(out -> out.integer(1)), error -> {
                if (error.equals(DumpCommands.BUSY_KEY)) {
                    steps.reply(out -> out.integer(0));
                } else {
                    steps.error(error);
                }
            });
        }
    }

    private void write(Steps steps, byte[] to, Dump value, boolean replace, Steps.Step next, Steps.Problem otherwise) {
        if (replace) {
            steps.run(
                    restore,
                    next,
                    otherwise,
                    to,
                    value.expireAt,
                    value.payload,
                    DumpCommands.ABSTTL,
                    DumpCommands.REPLACE);
        } else {
            steps.run(restore, next, otherwise, to, value.expireAt, value.payload, DumpCommands.ABSTTL);
        }
    }

    /** What KV.DUMP returned, as RESTORE and KV.DELIF take it. */
    private record Dump(byte[] payload, byte[] expireAt, byte[] hash) {
        static @Nullable Dump of(PartReply reply) {
            if (reply.isNil()) {
                return null;
            }
            int unused = reply.elements();
            reply.bulk();
            byte[] payload = reply.bytes();
            long expireAtMillis = reply.integer();
            reply.bulk();
            byte[] expireAt =
                    expireAtMillis == 0 ? ZERO : Long.toString(expireAtMillis).getBytes(US_ASCII);
            return new Dump(payload, expireAt, reply.bytes());
        }
    }

    /** One RENAME or RENAMENX. Owned by its loop. */
    private final class Move {
        private final Steps steps;
        private final byte[] from;
        private final byte[] to;
        private final boolean replace;
        private int rounds;

        Move(Steps steps, byte[] from, byte[] to, boolean replace) {
            this.steps = steps;
            this.from = from;
            this.to = to;
            this.replace = replace;
        }

        void read() {
            steps.run(dump, this::onRead, this::onUnread, from);
        }

        private void onRead(PartReply reply) {
            Dump read = Dump.of(reply);
            if (read == null && rounds == 0) {
                steps.error(NO_SUCH_KEY);
            } else if (read == null) {
                // Not OK: of two that rename a key at once, to have it for themselves, both would be told that they
                // have it.
                steps.error(GONE);
            } else if (steps.hold(read.payload.length) || rounds > 0) {
                write(steps, to, read, replace, done -> onWritten(read), this::onUnwritten);
            }
        }

        private void onUnread(String error) {
            if (rounds == 0) {
                steps.error(error);
            } else {
                steps.error(
                        "INDOUBT the value is copied to the new key, and has changed at the old one since, which could not"
                                + " be read again; both are there: " + error);
            }
        }

        private void onUnwritten(String error) {
            if (rounds > 0) {
                steps.error(
                        "INDOUBT the value is copied to the new key, and has changed at the old one since, which could not"
                                + " be copied again; both are there: " + error);
            } else if (error.equals(DumpCommands.BUSY_KEY)) {
                steps.reply(out -> out.integer(0));
            } else if (isInDoubt(error)) {
                steps.error("INDOUBT the value is still at the old key, and may be at the new one, too: " + error);
            } else {
                steps.error(error);
            }
        }

        private void onWritten(Dump read) {
            steps.hold(-read.payload.length);
            steps.run(deleteIf, this::onDeleted, this::onUndeleted, from, read.hash);
        }

        private void onDeleted(PartReply reply) {
            rounds++;
            if (reply.integer() == 1) {
                onMoved();
            } else if (replace && rounds < ROUNDS_MAX) {
                read();
            } else {
                steps.error(String.format(
                        Locale.ROOT,
                        "INDOUBT the value was copied to the new key, and was written to at the old one meanwhile, %d of %d"
                                + " times; both are there",
                        rounds,
                        rounds));
            }
        }

        private void onUndeleted(String error) {
            steps.error("INDOUBT the value is copied to the new key, and may still be at the old one: " + error);
        }

        private void onMoved() {
            steps.reply(out -> {
                if (replace) {
                    out.ok();
                } else {
                    out.integer(1);
                }
            });
        }

        private static boolean isInDoubt(String error) {
            return error.startsWith("INDOUBT ");
        }
    }
}
