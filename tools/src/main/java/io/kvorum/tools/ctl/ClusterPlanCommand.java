package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands have in common that plan a change of the cluster: they show the plan, and commit it if they are told to. */
abstract class ClusterPlanCommand extends ServerCommand {
    @Option(names = "--commit", description = "Commits the plan at once, without anybody looking at it.")
    private boolean commit;

    /** The words after KV.CLUSTER PLAN. */
    abstract List<String> request();

    @Override
    final void run(CtlClient client) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("KV.CLUSTER", "PLAN"));
        words.addAll(request());
        Map<String, RespReply> plan = Replies.fields(client.ask(words.toArray(String[]::new)), "KV.CLUSTER PLAN");
        String id = word(plan, "id");
        String outcome = commit ? ClusterCommitCommand.commit(client, id) : "";
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        plan.forEach((name, value) -> json.put(name, Replies.json(value)));
        json.put(
                "transfers", maps(plan, "transfers").stream().map(Replies::json).toList());
        json.put("owned", maps(plan, "owned").stream().map(Replies::json).toList());
        json.put("committed", commit);
        print(
                text(plan)
                        + (commit
                                ? "committed: " + outcome + "\n"
                                : "nothing has been changed; commit with: " + program()
                                        + " ctl cluster commit " + id
                                        + whereTyped() + "\n"),
                json);
    }

    /** As it was typed, so that the line can be copied. */
    private static String program() {
        return System.getProperty("kvorum.program", "kvorum");
    }

    private static String text(Map<String, RespReply> plan) {
        Table summary = Table.plain();
        summary.row("plan", word(plan, "id") + ": " + word(plan, "change"));
        summary.row("base", "history " + word(plan, "base"));
        summary.row("moves", Units.count(number(plan, "moves")));
        summary.row(
                "zones",
                "partitions with two owners in one zone: " + Units.count(number(plan, "zone-clashes-before")) + " now, "
                        + Units.count(number(plan, "zone-clashes-during")) + " on the way, "
                        + Units.count(number(plan, "zone-clashes-after")) + " then");
        Map<String, Map<String, RespReply>> transfers = new LinkedHashMap<>();
        maps(plan, "transfers").forEach(transfer -> transfers.put(word(transfer, "to"), transfer));
        Table nodes = Table.of("node", "owns", "then", "pulls", "bytes").right(1, 2, 3, 4);
        for (Map<String, RespReply> owned : maps(plan, "owned")) {
            Map<String, RespReply> transfer = transfers.remove(word(owned, "node"));
            nodes.row(
                    word(owned, "node"),
                    Units.count(number(owned, "before")),
                    Units.count(number(owned, "after")),
                    transfer == null ? "" : Units.count(number(transfer, "partitions")),
                    transfer == null ? "" : bytes(transfer));
        }
        transfers.forEach((name, transfer) ->
                nodes.row(name, "", "", Units.count(number(transfer, "partitions")), bytes(transfer)));
        StringBuilder warnings = new StringBuilder();
        for (RespReply warning : Replies.items(plan.get("warnings"), 0, "warnings")) {
            warnings.append("note: ").append(Replies.text(warning)).append('\n');
        }
        return summary.render("")
                + (nodes.isEmpty() ? "" : "\n" + nodes.render(""))
                + (warnings.isEmpty() ? "" : "\n" + warnings)
                + "\n";
    }

    private static String bytes(Map<String, RespReply> transfer) {
        long bytes = number(transfer, "bytes");
        return bytes < 0 ? "?" : Units.bytes(bytes);
    }

    private static List<Map<String, RespReply>> maps(Map<String, RespReply> plan, String field) {
        List<Map<String, RespReply>> maps = new ArrayList<>();
        for (RespReply item : Replies.items(plan.get(field), 0, field)) {
            maps.add(Replies.fields(item, "one of " + field));
        }
        return maps;
    }

    private static String word(Map<String, RespReply> fields, String name) {
        return field(fields, name).asString();
    }

    private static long number(Map<String, RespReply> fields, String name) {
        return Replies.number(field(fields, name), name);
    }

    private static RespReply field(Map<String, RespReply> fields, String name) {
        RespReply value = fields.get(name);
        if (value == null) {
            throw CtlException.unexpected("KV.CLUSTER PLAN without " + name);
        }
        return value;
    }
}
