package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl cluster history}: what made the cluster what it is. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description =
                "Tells what made the cluster what it is, the newest last: who joined and left, what was planned, what"
                        + " moved.")
final class ClusterHistoryCommand extends ServerCommand {
    private static final long MILLIS = 1_000;

    @Option(names = "--count", paramLabel = "N", description = "The newest N events alone. Default: 1000.")
    private @Nullable Integer count;

    @Override
    void check() {
        if (count != null && count < 0) {
            throw usage("--count must be 0 or more: " + count);
        }
    }

    @Override
    void run(CtlClient client) throws InterruptedException {
        RespReply reply = count == null
                ? client.ask("KV.CLUSTER", "HISTORY")
                : client.ask("KV.CLUSTER", "HISTORY", "COUNT", count.toString());
        List<Map<String, RespReply>> events = new ArrayList<>();
        for (RespReply event : Replies.items(reply, 0, "KV.CLUSTER HISTORY")) {
            events.add(Replies.fields(event, "an event"));
        }
        Table table = Table.of("time", "by", "event");
        for (Map<String, RespReply> event : events) {
            table.row(time(field(event, "stamp")), field(event, "by").asString(), Replies.text(field(event, "event")));
        }
        print(table.render(""), events.stream().map(Replies::json).toList());
    }

    private static String time(RespReply stamp) {
        long millis = Replies.number(stamp, "stamp");
        return millis == 0 ? "-" : Instant.ofEpochSecond(millis / MILLIS).toString();
    }

    private static RespReply field(Map<String, RespReply> event, String name) {
        RespReply value = event.get(name);
        if (value == null) {
            throw CtlException.unexpected("an event without " + name);
        }
        return value;
    }
}
