package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.PartReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.Steps;
import io.kvorum.server.runtime.Deadline;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** LCS: what two values have in common, worked out a bit each turn of the timers, so that the loop serves others. */
final class LcsCommand {
    private static final byte[] LEN = "LEN".getBytes(US_ASCII);
    private static final byte[] IDX = "IDX".getBytes(US_ASCII);
    private static final byte[] MINMATCHLEN = "MINMATCHLEN".getBytes(US_ASCII);
    private static final byte[] WITHMATCHLEN = "WITHMATCHLEN".getBytes(US_ASCII);
    private static final int FIRST_OPTION = 3;

    private final Command get;

    private LcsCommand(Rows rows) {
        this.get = rows.named("get");
    }

    /** The row, made of another of the table. */
    static Command row(Rows rows) {
        return Command.named("lcs")
                .arity(-3)
                .keys(1, 2, 1)
                .flags(CommandFlag.READONLY)
                .group(CommandGroup.STRING)
                .since("7.0.0")
                .summary(
                        "Returns the longest common subsequence of two values, its length, or where it is; of values with up"
                                + " to " + CommonSubsequence.PAIRS_MAX + " pairs of bytes.")
                .guarantee("Each key as by a GET of its own, one after the other: the values are not of one moment.")
                .routed(Route.MULTI)
                .handledBy(new LcsCommand(rows)::run);
    }

    /** What is asked for; {@code lengths} of each stretch where {@code index} is wanted. */
    private record Options(boolean length, boolean index, boolean lengths, int matchMin) {}

    private void run(Call call) {
        Options options = parse(call);
        if (options == null) {
            return;
        }
        byte[] first = call.request().copy(1);
        byte[] second = call.request().copy(2);
        Steps steps = Steps.of(call);
        steps.run(get, reply -> onFirst(steps, reply, second, options), first);
    }

    private static @Nullable Options parse(Call call) {
        RespRequest request = call.request();
        boolean length = false;
        boolean index = false;
        boolean lengths = false;
        long matchMin = 0;
        for (int i = FIRST_OPTION; i < request.argumentCount(); i++) {
            if (request.matches(i, LEN)) {
                length = true;
            } else if (request.matches(i, IDX)) {
                index = true;
            } else if (request.matches(i, WITHMATCHLEN)) {
                lengths = true;
            } else if (request.matches(i, MINMATCHLEN) && i + 1 < request.argumentCount()) {
                if (!request.isLong(++i)) {
                    call.out().error(CommandErrors.NOT_AN_INTEGER);
                    return null;
                }
                matchMin = request.asLong(i);
            } else {
                call.out().error(CommandErrors.SYNTAX);
                return null;
            }
        }
        if (index && length) {
            call.out().error("ERR If you want both the length and indexes, please just use IDX.");
            return null;
        }
        return new Options(length, index, lengths, (int) Math.max(0, Math.min(matchMin, Integer.MAX_VALUE)));
    }

    private void onFirst(Steps steps, PartReply reply, byte[] second, Options options) {
        boolean unused = reply.bulk();
        byte[] value = reply.bytes();
        if (steps.hold(value.length)) {
            steps.run(get, next -> onSecond(steps, value, next, options), second);
        }
    }

    private static void onSecond(Steps steps, byte[] first, PartReply reply, Options options) {
        boolean unused = reply.bulk();
        byte[] second = reply.bytes();
        long pairs = (long) first.length * second.length;
        if (pairs > CommonSubsequence.PAIRS_MAX) {
            steps.error(String.format(
                    Locale.ROOT,
                    "ERR LCS of values of %d and %d bytes would compare %d pairs of bytes, more than %d",
                    first.length,
                    second.length,
                    pairs,
                    CommonSubsequence.PAIRS_MAX));
            return;
        }
        long bytes = second.length + CommonSubsequence.bytes(first.length, second.length, !options.length);
        if (steps.hold(bytes)) {
            new Work(steps, new CommonSubsequence(first, second, !options.length, options.matchMin), options)
                    .begin(pairs);
        }
    }

    /** One LCS. Owned by its loop. */
    private static final class Work extends Deadline {
        /** So many pairs take about a millisecond. */
        private static final int PAIRS_EACH_TURN = 1 << 20;

        /** So few take no longer than other commands do. */
        private static final int PAIRS_AT_ONCE_MAX = 1 << 16;

        /** Nothing is worked out when what others do in this turn has taken so long: of a thousand one goes on after the other. */
        private static final long TURN_NANOS = 2_000_000;

        private final Steps steps;
        private final CommonSubsequence common;
        private final Options options;
        private boolean filled;

        Work(Steps steps, CommonSubsequence common, Options options) {
            this.steps = steps;
            this.common = common;
            this.options = options;
        }

        void begin(long pairs) {
            if (pairs <= PAIRS_AT_ONCE_MAX) {
                goOn();
            } else {
                goOnLater();
            }
        }

        private void goOn() {
            if (!filled) {
                filled = common.fill(PAIRS_EACH_TURN);
            }
            if (filled && (options.length || common.trace(PAIRS_EACH_TURN))) {
                steps.reply(this::write);
            } else if (steps.hold(0)) {
                goOnLater();
            }
        }

        private void goOnLater() {
            steps.loop().wheel().schedule(this, steps.loop().clock().nanoTime());
        }

        @Override
        protected void onDeadline(long nowNanos) {
            if (steps.loop().clock().nanoTime() - nowNanos > TURN_NANOS) {
                goOnLater();
            } else {
                steps.guarded(this::goOn);
            }
        }

        private void write(RespWriter out) {
            if (options.length) {
                out.integer(common.length());
            } else if (!options.index) {
                out.bulk(common.text());
            } else {
                List<CommonSubsequence.Match> matches = common.matches();
                out.map(2).bulk("matches").array(matches.size());
                for (CommonSubsequence.Match match : matches) {
                    out.array(options.lengths ? 3 : 2);
                    range(out, match.first(), match.length());
                    range(out, match.second(), match.length());
                    if (options.lengths) {
                        out.integer(match.length());
                    }
                }
                out.bulk("len").integer(common.length());
            }
        }

        private static void range(RespWriter out, int from, int length) {
            out.array(2).integer(from).integer(from + length - 1L);
        }
    }
}
