package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** The command {@code ctl status}: the cluster as the asked node sees it. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the cluster and its members as the asked node sees them.")
final class StatusCommand extends ServerCommand {
    private static final List<String> COLUMNS =
            List.of("name", "status", "zone", "host", "port", "peer-port", "http-port", "owned", "weight");

    @Override
    void run(CtlClient client) throws InterruptedException {
        Map<String, RespReply> status = Replies.fields(client.ask("KV.STATUS"), "KV.STATUS");
        List<Map<String, RespReply>> members = members(status);
        List<Map<String, RespReply>> kept = kept(status);
        Map<String, RespReply> rest = new LinkedHashMap<>(status);
        rest.remove("members");
        rest.remove("kept");
        Map<String, @Nullable Object> json = Replies.json(rest);
        if (status.containsKey("kept")) {
            json.put("kept", kept.stream().map(Replies::json).toList());
        }
        json.put("members", members.stream().map(Replies::json).toList());
        print(text(rest, members, kept), json);
    }

    /** What is kept for other nodes; nothing if the server does not say. */
    private static List<Map<String, RespReply>> kept(Map<String, RespReply> status) {
        List<Map<String, RespReply>> kept = new ArrayList<>();
        RespReply list = status.get("kept");
        if (list != null) {
            for (RespReply one : Replies.items(list, 0, "kept")) {
                kept.add(Replies.fields(one, "what is kept"));
            }
        }
        return kept;
    }

    /** The members of a status. */
    static List<Map<String, RespReply>> members(Map<String, RespReply> status) {
        List<Map<String, RespReply>> members = new ArrayList<>();
        for (RespReply member : Replies.items(status.get("members"), 0, "members")) {
            members.add(Replies.fields(member, "a member"));
        }
        return members;
    }

    private static String text(
            Map<String, RespReply> fields, List<Map<String, RespReply>> members, List<Map<String, RespReply>> kept) {
        Map<String, RespReply> rest = new LinkedHashMap<>(fields);
        Table summary = Table.plain();
        summary.row("cluster", take(rest, "cluster") + " (" + take(rest, "cluster-id") + ")");
        summary.row(
                "ring",
                take(rest, "partitions") + " partitions, partitioner " + take(rest, "partitioner") + ", history "
                        + take(rest, "history"));
        RespReply events = rest.remove("history-events");
        RespReply compacted = rest.remove("history-compacted");
        if (events != null && compacted != null) {
            summary.row("history", count(events) + " events, " + count(compacted) + " of them compacted");
        }
        summary.row(
                "quorum",
                "N=" + take(rest, "n") + " R=" + take(rest, "r") + " W=" + take(rest, "w")
                        + (rest.containsKey("dw") ? " DW=" + take(rest, "dw") : ""));
        summary.row(
                "node",
                take(rest, "node") + ", engine " + take(rest, "engine") + ", up " + seconds(rest.remove("uptime-s")));
        summary.row("data", count(rest.remove("keys")) + " keys, " + bytes(rest.remove("memory-bytes")));
        RespReply journal = rest.remove("journal-bytes");
        RespReply store = rest.remove("store-bytes");
        RespReply dirty = rest.remove("dirty-records");
        if (journal != null && store != null && dirty != null) {
            summary.row(
                    "disk",
                    "journal " + bytes(journal) + ", checkpoint " + bytes(store) + ", " + count(dirty)
                            + " records newer than that");
        }
        RespReply problem = rest.remove("disk-problem");
        if (problem != null && !problem.asString().isEmpty()) {
            summary.row("disk problem", Replies.text(problem) + ": writes are refused");
        }
        RespReply checkpoint = rest.remove("checkpoint-problem");
        if (checkpoint != null && !checkpoint.asString().isEmpty()) {
            summary.row("checkpoint", "the last one failed and is tried again: " + Replies.text(checkpoint));
        }
        RespReply unsettled = rest.remove("unsettled");
        if (unsettled != null) {
            boolean none = "0".equals(unsettled.asString());
            summary.row("unsettled", none ? "none" : Replies.text(unsettled) + " partitions are not settled here");
        }
        RespReply notReady = rest.remove("not-ready");
        if (notReady != null) {
            for (RespReply reason : Replies.items(notReady, 0, "not-ready")) {
                summary.row("not ready", Replies.text(reason));
            }
        }
        Table table = Table.of(COLUMNS.toArray(String[]::new)).right(4, 5, 6, 7, 8);
        for (Map<String, RespReply> member : members) {
            table.row(COLUMNS.stream()
                    .map(column -> {
                        RespReply cell = member.get(column);
                        return cell == null || cell.asString().isEmpty() ? "-" : Replies.text(cell);
                    })
                    .toArray());
        }
        String problems = members.stream()
                .filter(member -> member.containsKey("problem")
                        && !member.get("problem").asString().isEmpty())
                .map(member -> take(member, "name") + ": " + take(member, "problem") + "\n")
                .collect(Collectors.joining());
        String unknown = rest.isEmpty() ? "" : "\n" + Outline.of(rest);
        return summary.render("")
                + "\n"
                + table.render("")
                + (kept.isEmpty() ? "" : "\n" + text(kept))
                + (problems.isEmpty() ? "" : "\n" + problems)
                + unknown;
    }

    private static String text(List<Map<String, RespReply>> kept) {
        Table table = Table.of("kept for", "hints", "bytes", "oldest", "bare", "a second", "time left")
                .right(1, 2, 3, 4, 5, 6);
        for (Map<String, RespReply> one : kept) {
            RespReply left = one.get("seconds-left");
            table.row(
                    take(one, "for"),
                    count(one.get("hints")),
                    bytes(one.get("bytes")),
                    seconds(one.get("oldest-s")),
                    count(one.get("bare")),
                    take(one, "per-second"),
                    left == null || Replies.number(left, "seconds-left") < 0 ? "" : seconds(left));
        }
        return table.render("");
    }

    private static String take(Map<String, RespReply> fields, String name) {
        RespReply value = fields.remove(name);
        return value == null ? "?" : Replies.text(value);
    }

    private static String seconds(@Nullable RespReply reply) {
        return reply == null ? "?" : Units.seconds(Replies.number(reply, "uptime-s"));
    }

    private static String bytes(@Nullable RespReply reply) {
        return reply == null ? "?" : Units.bytes(Replies.number(reply, "memory-bytes"));
    }

    private static String count(@Nullable RespReply reply) {
        return reply == null ? "?" : Units.count(Replies.number(reply, "keys"));
    }
}
