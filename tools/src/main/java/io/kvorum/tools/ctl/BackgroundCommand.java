package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code ctl background}: what the asked node does beside answering, and how much of it. */
@Command(
        name = "background",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what the asked node does beside answering clients, how far it is and why it waits; or pauses, resumes or"
                    + " boosts one job, until the node is started anew.",
            "Jobs share one budget, which shrinks while clients wait longer than background.latency-target and grows"
                    + " again when they do not."
        })
final class BackgroundCommand extends ServerCommand {
    private static final double MILLIS = 1e3;

    @ArgGroup
    private @Nullable What what;

    /** One of three. */
    private static final class What {
        @Option(
                names = "--pause",
                paramLabel = "JOB",
                description = "Lets a job rest, but for what must be so that nothing else stops.")
        private @Nullable String pause;

        @Option(names = "--resume", paramLabel = "JOB", description = "Leaves a job to the controller again.")
        private @Nullable String resume;

        @Option(
                names = "--boost",
                paramLabel = "JOB",
                description = "Gives a job all that it gets on an idle node, whatever clients notice.")
        private @Nullable String boost;
    }

    @Override
    void run(CtlClient client) throws InterruptedException {
        if (what != null) {
            if (what.pause != null) {
                client.ask("KV.BACKGROUND", "PAUSE", what.pause);
            } else if (what.resume != null) {
                client.ask("KV.BACKGROUND", "RESUME", what.resume);
            } else if (what.boost != null) {
                client.ask("KV.BACKGROUND", "BOOST", what.boost);
            }
        }
        Map<String, RespReply> status = Replies.fields(client.ask("KV.BACKGROUND", "STATUS"), "KV.BACKGROUND STATUS");
        List<Map<String, RespReply>> jobs = new ArrayList<>();
        for (RespReply job : Replies.items(status.get("jobs"), 0, "jobs")) {
            jobs.add(Replies.fields(job, "a job"));
        }
        Map<String, RespReply> rest = new LinkedHashMap<>(status);
        rest.remove("jobs");
        Map<String, @Nullable Object> json = Replies.json(rest);
        json.put("jobs", jobs.stream().map(Replies::json).toList());
        print(text(rest, jobs), json);
    }

    private static String text(Map<String, RespReply> status, List<Map<String, RespReply>> jobs) {
        Table summary = Table.plain();
        summary.row("budget", percent(word(status, "share")) + " of a job's time: " + word(status, "decision"));
        summary.row(
                "clients",
                "99 of 100 waited at most " + millis(status, "p99-us") + ", of "
                        + Units.count(number(status, "requests")) + " in the last minute");
        summary.row("event loops", millis(status, "queue-wait-us") + " behind");
        summary.row("target", millis(status, "target-us"));
        Table table = Table.of("job", "mode", "budget", "done", "left", "a second", "time left", "waits for")
                .right(2, 3, 4, 5, 6);
        for (Map<String, RespReply> job : jobs) {
            long left = number(job, "left");
            long secondsLeft = number(job, "seconds-left");
            table.row(
                    word(job, "job"),
                    word(job, "mode"),
                    percent(word(job, "share")),
                    Units.count(number(job, "done")) + " " + word(job, "unit"),
                    left < 0 ? "" : Units.count(left),
                    word(job, "per-second"),
                    secondsLeft < 0 ? "" : Units.seconds(secondsLeft),
                    word(job, "waits-for"));
        }
        return summary.render("") + "\n" + table.render("");
    }

    private static String percent(String share) {
        return Math.round(Double.parseDouble(share) * 100) + "%";
    }

    private static String millis(Map<String, RespReply> fields, String name) {
        return Units.decimal(number(fields, name) / MILLIS, 1) + " ms";
    }

    private static String word(Map<String, RespReply> fields, String name) {
        RespReply field = fields.get(name);
        return field == null ? "" : field.asString();
    }

    private static long number(Map<String, RespReply> fields, String name) {
        RespReply field = fields.get(name);
        return field == null ? 0 : field.asLong();
    }
}
