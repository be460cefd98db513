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
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When keys end: EXPIRE and its kin, which amend every live sibling, and the questions about it. */
final class ExpiryCommands {
    private static final byte[] NX = "NX".getBytes(US_ASCII);
    private static final byte[] XX = "XX".getBytes(US_ASCII);
    private static final byte[] GT = "GT".getBytes(US_ASCII);
    private static final byte[] LT = "LT".getBytes(US_ASCII);

    private static final int IF_NONE = 1;
    private static final int IF_SOME = 1 << 1;
    private static final int IF_LATER = 1 << 2;
    private static final int IF_EARLIER = 1 << 3;

    private static final long NO_KEY = -2;
    private static final long NO_END = -1;
    private static final long MILLIS_PER_SECOND = 1000;

    private static final String CHANGES = "Sets the expiry of all siblings, makes none, and never conflicts with an "
            + "increment; of two at once the later one holds on every replica. A condition is judged by what R owners "
            + "know; two may race while nodes disagree about who is healthy.";
    private static final String READS = "As new as GET; every replica judges expiry by its own hybrid clock.";

    private ExpiryCommands() {}

    static List<Command> commands() {
        return List.of(
                change("expire", "1.0.0", ExpireTime.EX, "in seconds from now"),
                change("pexpire", "2.6.0", ExpireTime.PX, "in milliseconds from now"),
                change("expireat", "1.2.0", ExpireTime.EXAT, "in seconds since 1970"),
                change("pexpireat", "2.6.0", ExpireTime.PXAT, "in milliseconds since 1970"),
                row("persist", "2.2.0", CommandFlag.WRITE)
                        .arity(2)
                        .summary("Lets a key live without end; replies 1 if it had one.")
                        .guarantee(CHANGES)
                        .routed(Route.MODIFY)
                        .handledBy(call -> call.change(new Persist(call))),
                question("ttl", "1.0.0", "how many seconds a key has left", (end, now) -> seconds(left(end, now))),
                question("pttl", "2.6.0", "how many milliseconds a key has left", ExpiryCommands::left),
                question("expiretime", "7.0.0", "when a key ends, in seconds since 1970", (end, now) -> seconds(end)),
                question("pexpiretime", "7.0.0", "when a key ends, in milliseconds since 1970", (end, now) -> end));
    }

    private static Command.Builder row(String name, String since, CommandFlag flag) {
        return Command.named(name)
                .keyAt(1)
                .flags(flag, CommandFlag.FAST)
                .group(CommandGroup.GENERIC)
                .since(since);
    }

    private static Command change(String name, String since, ExpireTime time, String how) {
        return row(name, since, CommandFlag.WRITE)
                .arity(-3)
                .summary("Sets when a key ends, " + how + "; a time that is past deletes it.")
                .guarantee(CHANGES)
                .routed(Route.MODIFY)
                .handledBy(call -> expire(call, time));
    }

    private static Command question(String name, String since, String what, Answer answer) {
        return row(name, since, CommandFlag.READONLY)
                .arity(2)
                .summary("Returns " + what + "; -1 if it has no end, -2 if there is no such key.")
                .guarantee(READS)
                .routed(Route.READ)
                .handledBy(call -> call.read((loop, out, record) -> out.integer(answered(loop, record, answer))));
    }

    private static long answered(CommandLoop loop, byte @Nullable [] record, Answer answer) {
        long nowMillis = loop.keys().nowMillis();
        ValueSlice value = loop.valueSlice();
        if (record == null || !Visible.plain(record, nowMillis, value)) {
            return NO_KEY;
        }
        return value.expireAtMillis() == 0 ? NO_END : answer.of(value.expireAtMillis(), nowMillis);
    }

    private static long left(long end, long nowMillis) {
        return Math.max(0, end - nowMillis);
    }

    /** Rounded, as Redis does; not (millis + 500) / 1000, which the last half second before the end of time overflows. */
    private static long seconds(long millis) {
        long rest = millis % MILLIS_PER_SECOND;
        return millis / MILLIS_PER_SECOND + (rest >= MILLIS_PER_SECOND / 2 ? 1 : 0);
    }

    private static void expire(Call call, ExpireTime time) {
        RespRequest request = call.request();
        int conditions = 0;
        for (int i = 3; i < request.argumentCount(); i++) {
            int condition = condition(request, i);
            if (condition == 0) {
                call.out().error("ERR Unsupported option " + CommandErrors.clipped(request, i));
                return;
            }
            conditions |= condition;
        }
        String error = null;
        if ((conditions & IF_NONE) != 0 && conditions != IF_NONE) {
            error = "ERR NX and XX, GT or LT options at the same time are not compatible";
        } else if ((conditions & IF_LATER) != 0 && (conditions & IF_EARLIER) != 0) {
            error = "ERR GT and LT options at the same time are not compatible";
        } else if (!request.isLong(2)) {
            error = CommandErrors.NOT_AN_INTEGER;
        }
        if (error != null) {
            call.out().error(error);
            return;
        }
        long atMillis = time.at(request.asLong(2), call.loop().keys().nowMillis());
        if (atMillis == ExpireTime.OVERFLOW) {
            call.out().error(ExpireTime.invalid(call.command().name()));
        } else {
            call.change(new Expire(call, atMillis, conditions));
        }
    }

    private static int condition(RespRequest request, int argument) {
        if (request.matches(argument, NX)) {
            return IF_NONE;
        }
        if (request.matches(argument, XX)) {
            return IF_SOME;
        }
        if (request.matches(argument, GT)) {
            return IF_LATER;
        }
        return request.matches(argument, LT) ? IF_EARLIER : 0;
    }

    /** What is answered about a key that has an end. */
    private interface Answer {
        long of(long endMillis, long nowMillis);
    }

    private static final class Expire extends ValueEdit {
        private final long atMillis;
        private final int conditions;
        private boolean done;

        Expire(Call call, long atMillis, int conditions) {
            super(call);
            this.atMillis = atMillis;
            this.conditions = conditions;
        }

        @Override
        public boolean freesMemory() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            done = live && isWanted(old.expireAtMillis());
            if (current == null || !done) {
                return current;
            }
            return atMillis <= nowMillis
                    ? delete(current, nowMillis, scope)
                    : expire(current, scope, atMillis, nowMillis);
        }

        /** By Redis's rules: a key without an end ends later than any other. */
        private boolean isWanted(long endMillis) {
            boolean ends = endMillis != 0;
            return ((conditions & IF_NONE) == 0 || !ends)
                    && ((conditions & IF_SOME) == 0 || ends)
                    && ((conditions & IF_LATER) == 0 || (ends && atMillis > endMillis))
                    && ((conditions & IF_EARLIER) == 0 || !ends || atMillis < endMillis);
        }

        @Override
        void answer(RespWriter out) {
            out.integer(done ? 1 : 0);
        }
    }

    private static final class Persist extends ValueEdit {
        private boolean done;

        Persist(Call call) {
            super(call);
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            done = live && old.expireAtMillis() != 0;
            return done && current != null ? expire(current, scope, 0, nowMillis) : current;
        }

        @Override
        void answer(RespWriter out) {
            out.integer(done ? 1 : 0);
        }
    }
}
