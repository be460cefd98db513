package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.Gather;
import io.kvorum.server.command.Route;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether keys are there, and their deletion. Each row that takes many keys runs as itself on each of them.
 *
 * <p>A delete could be written blindly, as a SET is; but its reply says whether there was a key, and so it reads before
 * it writes. Any settled owner does that, again as with a SET: were it the first owner alone, deletes would be in doubt
 * whenever that one fails. Nothing is written where nothing lives: a tombstone for every key that somebody only asked about
 * would have to be kept for the whole grace. A fallback in the place of owners writes it all the same, and counts the key:
 * what it keeps is not all there is, and so it never says that there was none.
 */
final class KeyCommands {
    private static final String DELETES =
            "Each key on its own, by what R owners know; the keys are not one step. A write "
                    + "elsewhere that R owners have not heard of stays; two deletes at once may both count the key. Where no "
                    + "owner can be reached, fallbacks delete what they keep, and count each key.";
    private static final String LOOKS = "Each key on its own and as new as GET; the keys are not of one moment.";

    private static final Command DEL = delete("del", "1.0.0", CommandFlag.WRITE, CommandFlag.BLIND)
            .summary("Deletes keys; returns how many were there.")
            .handledBy(KeyCommands::del);
    private static final Command UNLINK = delete(
                    "unlink", "4.0.0", CommandFlag.WRITE, CommandFlag.FAST, CommandFlag.BLIND)
            .summary("Deletes keys, as DEL does; returns how many were there.")
            .handledBy(KeyCommands::unlink);
    private static final Command EXISTS = look("exists", "1.0.0")
            .summary("Returns how many of the keys are there; one that is named twice counts twice.")
            .handledBy(KeyCommands::exists);
    private static final Command TOUCH = look("touch", "3.2.1")
            .summary("Returns how many of the keys are there.")
            .handledBy(KeyCommands::touch);

    private KeyCommands() {}

    static List<Command> commands() {
        return List.of(
                DEL,
                UNLINK,
                EXISTS,
                TOUCH,
                Command.named("type")
                        .arity(2)
                        .keyAt(1)
                        .flags(CommandFlag.READONLY, CommandFlag.FAST)
                        .group(CommandGroup.GENERIC)
                        .since("1.0.0")
                        .summary("Returns string if the key is there, else none.")
                        .guarantee("As new as GET.")
                        .routed(Route.READ)
                        .handledBy(call -> call.read(KeyCommands::type)));
    }

    private static Command.Builder delete(String name, String since, CommandFlag flag, CommandFlag... more) {
        return Command.named(name)
                .arity(-2)
                .keys(1, -1, 1)
                .flags(flag, more)
                .group(CommandGroup.GENERIC)
                .since(since)
                .guarantee(DELETES)
                .routed(Route.MULTI, request -> single(request, Route.WRITE));
    }

    private static Command.Builder look(String name, String since) {
        return Command.named(name)
                .arity(-2)
                .keys(1, -1, 1)
                .flags(CommandFlag.READONLY, CommandFlag.FAST)
                .group(CommandGroup.GENERIC)
                .since(since)
                .guarantee(LOOKS)
                .routed(Route.MULTI, request -> single(request, Route.READ));
    }

    private static Route single(RespRequest request, Route route) {
        return request.argumentCount() == 2 ? route : Route.MULTI;
    }

    private static void del(Call call) {
        delete(call, DEL);
    }

    private static void unlink(Call call) {
        delete(call, UNLINK);
    }

    private static void exists(Call call) {
        count(call, EXISTS);
    }

    private static void touch(Call call) {
        count(call, TOUCH);
    }

    private static void delete(Call call, Command row) {
        if (call.route() == Route.MULTI) {
            Gather.eachKey(call, row, Gather.Combiner.SUM);
        } else {
            call.change(new Delete(call), true);
        }
    }

    private static void count(Call call, Command row) {
        if (call.route() == Route.MULTI) {
            Gather.eachKey(call, row, Gather.Combiner.SUM);
        } else {
            call.read((loop, out, record) -> out.integer(isLive(loop, record) ? 1 : 0));
        }
    }

    private static void type(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        out.simple(isLive(loop, record) ? "string" : "none");
    }

    private static boolean isLive(CommandLoop loop, byte @Nullable [] record) {
        return record != null && Visible.plain(record, loop.keys().nowMillis(), loop.valueSlice());
    }

    private static final class Delete extends ValueEdit {
        private final boolean blind;
        private boolean counts;

        Delete(Call call) {
            super(call);
            this.blind = call.standsIn();
        }

        @Override
        public boolean freesMemory() {
            return true;
        }

        @Override
        public boolean needsValues() {
            return false;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            counts = live || blind;
            return blind ? write(current, draft(current, scope).tombstone()) : delete(current, nowMillis, scope);
        }

        @Override
        void answer(RespWriter out) {
            out.integer(counts ? 1 : 0);
        }
    }
}
