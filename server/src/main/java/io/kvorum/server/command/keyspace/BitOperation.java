package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.PartReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.Steps;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.Deadline;

/** BITOP: reads values one after the other into an outcome in the making, so that never many are held, and writes it. */
final class BitOperation {
    private static final int FIRST_SOURCE = 3;

    /** No value is read when those of this turn have taken so long. */
    private static final long TURN_NANOS = 2_000_000;

    private final Command get;
    private final Command set;
    private final Command del;

    private BitOperation(Rows rows) {
        this.get = rows.named("get");
        this.set = rows.named("set");
        this.del = rows.named("del");
    }

    /** The row, made of others of the table. */
    static Command row(Rows rows) {
        return Command.named("bitop")
                .arity(-4)
                .keys(2, -1, 1)
                .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
                .group(CommandGroup.BITMAP)
                .since("2.6.0")
                .summary(
                        "Sets a key to what an operation on the bits of others gives, and returns how many bytes that has:"
                                + " AND, OR, XOR, NOT, DIFF, DIFF1, ANDOR, ONE.")
                .guarantee(
                        "Each key as by a GET of its own, one after the other: the values are not of one moment. The outcome"
                                + " is written as by SET, or by DEL where it has no bytes; a failure before changes nothing.")
                .routed(Route.MULTI)
                .handledBy(new BitOperation(rows)::run);
    }

    private void run(Call call) {
        RespRequest request = call.request();
        BitOperator operator = BitOperator.of(request, 1);
        int sources = request.argumentCount() - FIRST_SOURCE;
        if (operator == null) {
            call.out().error(CommandErrors.SYNTAX);
        } else if (operator == BitOperator.NOT && sources != 1) {
            call.out().error("ERR BITOP NOT must be called with a single source key.");
        } else if (operator.needsTwo() && sources < 2) {
            call.out().error("ERR BITOP " + operator + " must be called with at least two source keys.");
        } else {
            byte[][] keys = new byte[sources][];
            for (int i = 0; i < sources; i++) {
                keys[i] = request.copy(FIRST_SOURCE + i);
            }
            new Run(Steps.of(call), operator, request.copy(2), keys).readSome();
        }
    }

    /** One BITOP, which lets the loop serve others between some milliseconds' work. Owned by its loop. */
    private final class Run extends Deadline {
        private final Steps steps;
        private final BitOperator.Fold fold;
        private final byte[] target;
        private final byte[][] sources;
        private int read;
        private boolean reading;
        private boolean waiting;

        Run(Steps steps, BitOperator operator, byte[] target, byte[][] sources) {
            this.steps = steps;
            this.fold = operator.new Fold();
            this.target = target;
            this.sources = sources;
        }

        /** Goes on until a reply is not there at once, or this turn has taken long enough. */
        void readSome() {
            Clock clock = steps.loop().clock();
            long endNanos = clock.nanoTime() + TURN_NANOS;
            reading = true;
            do {
                waiting = true;
                steps.run(get, this::onRead, sources[read]);
            } while (!waiting && read < sources.length && clock.nanoTime() - endNanos < 0);
            reading = false;
            if (waiting) {
                return;
            }
            if (read == sources.length) {
                write();
            } else {
                steps.loop().wheel().schedule(this, clock.nanoTime());
            }
        }

        private void onRead(PartReply reply) {
            long before = fold.bytes();
            boolean unused = reply.bulk();
            fold.take(reply.array(), reply.offset(), reply.length());
            read++;
            if (!steps.hold(fold.bytes() - before)) {
                return;
            }
            waiting = false;
            if (!reading && read == sources.length) {
                write();
            } else if (!reading) {
                readSome();
            }
        }

        @Override
        protected void onDeadline(long nowNanos) {
            Clock clock = steps.loop().clock();
            if (clock.nanoTime() - nowNanos > TURN_NANOS) {
                // Others have taken this turn.
                steps.loop().wheel().schedule(this, clock.nanoTime());
            } else {
                steps.guarded(this::readSome);
            }
        }

        private void write() {
            byte[] outcome = fold.result();
            Steps.Step next = done -> steps.reply(out -> out.integer(outcome.length));
            if (outcome.length == 0) {
                steps.run(del, next, target);
            } else {
                steps.run(set, next, target, outcome);
            }
        }
    }
}
