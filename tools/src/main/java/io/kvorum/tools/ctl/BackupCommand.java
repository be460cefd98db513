package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import io.kvorum.tools.runtime.Pause;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl backup}: backs the asked node up, and shows how far that is. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = {
            "Backs the asked node up into a directory of its machine, while it runs, and waits until that is done and"
                    + " compared. Ctrl-C ends the waiting, not the backup.",
            "docs/backup.md says what is in a backup and what is not."
        })
final class BackupCommand extends ServerCommand {
    private static final long LOOK_MILLIS = 500;
    private static final long MILLIS = 1_000;

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    @Option(names = "--no-wait", description = "Begins it, and does not wait.")
    private boolean noWait;

    /** One of three. */
    private static final class What {
        @Option(
                names = "--to",
                paramLabel = "DIR",
                description = "The directory: absolute, on the node's machine, empty or not there.")
        private @Nullable String to;

        @Option(names = "--status", description = "Shows how far the backup is, or how the last one ended.")
        private boolean status;

        @Option(names = "--cancel", description = "Ends the one that runs, and deletes what it has written.")
        private boolean cancel;
    }

    @Override
    void check() {
        if (what.to != null && !what.to.startsWith("/")) {
            throw usage("--to must be absolute, for it is a directory of the node's machine: " + what.to);
        }
    }

    @Override
    void run(CtlClient client) throws InterruptedException {
        if (what.cancel) {
            client.ask("KV.BACKUP", "CANCEL");
            print("cancelled\n", Map.of("state", "cancelled"));
            return;
        }
        String to = what.status ? null : what.to;
        if (to != null) {
            client.ask("KV.BACKUP", "START", to);
        }
        Map<String, RespReply> status = status(client);
        if (to != null && !noWait) {
            status = await(client, status);
        }
        print(text(status), Replies.json(status));
        String state = word(status, "state");
        if (state.equals("failed")) {
            throw CtlException.serverError(
                    "the backup to " + word(status, "directory") + " failed: " + word(status, "problem"));
        }
        if (to != null && state.equals("cancelled")) {
            throw CtlException.serverError("the backup to " + word(status, "directory") + " was cancelled");
        }
    }

    private Map<String, RespReply> await(CtlClient client, Map<String, RespReply> first) throws InterruptedException {
        Pause pause = Pause.real();
        Map<String, RespReply> status = first;
        while (runs(status)) {
            progress(line(status));
            pause.millis(LOOK_MILLIS);
            status = status(client);
        }
        return status;
    }

    private static boolean runs(Map<String, RespReply> status) {
        String state = word(status, "state");
        return state.equals("writing") || state.equals("verifying");
    }

    private static Map<String, RespReply> status(CtlClient client) throws InterruptedException {
        return Replies.fields(client.ask("KV.BACKUP", "STATUS"), "KV.BACKUP STATUS");
    }

    /** One line while it goes on. */
    private static String line(Map<String, RespReply> status) {
        long bytes = number(status, "bytes");
        long left = number(status, "seconds-left");
        return word(status, "state") + " " + Units.count(number(status, "records")) + " of "
                + Units.count(number(status, "records-total")) + " records, " + Units.bytes(bytes)
                + (left < 0 ? "" : ", " + Units.seconds(left) + " left");
    }

    private static String text(Map<String, RespReply> status) {
        if (word(status, "state").equals("none")) {
            return "no backup since the node has started\n";
        }
        Table table = Table.plain();
        long seconds = number(status, "elapsed-ms") / MILLIS;
        table.row("backup", word(status, "state") + ", " + word(status, "directory"));
        table.row(
                "records",
                Units.count(number(status, "records")) + " of " + Units.count(number(status, "records-total")));
        table.row("bytes", Units.bytes(number(status, "bytes")));
        table.row("time", Units.seconds(seconds));
        long left = number(status, "seconds-left");
        if (runs(status) && left >= 0) {
            table.row("left", Units.seconds(left));
        }
        if (!word(status, "problem").isEmpty()) {
            table.row("problem", word(status, "problem"));
        }
        return table.render("");
    }

    private static String word(Map<String, RespReply> status, String field) {
        RespReply value = status.get(field);
        if (value == null) {
            throw CtlException.unexpected("KV.BACKUP STATUS without " + field);
        }
        return value.asString();
    }

    private static long number(Map<String, RespReply> status, String field) {
        RespReply value = status.get(field);
        if (value == null || value.kind() != RespReply.Kind.INTEGER) {
            throw CtlException.unexpected("KV.BACKUP STATUS without " + field);
        }
        return value.asLong();
    }
}
