package io.kvorum.server.command;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.storage.version.Sibling;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a reply, going by what copies, hints and disks really hold (docs/errors.md), and by nothing that
 * a coordinator believes.
 */
final class FaultOracle {
    private static final Set<String> READ_CLASSES = Set.of("CLUSTERDOWN", "TRYAGAIN");
    private static final Set<String> REFUSALS = Set.of("CLUSTERDOWN", "TRYAGAIN", "OOM", "ERR");
    private static final Pattern REACHED = Pattern.compile("write reached (\\d+) of (\\d+) replicas");
    private static final Pattern DURABLY = Pattern.compile(" (\\d+) of (\\d+) durably");
    private static final String CONTEXT = " ctx=";

    private final FaultRun run;
    private final FaultScenario scenario;
    private final List<String> wrong = new ArrayList<>();

    FaultOracle(FaultRun run) {
        this.run = run;
        this.scenario = run.scenario;
    }

    /** Everything that is wrong; ends with a retry, if the reply allows one. */
    List<String> judge() {
        if (run.reply.isEmpty()) {
            return List.of("no reply");
        }
        expect(run.more.isEmpty(), "a second reply: " + run.more);
        expect(run.replyMillis <= run.latestMillis, "the reply came after " + run.latestMillis + " ms");
        expect(run.leftPending == 0, run.leftPending + " timers and calls are left");
        RespReply reply = TestCluster.decode(run.reply);
        if (!scenario.request().writes) {
            read(reply);
        } else if (reply.kind() == RespReply.Kind.ARRAY) {
            for (int i = 0; i < run.keys.size(); i++) {
                write(reply.item(i), List.of(run.keys.get(i)));
            }
        } else {
            write(reply, run.keys);
        }
        return wrong;
    }

    static String classOf(RespReply reply) {
        return reply.isError() ? reply.asString().split(" ", 2)[0] : "OK";
    }

    private void expect(boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }

    private void read(RespReply reply) {
        if (reply.isError()) {
            expect(READ_CLASSES.contains(classOf(reply)), "no class for a read that failed");
        } else {
            expect(run.reply.contains(scenario.request().before), "not what was written before");
        }
        expect(run.atEnd.isEmpty(), "a read wrote");
    }

    private void write(RespReply reply, List<String> keys) {
        String first = classOf(reply);
        boolean impossible =
                scenario.up() < Math.max(scenario.required(), scenario.options().dw());
        if (impossible && run.faults.isEmpty()) {
            expect("CLUSTERDOWN".equals(first), "what cannot succeed was not refused");
        }
        if ("OK".equals(first)) {
            keys.forEach(this::acknowledged);
        } else if ("INDOUBT".equals(first)) {
            inDoubt(reply.asString(), keys);
        } else if (REFUSALS.contains(first)) {
            for (String key : keys) {
                expect(!run.atReply.has(key), "refused, and held " + run.atReply.copies + run.atReply.hints);
                expect(!run.atEnd.has(key), "refused, and later held " + run.atEnd.copies + run.atEnd.hints);
            }
        } else {
            expect(false, "no class of error");
        }
    }

    private void acknowledged(String key) {
        boolean countHints = !scenario.options().strict();
        int held = run.atReply.most(key, countHints);
        expect(held >= scenario.required(), "acknowledged, and held by " + held);
        int forced = onDisk(key);
        int onDisk =
                scenario.isSync() ? scenario.required() : scenario.options().dw();
        expect(keys() > 1 || forced >= onDisk, "acknowledged, and on " + forced + " disks");
    }

    /** How many have the write on disk; hints are when they are held. */
    private int onDisk(String key) {
        boolean countHints = !scenario.options().strict();
        return run.atReply.events().stream()
                .filter(event -> event.startsWith(key + '|'))
                .mapToInt(event -> run.atReply.held(event, run.forcedAtReply, countHints))
                .max()
                .orElse(run.forcedAtReply.size());
    }

    private int keys() {
        return run.keys.size();
    }

    private void inDoubt(String text, List<String> keys) {
        if (scenario.request().hasManyKeys()) {
            return;
        }
        String key = keys.get(0);
        Matcher reached = REACHED.matcher(text);
        int at = text.indexOf(CONTEXT);
        String context = at < 0 ? "" : text.substring(at + CONTEXT.length());
        expect(
                run.attempts.isEmpty() || run.attempts.contains(CONTEXT + context),
                "the context of an attempt is kept from the client");
        if (!reached.find()) {
            expect(text.startsWith("INDOUBT the write was passed to "), "neither reached nor passed on");
            expect(
                    !scenario.request().givesContext() || context.equals(run.givenContext()),
                    "another context than was given");
            return;
        }
        int count = Integer.parseInt(reached.group(1));
        expect(Integer.parseInt(reached.group(2)) == scenario.required(), "another number is required");
        boolean local = !run.isPassedOn;
        expect(
                run.known.stream().anyMatch(known -> local ? known == count : known >= count),
                "reached " + count + ", and owners know of " + run.known);
        int held = run.atReply.most(key, !scenario.options().strict());
        expect(held >= count, "reached " + count + ", and held by " + held);
        Matcher durably = DURABLY.matcher(text);
        if (durably.find()) {
            int forced = onDisk(key);
            expect(forced >= Integer.parseInt(durably.group(1)), "durable, and on " + forced + " disks");
        }
        expect(at >= 0 == scenario.request().hasAttempt, "with or without a context, against what can be");
        if (at >= 0) {
            retry(key, context);
        }
    }

    /** Later, when all is well, a write with the context of the attempt leaves nothing of the attempt. */
    private void retry(String key, String context) {
        Set<String> attempt = new HashSet<>(run.atEnd.events());
        run.recover();
        SplittableRandom random = new SplittableRandom(run.value.hashCode());
        TestCluster.Client client = run.cluster.client(random.nextInt(scenario.nodes()));
        client.session.setOptions(new RequestOptions(0, 0, 0, false));
        RespReply reply = client.patiently("KV.PUT", key, context, "retried");
        run.cluster.pass(TestCluster.STEP_MILLIS);
        expect(!reply.isError(), "a retry with the context got " + reply);
        Set<Long> unknown = new HashSet<>();
        for (int node : run.unanswered) {
            unknown.add(run.cluster.nodes.get(node).engine.actor(run.cluster.partitionOf(key)));
            if (node >= FaultScenario.N) {
                unknown.addAll(actorsOfHints(attempt, key));
            }
        }
        for (Sibling sibling : Holders.merged(run.cluster, key)) {
            boolean isOfAttempt = attempt.contains(key + '|' + sibling.dot());
            expect(
                    !isOfAttempt || unknown.contains(sibling.dot().actor()),
                    "a retry with the context left the attempt " + sibling);
            boolean isOld = scenario.request().givesContext()
                    && run.before.contains(sibling.dot().toString());
            expect(
                    !isOld || run.givenContext().isEmpty(),
                    "a retry with the context left what the context had seen " + sibling);
        }
    }

    /** Those under which versions were made that no copy made. */
    private Set<Long> actorsOfHints(Set<String> events, String key) {
        Set<Long> actors = new HashSet<>();
        for (Sibling sibling : Holders.merged(run.cluster, key)) {
            if (events.contains(key + '|' + sibling.dot())) {
                actors.add(sibling.dot().actor());
            }
        }
        int partition = run.cluster.partitionOf(key);
        run.cluster.nodes.forEach(node -> actors.remove(node.engine.actor(partition)));
        return actors;
    }
}
