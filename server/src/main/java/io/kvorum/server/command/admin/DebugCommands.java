package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What there is of DEBUG: the harmless part, that tests of clients use. */
final class DebugCommands {
    private static final double NANOS_PER_SECOND = 1e9;

    /** A day: nobody waits longer. */
    private static final double SECONDS_MAX = 86_400;

    private static final List<String> HELP = List.of(
            "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "OBJECT <key>",
            "    Show how long the value of <key> is.",
            "SLEEP <seconds>",
            "    Answer after <seconds>; all others are answered meanwhile.",
            "HELP",
            "    Prints this help.");

    private DebugCommands() {}

    static Command command() {
        return Command.named("debug")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("1.0.0")
                .summary("A container for commands that tests of clients use.")
                .guarantee("Concerns this node alone.")
                .containing(
                        sub("help", 2, "Describes the sub-commands.")
                                .handledBy(call -> SlowLogCommands.help(call, HELP)),
                        sub("object", 3, "Shows how long the value of a key is.")
                                .keyAt(2)
                                .routed(Route.READ)
                                .guarantee("What GET shows.")
                                .handledBy(call -> call.read(DebugCommands::object)),
                        sub("sleep", 3, "Answers after some seconds.")
                                .guarantee("Delays the replies of this connection alone.")
                                .handledBy(DebugCommands::sleep));
    }

    private static Command.Builder sub(String name, int arity, String summary) {
        return Command.named("debug|" + name)
                .arity(arity)
                .group(CommandGroup.SERVER)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.LOADING, CommandFlag.STALE)
                .since("1.0.0")
                .summary(summary)
                .guarantee("Concerns this node alone.");
    }

    private static void object(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        ValueSlice value = loop.valueSlice();
        if (record == null || !Visible.plain(record, loop.keys().nowMillis(), value)) {
            out.error("ERR no such key");
        } else if (value.isMissing()) {
            out.error(ValueReplies.BYTES_ELSEWHERE);
        } else {
            out.simple("Value at:0x0 refcount:1 encoding:raw serializedlength:" + value.length()
                    + " lru:0 lru_seconds_idle:0");
        }
    }

    private static void sleep(Call call) {
        double seconds;
        try {
            seconds = Double.parseDouble(call.request().string(2));
        } catch (NumberFormatException wrong) {
            seconds = 0;
        }
        if (!(seconds > 0)) {
            call.out().ok();
            return;
        }
        long nanos = (long) (Math.min(seconds, SECONDS_MAX) * NANOS_PER_SECOND);
        new Sleep(call.defer(), call.loop().clock().nanoTime() + nanos).goOn();
    }

    /** One DEBUG SLEEP. Owned by its loop. */
    private static final class Sleep extends Deadline {
        /** So often it looks whether the client is still there: connections that come and go leave no sleepers behind. */
        private static final long LOOK_NANOS = 1_000_000_000;

        private final PendingReply reply;
        private final long endNanos;

        Sleep(PendingReply reply, long endNanos) {
            this.reply = reply;
            this.endNanos = endNanos;
        }

        void goOn() {
            CommandLoop loop = reply.loop();
            long nowNanos = loop.clock().nanoTime();
            if (endNanos - nowNanos <= 0) {
                reply.out().ok();
                reply.done();
            } else if (reply.isWanted()) {
                loop.wheel().schedule(this, nowNanos + Math.min(endNanos - nowNanos, LOOK_NANOS));
            }
        }

        @Override
        protected void onDeadline(long nowNanos) {
            goOn();
        }
    }
}
