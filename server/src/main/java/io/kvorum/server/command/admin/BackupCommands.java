package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import java.util.Locale;

/** KV.BACKUP. */
final class BackupCommands {
    private static final int STATUS_FIELDS = 9;

    private BackupCommands() {}

    static Command command(BackupControl backups) {
        return Command.named("kv.backup")
                .arity(-2)
                .group(CommandGroup.KVORUM)
                .since("1.0.0")
                .summary("A container for commands about backups of this node.")
                .containing(
                        sub("cancel", 2, "Ends the backup that runs; what it has written is deleted.", call -> {
                            if (backups.cancel()) {
                                call.out().ok();
                            } else {
                                call.out().error("ERR no backup runs");
                            }
                        }),
                        sub(
                                "start",
                                3,
                                "Begins a backup of this node into a directory of its machine; KV.BACKUP STATUS says what"
                                        + " becomes of it.",
                                call -> start(call, backups)),
                        sub(
                                "status",
                                2,
                                "Shows how far the backup is, or how the last one ended.",
                                call -> status(call, backups.status())));
    }

    private static Command sub(String name, int arity, String summary, CommandHandler handler) {
        return Command.named("kv.backup|" + name)
                .arity(arity)
                .group(CommandGroup.KVORUM)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.STALE)
                .since("1.0.0")
                .summary(summary)
                .guarantee("Concerns this node alone.")
                .handledBy(handler);
    }

    private static void start(Call call, BackupControl backups) {
        String problem = backups.start(call.request().string(2));
        if (problem == null) {
            call.out().ok();
        } else {
            call.out().error("ERR " + problem);
        }
    }

    private static void status(Call call, BackupStatus status) {
        RespWriter out = call.out().map(STATUS_FIELDS);
        out.bulk("state").bulk(status.state().name().toLowerCase(Locale.ROOT));
        out.bulk("directory").bulk(status.directory());
        out.bulk("records").integer(status.records());
        out.bulk("records-total").integer(status.recordsTotal());
        out.bulk("bytes").integer(status.bytes());
        out.bulk("bytes-total").integer(status.bytesTotal());
        out.bulk("elapsed-ms").integer(status.elapsedMillis());
        out.bulk("seconds-left").integer(status.secondsLeft());
        out.bulk("problem").bulk(status.problem());
    }
}
