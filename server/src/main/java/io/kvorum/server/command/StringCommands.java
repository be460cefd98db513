package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.util.List;

/** Commands on values as strings of bytes. */
public final class StringCommands {
    private StringCommands() {}

    /** The rows. */
    public static List<Command> commands() {
        return List.of(
                Command.named("get")
                        .arity(2)
                        .keyAt(1)
                        .group(CommandGroup.STRING)
                        .flags(CommandFlag.READONLY, CommandFlag.FAST)
                        .summary("Returns the value of a key, or null if no replica in the read quorum holds one.")
                        .guarantee("Of concurrent values the newest is shown; KV.GET shows them all.")
                        .routed(Route.READ)
                        .handledBy(StringCommands::get),
                Command.named("set")
                        .arity(-3)
                        .keyAt(1)
                        .group(CommandGroup.STRING)
                        .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.BLIND)
                        .summary("Sets the value of a key, its expiry and conditions.")
                        .guarantee("Supersedes what its coordinator knows; of two concurrent ones at different nodes"
                                + " the newer is shown. Conditions are decided by the first healthy owner, by what R"
                                + " owners know, and hold while nodes agree which that is. They look at the value that"
                                + " GET shows: of siblings the newest alone is compared, and all are superseded.")
                        .routed(Route.WRITE, SetOptions::route)
                        .handledBy(StringCommands::set));
    }

    private static void get(Call call) {
        call.read(call.session().siblings() ? ValueReplies.SIBLINGS : ValueReplies.PLAIN);
    }

    private static void set(Call call) {
        CommandLoop loop = call.loop();
        RespRequest request = call.request();
        SetOptions options = SetOptions.parse(call);
        if (options == null) {
            return;
        }
        if (call.answersAlone()) {
            byte[] array = request.array();
            call.change(loop.plainSet()
                    .key(array, request.offset(1), request.length(1))
                    .value(array, request.offset(2), request.length(2))
                    .options(options)
                    .session(SessionWrite.of(call)));
            return;
        }
        byte[] key = call.keyRef().bytes();
        byte[] value = request.copy(2);
        call.change(new SetEdit(loop)
                .key(key, 0, key.length)
                .value(value, 0, value.length)
                .options(options)
                .session(SessionWrite.of(call)));
    }
}
