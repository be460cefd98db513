package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Pause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl cluster moves}: what the plan in force still has to do. */
@Command(
        name = "moves",
        mixinStandardHelpOptions = true,
        description = "Shows what the plan in force still has to do: which node gives how many partitions to which.")
final class ClusterMovesCommand extends ServerCommand {
    private static final long LOOK_MILLIS = 1_000;

    @Option(names = "--wait", description = "Waits until nothing is left to do. Ctrl-C ends the waiting alone.")
    private boolean untilDone;

    @Override
    void run(CtlClient client) throws InterruptedException {
        Map<String, RespReply> moves = moves(client);
        if (untilDone) {
            NanoClock clock = NanoClock.system();
            Pause pause = Pause.real();
            MovesProgress progress = new MovesProgress(total(moves), clock.nanoTime());
            while (total(moves) > 0) {
                progress(progress.line(total(moves), clock.nanoTime()));
                pause.millis(LOOK_MILLIS);
                moves = moves(client);
            }
        }
        List<Map<String, RespReply>> pairs = new ArrayList<>();
        for (RespReply pair : Replies.items(moves.get("moves"), 0, "moves")) {
            pairs.add(Replies.fields(pair, "one of moves"));
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        moves.forEach((name, value) -> json.put(name, Replies.json(value)));
        json.put("moves", pairs.stream().map(Replies::json).toList());
        print(text(total(moves), pairs), json);
    }

    private static Map<String, RespReply> moves(CtlClient client) throws InterruptedException {
        return Replies.fields(client.ask("KV.CLUSTER", "MOVES"), "KV.CLUSTER MOVES");
    }

    private static String text(long total, List<Map<String, RespReply>> pairs) {
        if (total == 0) {
            return "nothing is left to do\n";
        }
        Table table = Table.of("from", "to", "partitions", "given up").right(2, 3);
        for (Map<String, RespReply> pair : pairs) {
            table.row(
                    end(field(pair, "from")),
                    end(field(pair, "to")),
                    Units.count(Replies.number(field(pair, "partitions"), "partitions")),
                    Units.count(Replies.number(field(pair, "consented"), "consented")));
        }
        return table.render("") + "\n" + Units.count(total) + (total == 1 ? " move" : " moves") + " to do\n";
    }

    /** A node; nobody where the set of owners grows or shrinks. */
    private static String end(RespReply name) {
        return name.asString().isEmpty() ? "-" : name.asString();
    }

    private static long total(Map<String, RespReply> moves) {
        return Replies.number(field(moves, "total"), "total");
    }

    private static RespReply field(Map<String, RespReply> fields, String name) {
        RespReply value = fields.get(name);
        if (value == null) {
            throw CtlException.unexpected("KV.CLUSTER MOVES without " + name);
        }
        return value;
    }
}
