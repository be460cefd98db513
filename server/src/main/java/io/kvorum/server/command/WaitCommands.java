package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.runtime.Deadline;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * WAIT and WAITAOF. A write is answered once W nodes hold it; these tell how many others do by now, and wait for those that
 * are asked and have not answered: no longer than the write itself does, since who has not answered by then is brought up to
 * date in the background, which nobody hears of.
 */
final class WaitCommands {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** As long as a year; no write is waited for so long. */
    private static final long TIMEOUT_MILLIS_MAX = 365L * 24 * 3600 * 1000;

    private WaitCommands() {}

    static List<Command> commands() {
        return List.of(
                row("wait", 3, "3.0.0", "Returns how many nodes beside the first hold the connection's last write.")
                        .guarantee("Exact where the node that was asked coordinated the write, hints counted; else the"
                                + " number that its answer waited for. Without a write: how many a write would go to.")
                        .handledBy(WaitCommands::waitForReplicas),
                row("waitaof", 4, "7.2.0", "Returns how many nodes are known to have the last write on disk.")
                        .guarantee("Copies count whose acknowledgement said so: all under sync: always, else those that"
                                + " DW asked for. Others may be on disk all the same.")
                        .handledBy(WaitCommands::waitForDisks));
    }

    private static Command.Builder row(String name, int arity, String since, String summary) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.GENERIC)
                .flags(CommandFlag.NOSCRIPT, CommandFlag.BLOCKING)
                .since(since)
                .summary(summary);
    }

    private static void waitForReplicas(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(1)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else if (isTimeout(call, 2)) {
            LastWrite last = call.session().lastWrite();
            long wanted = request.asLong(1);
            answer(call, 2, last, nodes -> nodes - 1 >= wanted, out -> out.integer(others(call.loop(), last)));
        }
    }

    private static void waitForDisks(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(1) || request.asLong(1) < 0 || request.asLong(1) > 1) {
            call.out().error("ERR value is out of range, must be between 0 and 1");
        } else if (!request.isLong(2) || request.asLong(2) < 0) {
            call.out().error("ERR value is out of range, must be positive");
        } else if (isTimeout(call, 3)) {
            LastWrite last = call.session().lastWrite();
            long here = request.asLong(1);
            long others = request.asLong(2);
            answer(
                    call,
                    3,
                    last,
                    nodes -> local(last) >= here && last.durable() - local(last) >= others,
                    out -> out.array(2).integer(local(last)).integer(last.durable() - local(last)));
        }
    }

    private static int local(LastWrite last) {
        return last.isDurableHere() ? 1 : 0;
    }

    private static boolean isTimeout(Call call, int index) {
        RespRequest request = call.request();
        if (!request.isLong(index)) {
            call.out().error("ERR timeout is not an integer or out of range");
        } else if (request.asLong(index) < 0) {
            call.out().error("ERR timeout is negative");
        } else {
            return true;
        }
        return false;
    }

    private static void answer(
            Call call, int timeoutAt, LastWrite last, IntPredicate isEnough, Consumer<RespWriter> writing) {
        if (!last.isOpen() || isEnough.test(last.nodes())) {
            writing.accept(call.out());
            return;
        }
        long millis = Math.min(call.request().asLong(timeoutAt), TIMEOUT_MILLIS_MAX);
        Waiter waiter = new Waiter(call.defer(), last, isEnough, writing);
        last.watch(waiter::look);
        if (millis > 0) {
            CommandLoop loop = call.loop();
            loop.wheel().schedule(waiter, loop.clock().nanoTime() + millis * NANOS_PER_MILLI);
        }
    }

    /** How many nodes beside one are known to hold the last write. */
    private static int others(CommandLoop loop, LastWrite last) {
        RequestOptions leastOf = last.leastOf();
        if (last.isNone() || leastOf != null) {
            int owners = fewestOwners(loop.keys().view());
            return Math.max(0, (leastOf == null ? owners : loop.keys().required(true, leastOf, owners)) - 1);
        }
        return last.nodes() - 1;
    }

    private static int fewestOwners(ClusterView view) {
        int fewest = Integer.MAX_VALUE;
        for (int partition = 0; partition < view.ring().partitions(); partition++) {
            fewest = Math.min(fewest, view.owners(partition).length);
        }
        return fewest;
    }

    /** Who waits for more acknowledgements of a write that this node coordinates. */
    private static final class Waiter extends Deadline {
        private final PendingReply reply;
        private final LastWrite last;
        private final IntPredicate isEnough;
        private final Consumer<RespWriter> writing;

        Waiter(PendingReply reply, LastWrite last, IntPredicate isEnough, Consumer<RespWriter> writing) {
            this.reply = reply;
            this.last = last;
            this.isEnough = isEnough;
            this.writing = writing;
        }

        void look() {
            if (!last.isOpen() || isEnough.test(last.nodes())) {
                reply.loop().wheel().cancel(this);
                end();
            }
        }

        @Override
        protected void onDeadline(long nowNanos) {
            end();
        }

        private void end() {
            last.watch(null);
            writing.accept(reply.out());
            reply.done();
        }
    }
}
