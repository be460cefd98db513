package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.RecordReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.ValueCondition;
import io.kvorum.storage.engine.PartitionScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Digests of values, and deletes that look at the value first; both as of Redis 8.4. SET compares by options of its own. */
final class ComparingCommands {
    private static final int CONDITIONAL_ARGUMENTS = 4;
    private static final String NO_CONDITION = "ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE";

    private static final RecordReply DIGEST = ValueReply.of((out, live, value) -> {
        if (live) {
            out.bulk(ValueCondition.digest(value));
        } else {
            out.nil();
        }
    });

    private ComparingCommands() {}

    /** The rows. */
    static List<Command> commands() {
        return List.of(
                Command.named("digest")
                        .arity(2)
                        .keyAt(1)
                        .flags(CommandFlag.READONLY, CommandFlag.FAST)
                        .group(CommandGroup.STRING)
                        .since("8.4.0")
                        .summary("Returns the XXH3-64 of a value as 16 hexadecimal digits, or nil.")
                        .guarantee("As new as GET, and of the value that GET shows: of siblings, the newest.")
                        .routed(Route.READ)
                        .handledBy(call -> call.read(DIGEST)),
                Command.named("delex")
                        .arity(-2)
                        .keyAt(1)
                        .flags(CommandFlag.WRITE, CommandFlag.FAST)
                        .group(CommandGroup.STRING)
                        .since("8.4.0")
                        .summary(
                                "Deletes a key if its value, or the digest of it, is or is not as given; replies 1 if it did.")
                        .guarantee("Compares the value that GET shows, decided and written in one step by the first"
                                + " healthy owner of the key, by what R owners know; two may race while nodes disagree"
                                + " about who is healthy. Of siblings the newest alone is compared, and where it deletes,"
                                + " all that this owner knows go.")
                        .routed(Route.MODIFY)
                        .handledBy(ComparingCommands::delete));
    }

    private static void delete(Call call) {
        RespRequest request = call.request();
        int arguments = request.argumentCount();
        if (arguments != 2 && arguments != CONDITIONAL_ARGUMENTS) {
            CommandErrors.wrongArity(call);
            return;
        }
        ValueCondition condition = arguments == CONDITIONAL_ARGUMENTS ? ValueCondition.at(request, 2) : null;
        // What is wrong with the condition is told only if there is a key: so does Redis.
        String error = null;
        if (arguments != 2 && condition == null) {
            error = NO_CONDITION;
        } else if (condition != null && condition.isWrong()) {
            error = ValueCondition.NO_DIGEST;
        }
        call.change(new DeleteIf(call, condition, error));
    }

    private static final class DeleteIf extends ValueEdit {
        private final @Nullable ValueCondition condition;
        private final @Nullable String error;
        private boolean deleted;

        DeleteIf(Call call, @Nullable ValueCondition condition, @Nullable String error) {
            super(call);
            this.condition = condition;
            this.error = error;
        }

        @Override
        boolean readsBytes() {
            return condition != null;
        }

        @Override
        boolean takesOld() {
            return condition != null && condition.namesValue();
        }

        @Override
        public boolean needsValues() {
            return condition != null;
        }

        @Override
        public boolean freesMemory() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            deleted = false;
            if (!live) {
                return current;
            }
            if (error != null) {
                return refuse(error, current);
            }
            deleted = condition == null || condition.holdsFor(old);
            return deleted ? delete(current, nowMillis, scope) : current;
        }

        @Override
        void answer(RespWriter out) {
            out.integer(deleted ? 1 : 0);
        }
    }
}
