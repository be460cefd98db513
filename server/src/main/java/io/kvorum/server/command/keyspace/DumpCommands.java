package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values on their way from one key to another, in this cluster or elsewhere, and the end of what has left. */
final class DumpCommands {
    static final String BUSY_KEY = "BUSYKEY Target key name already exists.";
    static final byte[] REPLACE = "REPLACE".getBytes(US_ASCII);
    static final byte[] ABSTTL = "ABSTTL".getBytes(US_ASCII);

    private static final byte[] IDLETIME = "IDLETIME".getBytes(US_ASCII);
    private static final byte[] FREQ = "FREQ".getBytes(US_ASCII);
    private static final int FIRST_OPTION = 4;
    private static final int FREQ_MAX = 255;
    private static final int HASH_DIGITS = 16;
    private static final String TTL_INVALID = "ERR Invalid TTL value, must be >= 0";
    private static final String TTL_TOO_LARGE = "ERR Invalid TTL value, too large";

    private DumpCommands() {}

    static List<Command> commands() {
        return List.of(
                Command.named("dump")
                        .arity(2)
                        .keyAt(1)
                        .flags(CommandFlag.READONLY)
                        .group(CommandGroup.GENERIC)
                        .since("2.6.0")
                        .summary("Returns a value in a form that RESTORE takes, in this cluster or another, or nil.")
                        .guarantee("As new as GET; of concurrent values the one that GET shows.")
                        .routed(Route.READ)
                        .handledBy(call -> call.read(ValueReply.of(DumpCommands::dump))),
                Command.named("restore")
                        .arity(-4)
                        .keyAt(1)
                        .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.BLIND)
                        .group(CommandGroup.GENERIC)
                        .since("2.6.0")
                        .summary("Sets a key to a value that DUMP returned, with a time to live in milliseconds or 0.")
                        .guarantee("With REPLACE as SET, else as SET with NX.")
                        .routed(Route.MODIFY, DumpCommands::routeOfRestore)
                        .handledBy(DumpCommands::restore),
                Command.named("kv.dump")
                        .arity(2)
                        .keyAt(1)
                        .flags(CommandFlag.READONLY)
                        .group(CommandGroup.KVORUM)
                        .summary(
                                "Returns what DUMP does, when the value ends (in milliseconds since 1970, or 0), and the"
                                        + " hash of the key's record for KV.DELIF; or nil.")
                        .guarantee("As new as GET; all of one moment.")
                        .routed(Route.READ)
                        .handledBy(call -> call.read(DumpCommands::dumpWithHash)),
                Command.named("kv.delif")
                        .arity(3)
                        .keyAt(1)
                        .flags(CommandFlag.WRITE, CommandFlag.FAST)
                        .group(CommandGroup.KVORUM)
                        .summary(
                                "Deletes a key whose record still has the hash that KV.DUMP returned; replies 1 if so.")
                        .guarantee(
                                "Decided and written in one step by the first healthy owner of the key, by what R owners"
                                        + " know: no write or increment that any of them knows is lost, and one elsewhere stays as a"
                                        + " sibling.")
                        .routed(Route.MODIFY)
                        .handledBy(DumpCommands::deleteIf));
    }

    private static void dump(RespWriter out, boolean live, ValueSlice value) {
        if (live) {
            out.bulk(DumpPayload.Codec.encode(value.clientFlags(), value.array(), value.offset(), value.length()));
        } else {
            out.nil();
        }
    }

    private static void dumpWithHash(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        ValueSlice value = loop.valueSlice();
        if (record == null || !Visible.plain(record, loop.keys().nowMillis(), value)) {
            out.nil();
        } else if (value.isMissing()) {
            out.error(ValueReplies.BYTES_ELSEWHERE);
        } else {
            dump(out.array(3), true, value);
            out.integer(value.expireAtMillis()).bulk(HexFormat.of().toHexDigits(RecordBytes.hash(record)));
        }
    }

    /** What replaces depends on nothing that is there. */
    private static Route routeOfRestore(RespRequest request) {
        for (int i = FIRST_OPTION; i < request.argumentCount(); i++) {
            if (request.matches(i, REPLACE)) {
                return Route.WRITE;
            }
        }
        return Route.MODIFY;
    }

    private static void restore(Call call) {
        RespRequest request = call.request();
        boolean replace = false;
        boolean absolute = false;
        boolean frequency = false;
        boolean idle = false;
        for (int i = FIRST_OPTION; i < request.argumentCount(); i++) {
            boolean more = i + 1 < request.argumentCount();
            String problem = null;
            if (request.matches(i, REPLACE)) {
                replace = true;
            } else if (request.matches(i, ABSTTL)) {
                absolute = true;
            } else if (request.matches(i, IDLETIME) && more && !frequency) {
                idle = true;
                problem = problem(request, ++i, Long.MAX_VALUE, "ERR Invalid IDLETIME value, must be >= 0");
            } else if (request.matches(i, FREQ) && more && !idle) {
                frequency = true;
                problem = problem(request, ++i, FREQ_MAX, "ERR Invalid FREQ value, must be >= 0 and <= 255");
            } else {
                problem = CommandErrors.SYNTAX;
            }
            if (problem != null) {
                call.out().error(problem);
                return;
            }
        }
        call.change(new Restore(call, replace, absolute));
    }

    /** What is wrong with a number, which tells of a use that is not counted here; null if nothing is. */
    private static @Nullable String problem(RespRequest request, int argument, long most, String outOfRange) {
        if (!request.isLong(argument)) {
            return CommandErrors.NOT_AN_INTEGER;
        }
        long number = request.asLong(argument);
        return number < 0 || number > most ? outOfRange : null;
    }

    private static void deleteIf(Call call) {
        String digits = call.request().string(2);
        if (digits.length() != HASH_DIGITS || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            call.out().error("ERR a hash has 16 hexadecimal digits, as KV.DUMP returns it");
            return;
        }
        call.change(new DeleteIf(call, HexFormat.fromHexDigitsToLong(digits)));
    }

    private static final class Restore extends ValueEdit {
        private final boolean replace;
        private final boolean blind;
        private final DumpPayload payload;
        private final @Nullable String problem;
        private final long atMillis;

        Restore(Call call, boolean replace, boolean absolute) {
            super(call);
            Slice bytes = Slice.of(call, 3);
            this.replace = replace;
            this.blind = call.standsIn();
            this.payload = DumpPayload.Codec.decode(bytes.array(), bytes.offset(), bytes.length());
            RespRequest request = call.request();
            long ttl = request.isLong(2) ? request.asLong(2) : -1;
            ExpireTime time = absolute ? ExpireTime.PXAT : ExpireTime.PX;
            this.atMillis = ttl <= 0 ? 0 : time.at(ttl, call.loop().keys().nowMillis());
            this.problem = problem(request.isLong(2), ttl);
        }

        private @Nullable String problem(boolean number, long ttl) {
            if (!number) {
                return CommandErrors.NOT_AN_INTEGER;
            }
            if (ttl < 0) {
                return TTL_INVALID;
            }
            if (payload instanceof DumpPayload.Refusal refusal) {
                return refusal.error();
            }
            return atMillis == ExpireTime.OVERFLOW ? TTL_TOO_LARGE : null;
        }

        @Override
        boolean looksAtOld() {
            return !replace;
        }

        @Override
        public boolean needsValues() {
            return false;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            if (live) {
                return refuse(BUSY_KEY, current);
            }
            if (problem != null || !(payload instanceof DumpPayload.Content content)) {
                return refuse(problem == null ? CommandErrors.SYNTAX : problem, current);
            }
            if (isTooLong(content.length())) {
                return refuse(TOO_LONG, current);
            }
            if (atMillis != 0 && atMillis <= nowMillis) {
                return blind ? write(current, draft(current, scope).tombstone()) : delete(current, nowMillis, scope);
            }
            return write(
                    current,
                    draft(current, scope)
                            .value(content.array(), content.offset(), content.length())
                            .expireAtMillis(atMillis)
                            .clientFlags(content.clientFlags()));
        }

        @Override
        void answer(RespWriter out) {
            out.ok();
        }
    }

    private static final class DeleteIf extends ValueEdit {
        private final long hash;
        private boolean same;

        DeleteIf(Call call, long hash) {
            super(call);
            this.hash = hash;
        }

        @Override
        boolean looksAtOld() {
            return false;
        }

        @Override
        public boolean needsValues() {
            return false;
        }

        @Override
        public boolean freesMemory() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            same = current != null && RecordBytes.hash(current) == hash;
            return same ? delete(current, nowMillis, scope) : current;
        }

        @Override
        void answer(RespWriter out) {
            out.integer(same ? 1 : 0);
        }
    }
}
