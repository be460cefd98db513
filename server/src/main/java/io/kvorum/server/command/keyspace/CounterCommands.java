package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Amendments;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counters: increments are amendments of their own, each actor's sum beside the others', so that none is ever lost. */
final class CounterCommands {
    private static final String OVERFLOW = "ERR increment or decrement would overflow";
    private static final String DECREMENT_OVERFLOW = "ERR decrement would overflow";
    private static final String GUARANTEE =
            "Increments are never lost, whoever makes them and whatever fails; one that is concurrent with a SET or DEL "
                    + "may be superseded by it. The number in the reply counts what R owners know: it is unique unless "
                    + "nodes disagree about who is healthy.";

    private CounterCommands() {}

    static List<Command> commands() {
        return List.of(
                row("incr", 2)
                        .summary("Adds 1 to the number at a key; a key that is not there counts from 0.")
                        .handledBy(call -> add(call, 1)),
                row("decr", 2)
                        .summary("Subtracts 1 from the number at a key; a key that is not there counts from 0.")
                        .handledBy(call -> add(call, -1)),
                row("incrby", 3)
                        .summary("Adds to the number at a key; a key that is not there counts from 0.")
                        .handledBy(CounterCommands::incrementBy),
                row("decrby", 3)
                        .summary("Subtracts from the number at a key; a key that is not there counts from 0.")
                        .handledBy(CounterCommands::decrementBy),
                row("incrbyfloat", 3)
                        .since("2.6.0")
                        .summary("Adds a decimal fraction to the number at a key; one that is not there counts from 0.")
                        .guarantee(
                                "Written as a new value by the first healthy owner of the key, by what R owners know; "
                                        + "two may race while nodes disagree about who is healthy, and then one of them is not "
                                        + "counted. Use INCRBY where that matters.")
                        .handledBy(call -> call.change(new FloatIncrement(call))));
    }

    private static Command.Builder row(String name, int arity) {
        return Command.named(name)
                .arity(arity)
                .keyAt(1)
                .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.FAST)
                .group(CommandGroup.STRING)
                .since("1.0.0")
                .guarantee(GUARANTEE)
                .routed(Route.MODIFY);
    }

    private static void incrementBy(Call call) {
        RespRequest request = call.request();
        if (request.isLong(2)) {
            add(call, request.asLong(2));
        } else {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        }
    }

    private static void decrementBy(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(2)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else if (request.asLong(2) == Long.MIN_VALUE) {
            call.out().error(DECREMENT_OVERFLOW);
        } else {
            add(call, -request.asLong(2));
        }
    }

    private static void add(Call call, long delta) {
        call.change(new Increment(call, delta));
    }

    private static final class Increment extends ValueEdit {
        private final long delta;
        private long number;

        Increment(Call call, long delta) {
            super(call);
            this.delta = delta;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            Amendments.Increased increased = Amendments.increment(current, draft(current, scope), delta, nowMillis);
            number = increased.number();
            if (increased.outcome() == Amendments.Outcome.BORN && increased.dot() != null) {
                made(increased.dot());
            }
            return switch (increased.outcome()) {
                case ADDED, BORN -> increased.record();
                case NOT_A_NUMBER -> refuse(CommandErrors.NOT_AN_INTEGER, current);
                case OVERFLOW -> refuse(OVERFLOW, current);
                case NEEDS_BYTES -> refuse(ValueReplies.BYTES_ELSEWHERE, current);
            };
        }

        @Override
        void answer(RespWriter out) {
            out.integer(number);
        }
    }

    private static final class FloatIncrement extends ValueEdit {
        private static final String NOT_A_FLOAT = "ERR value is not a valid float";
        private static final String NOT_FINITE = "ERR increment would produce NaN or Infinity";

        private final @Nullable BigDecimal delta;
        private final boolean infinite;
        private byte[] sum = {};

        FloatIncrement(Call call) {
            super(call);
            RespRequest request = call.request();
            delta = FloatNumber.parse(request.array(), request.offset(2), request.length(2));
            infinite = FloatNumber.isInfinite(request.array(), request.offset(2), request.length(2));
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            BigDecimal before = live ? FloatNumber.parse(old.array(), old.offset(), old.length()) : BigDecimal.ZERO;
            boolean wasInfinite = live && FloatNumber.isInfinite(old.array(), old.offset(), old.length());
            if ((before == null && !wasInfinite) || (delta == null && !infinite)) {
                return refuse(NOT_A_FLOAT, current);
            }
            if (before == null || delta == null) {
                return refuse(NOT_FINITE, current);
            }
            BigDecimal after = before.add(delta);
            if (!FloatNumber.isInRange(after)) {
                return refuse(NOT_FINITE, current);
            }
            sum = FloatNumber.text(after);
            return rewrite(current, scope, sum);
        }

        @Override
        void answer(RespWriter out) {
            out.bulk(sum);
        }
    }
}
