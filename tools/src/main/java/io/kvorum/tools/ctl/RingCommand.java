package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl ring}: who owns what. */
@Command(
        name = "ring",
        mixinStandardHelpOptions = true,
        description = "Shows how partitions are spread over nodes and zones.")
final class RingCommand extends ServerCommand {
    /** Rows asked for at once: a reply of moderate size, and 16 questions for the largest ring there is. */
    private static final int PAGE_ROWS = 1_024;

    private static final int ROWS_MAX = 16_384;

    @Option(names = "--all", description = "Prints every partition with its owners and fallbacks.")
    private boolean all;

    @Override
    void run(CtlClient client) throws InterruptedException {
        List<RingRow> rows = rows(client);
        if (all) {
            Table table = Table.of("partition", "token", "owners", "fallbacks").right(0);
            rows.forEach(row -> table.row(
                    row.partition(), row.token(), String.join(" ", row.owners()), String.join(" ", row.fallbacks())));
            print(table.render(""), rows.stream().map(RingRow::json).toList());
        } else {
            RingSummary summary = RingSummary.of(rows, zones(client));
            print(summary.text(), summary.json());
        }
    }

    private static List<RingRow> rows(CtlClient client) throws InterruptedException {
        List<RingRow> rows = new ArrayList<>();
        List<RespReply> page;
        do {
            RespReply reply =
                    client.ask("KV.RING", "START", String.valueOf(rows.size()), "COUNT", String.valueOf(PAGE_ROWS));
            page = Replies.items(reply, 0, "KV.RING");
            page.forEach(row -> rows.add(RingRow.of(row)));
        } while (page.size() == PAGE_ROWS && rows.size() < ROWS_MAX);
        return rows;
    }

    private static Map<String, String> zones(CtlClient client) throws InterruptedException {
        Map<String, String> zones = new TreeMap<>();
        for (Map<String, RespReply> member :
                StatusCommand.members(Replies.fields(client.ask("KV.STATUS"), "KV.STATUS"))) {
            RespReply name = member.get("name");
            RespReply zone = member.get("zone");
            if (name != null) {
                zones.put(name.asString(), zone == null ? "" : zone.asString());
            }
        }
        return zones;
    }
}
