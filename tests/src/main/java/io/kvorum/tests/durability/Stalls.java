package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Generator;
import io.kvorum.tests.compare.Generator.Sample;
import io.kvorum.tests.compare.Ranges;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.bench.Workload.Distribution;
import io.kvorum.tools.console.Table;
import io.kvorum.tools.console.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether the node ever makes its clients wait, when the machine does not. */
@Command(
        name = "stalls",
        description = {
            "SETs at half of what the node manages, for minutes, beside a process that only sleeps: whenever a request is"
                    + " slow and the machine did not stand still, the node stalled. Limit: never."
        })
final class Stalls extends Experiment {
    private static final long LIMIT_NANOS = 100_000_000L;
    private static final long STALLS_SHOWN = 20;

    @Option(names = "--duration", defaultValue = "10m", description = "Default: ${DEFAULT-VALUE}.")
    private String duration = "10m";

    @Option(
            names = "--probe",
            defaultValue = "10s",
            description = "How long to look for the largest rate. Default: ${DEFAULT-VALUE}.")
    private String probe = "10s";

    @Option(names = "--keys", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}.")
    private long keys = 100_000;

    @Option(names = "--rate", paramLabel = "PER_SECOND", description = "Default: half of the largest.")
    private @Nullable Long rate;

    Stalls(Path home) {
        super(home);
    }

    @Override
    Map<String, Object> plan() {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("duration", seconds(Ranges.nanos("--duration", duration)));
        plan.put("probe", seconds(Ranges.nanos("--probe", probe)));
        plan.put("keys", keys(keys));
        plan.put("rate", rate(rate) != null ? rate + "/s" : "half of the largest");
        return plan;
    }

    @Override
    void run(Bench bench, Outcome outcome) throws IOException, InterruptedException {
        long nanos = Ranges.nanos("--duration", duration);
        try (Side node = bench.node("n0", settings())) {
            bench.progress().say("filling, and looking for the largest rate");
            bench.fill(node, keys);
            double largest = bench.largestSetRate(node, keys, Ranges.nanos("--probe", probe));
            long perSecond = rate != null ? rate : Generator.halfOf(largest);
            outcome.put("largest-per-second", largest);
            outcome.put("rate-per-second", perSecond);
            outcome.say("the node manages " + Units.count(Math.round(largest))
                    + " SET/s with one on its way on each of " + bench.connections() + " connections; from here on "
                    + Units.count(perSecond) + "/s, each at its time");

            bench.progress().say(perSecond + " SET/s for " + seconds(nanos));
            StallLog log = new StallLog(LIMIT_NANOS);
            try (ControlProcess process = ControlProcess.start();
                    ControlThread thread = new ControlThread()) {
                Sample sample = bench.measure(
                        node,
                        "set " + perSecond + "/s",
                        bench.open(node, perSecond, 1, 0, keys, Distribution.UNIFORM, nanos),
                        log);
                show(outcome, sample, log.stalls(), thread.finish(), process.finish());
            }
        }
    }

    private static void show(
            Outcome outcome, Sample sample, List<Stall> stalls, ControlLog generator, ControlLog machine) {
        Map<String, Histogram> distributions = new LinkedHashMap<>();
        distributions.put("SET", sample.result().latencies());
        distributions.put("control process", machine.lateness());
        distributions.put("control thread of the generator", generator.lateness());
        outcome.say("");
        outcome.distributions(distributions);

        List<ControlLog> controls = List.of(machine, generator);
        long origin = stalls.isEmpty() ? 0 : stalls.get(0).span().fromNanos();
        Table table = Table.of("stall, s after the first", "ms", "requests", "slowest ms", "machine stood still ms", "")
                .right(0, 1, 2, 3, 4);
        stalls.stream()
                .limit(STALLS_SHOWN)
                .forEach(stall -> table.row(
                        Units.decimal((stall.span().fromNanos() - origin) / 1e9, 3),
                        Units.millisOfNanos(stall.span().nanos()),
                        Units.count(stall.requests()),
                        Units.millisOfNanos(stall.worstNanos()),
                        Units.millisOfNanos(stall.controlNanos(controls)),
                        stall.isSeenBy(controls) ? "the machine's" : "THE NODE'S"));
        if (!stalls.isEmpty()) {
            outcome.say("\n" + table.render("").stripTrailing());
        }
        outcome.put(
                "stalls", stalls.stream().map(stall -> json(stall, controls)).toList());
        long unseen = stalls.stream().filter(stall -> !stall.isSeenBy(controls)).count();
        outcome.judge(Verdict.none("stalls above 100 ms that the machine does not explain", unseen));
        outcome.judge(Verdict.none(
                "SETs that failed",
                sample.result().attempted() - sample.result().succeeded()));
    }

    private static Map<String, Object> json(Stall stall, List<ControlLog> controls) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from-ns", stall.span().fromNanos());
        json.put("to-ns", stall.span().toNanos());
        json.put("requests", stall.requests());
        json.put("slowest-ms", stall.worstNanos() / 1e6);
        json.put("control-ms", stall.controlNanos(controls) / 1e6);
        json.put("seen", stall.isSeenBy(controls));
        return json;
    }
}
