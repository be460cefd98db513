package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.background.Admission;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.background.BackgroundStatus;
import io.kvorum.server.background.Mode;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandHandler;
import java.util.Locale;

/** KV.BACKGROUND. */
final class BackgroundCommands {
    private static final int STATUS_FIELDS = 7;
    private static final int JOB_FIELDS = 10;
    private static final double MICROS = 1e3;

    private BackgroundCommands() {}

    static Command command(Admission admission) {
        return Command.named("kv.background")
                .arity(-2)
                .group(CommandGroup.KVORUM)
                .since("1.0.0")
                .summary("A container for commands about what this node does beside answering.")
                .containing(
                        sub(
                                "boost",
                                3,
                                "Gives a job all that it gets on an idle node, whatever clients notice.",
                                call -> mode(call, admission, Mode.BOOSTED)),
                        sub(
                                "pause",
                                3,
                                "Lets a job rest, but for what must be so that nothing else stops.",
                                call -> mode(call, admission, Mode.PAUSED)),
                        sub(
                                "resume",
                                3,
                                "Leaves a job to the controller again.",
                                call -> mode(call, admission, Mode.AUTO)),
                        sub(
                                "status",
                                2,
                                "Shows every job, what the controller sees and what it decided.",
                                call -> status(call, admission.status())));
    }

    private static Command sub(String name, int arity, String summary, CommandHandler handler) {
        return Command.named("kv.background|" + name)
                .arity(arity)
                .group(CommandGroup.KVORUM)
                .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.STALE)
                .since("1.0.0")
                .summary(summary)
                .guarantee("Concerns this node alone, until it is started anew.")
                .handledBy(handler);
    }

    private static void mode(Call call, Admission admission, Mode mode) {
        String name = call.request().string(2);
        BackgroundJob job = BackgroundJob.of(name);
        if (job == null) {
            call.out()
                    .error("ERR no job '" + CommandErrors.clipped(call.request(), 2) + "'; there are: "
                            + BackgroundJob.labels());
        } else {
            admission.mode(job, mode);
            call.out().ok();
        }
    }

    private static void status(Call call, BackgroundStatus status) {
        RespWriter out = call.out().map(STATUS_FIELDS);
        out.bulk("share").bulk(decimal(status.share()));
        out.bulk("decision").bulk(status.decision().reason());
        out.bulk("p99-us").integer((long) (status.p99Nanos() / MICROS));
        out.bulk("requests").integer(status.requests());
        out.bulk("queue-wait-us").integer((long) (status.queueWaitNanos() / MICROS));
        out.bulk("target-us").integer((long) (status.targetNanos() / MICROS));
        out.bulk("jobs").array(status.jobs().size());
        for (BackgroundStatus.Job job : status.jobs()) {
            out.map(JOB_FIELDS);
            out.bulk("job").bulk(job.job().label());
            out.bulk("mode").bulk(job.mode().name().toLowerCase(Locale.ROOT));
            out.bulk("share").bulk(decimal(job.share()));
            out.bulk("unit").bulk(job.unit());
            out.bulk("done").integer(job.done());
            out.bulk("left").integer(job.left());
            out.bulk("per-second").bulk(decimal(job.perSecond()));
            out.bulk("seconds-left").integer(job.secondsLeft());
            out.bulk("worked-ms").integer(job.workedNanos() / 1_000_000);
            out.bulk("waits-for").bulk(waitsFor(job, status));
        }
    }

    /** Why a job does not work all the time. */
    private static String waitsFor(BackgroundStatus.Job job, BackgroundStatus status) {
        if (job.mode() == Mode.PAUSED) {
            return "an operator, who paused it";
        }
        if (job.left() == 0) {
            return "something to do";
        }
        return job.share() < 1 ? status.decision().reason() : "";
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
