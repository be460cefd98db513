package io.kvorum.tests.sim.run;

import io.kvorum.server.coordinator.CoordinatorMetrics;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.repair.AntiEntropyCounters;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.version.ContextCodec;
import io.kvorum.tests.sim.check.Checks;
import io.kvorum.tests.sim.check.CopiesAgree;
import io.kvorum.tests.sim.check.RingsAgree;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimCluster;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.cluster.SimNode;
import io.kvorum.tests.sim.plan.Plan;
import io.kvorum.tests.sim.plan.Step;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Contexts;
import io.kvorum.tests.sim.story.Ending;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Probe;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Timeline;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster is born, the plan happens to it, everything is healed, every key is read from all its owners, and all
 * promises are looked at.
 */
public final class Simulation implements Ending {
    private static final long BIRTH_NANOS_MAX = 60 * VirtualTime.SECOND;
    private static final long HEAL_NANOS_MAX = 120 * VirtualTime.SECOND;
    private static final long MOVE_NANOS_MAX = 60 * VirtualTime.SECOND;
    private static final long HANDOFF_NANOS_MAX = 30 * VirtualTime.SECOND;
    private static final long QUIET_NANOS = 3 * VirtualTime.SECOND;
    private static final long READ_NANOS_MAX = 10 * VirtualTime.SECOND;
    private static final long WRITE_NANOS_MAX = 10 * VirtualTime.SECOND;
    private static final long RETRY_NANOS = 300 * VirtualTime.MILLI;
    private static final long CONVERGE_NANOS_MAX = 90 * VirtualTime.SECOND;
    private static final long REST_NANOS = 5 * VirtualTime.SECOND;
    private static final int READS = 2;
    private static final int READ_TRIES = 20;

    private final Plan plan;
    private final VirtualTime time = new VirtualTime();
    private final Story story;
    private final SimCluster cluster;
    private final Faults faults;
    private final Workload workload;
    private final RandomGenerator random;
    private final Map<KeyStory, Attempt> lastReads = new HashMap<>();

    private Simulation(Plan plan, Sabotage sabotage, List<Check> checks, Timeline timeline) {
        this.plan = plan;
        RandomSource source = new RandomSource(plan.seed());
        this.random = source.generator("run");
        this.story = new Story(time, checks, timeline);
        this.cluster =
                new SimCluster(time, plan.shape(), source.split("cluster"), story, sabotage, node -> new Marks(story));
        this.faults = new Faults(cluster, story);
        List<KeyStory> keys = new ArrayList<>();
        for (int i = 0; i < plan.keys().size(); i++) {
            String name = "key" + i;
            int partition = Records.partition(cluster.ring(), name);
            keys.add(story.add(
                    name,
                    plan.keys().get(i),
                    partition,
                    () -> cluster.owners(partition),
                    node -> cluster.isDisowned(partition, node),
                    node -> cluster.isAlone(partition, node)));
        }
        ContextCodec codec =
                Objects.requireNonNull(cluster.node(0).life()).core().contexts();
        story.read(new Contexts(codec));
        story.naming(cluster::indexOf);
        this.workload = new Workload(cluster, story, sabotage, keys, plan.clients(), source.split("clients"));
    }

    /**
     * What came of a run.
     *
     * @param seed of the run
     * @param trace of all that happened: equal for equal runs
     * @param happened how many things did
     * @param probes how often each rare way was taken
     * @param failure what was wrong; null if nothing was
     * @param timeline of the key that was asked for
     */
    public record Result(
            long seed,
            long trace,
            long happened,
            Map<Probe, Long> probes,
            @Nullable Throwable failure,
            List<String> timeline) {
        /** The name of the promise that was broken, or of the exception; null if nothing was wrong. */
        public @Nullable String broken() {
            if (failure == null) {
                return null;
            }
            return failure instanceof Violation violation
                    ? violation.promise()
                    : failure.getClass().getSimpleName();
        }
    }

    /** Runs a plan, and looks at all promises. */
    public static Result run(Plan plan, Timeline timeline) {
        return run(plan, Sabotage.NONE, Checks.all(), timeline);
    }

    /** Runs a plan with a bug, and looks at some promises. */
    public static Result run(Plan plan, Sabotage sabotage, List<Check> checks, Timeline timeline) {
        Simulation simulation = new Simulation(plan, sabotage, checks, timeline);
        Throwable failure = null;
        try {
            simulation.run();
        } catch (RuntimeException | Violation thrown) {
            Violation first = simulation.story.firstViolation();
            Throwable broken = first == null ? thrown : first;
            failure = broken;
            timeline.say(simulation.time.nowNanos(), null, () -> "BROKEN  " + broken.getMessage());
        }
        return new Result(
                plan.seed(),
                simulation.time.trace(),
                simulation.time.happened(),
                simulation.story.probes(),
                failure,
                timeline.lines());
    }

    private void run() {
        waitUntilSettled("a cluster is born", BIRTH_NANOS_MAX);
        long begin = time.nowNanos();
        for (int i = 0; i < plan.steps().size(); i++) {
            Step step = plan.steps().get(i);
            runUntil(begin + step.atNanos());
            if (step instanceof Step.Request request) {
                workload.ask(request, i);
            } else {
                faults.happen(step);
            }
        }
        runUntil(time.nowNanos() + VirtualTime.SECOND);
        faults.heal();
        waitUntilSettled("a cluster settles when all faults are over", HEAL_NANOS_MAX);
        waitUntilMoved();
        waitUntilHandedOff();
        runUntil(time.nowNanos() + QUIET_NANOS);
        for (SimNode node : cluster.nodes()) {
            if (node.isDurable() && cluster.ownsAnything(node)) {
                writeTo(node);
            }
        }
        if (story.checks().stream().anyMatch(CopiesAgree.class::isInstance)) {
            converge();
        }
        for (int i = 0; i < READS; i++) {
            for (KeyStory key : story.keys()) {
                lastReads.put(key, readAll(key));
            }
        }
        runUntil(time.nowNanos() + QUIET_NANOS);
        if (workload.waiting() > 0) {
            throw new Violation("answers", null, workload.waiting() + " commands were never answered");
        }
        for (Check check : story.checks()) {
            check.atEnd(story, this);
        }
    }

    private void runUntil(long untilNanos) {
        while (step(untilNanos)) {
            // each step is one thing
        }
    }

    private boolean step(long untilNanos) {
        boolean happened = time.step(untilNanos);
        Violation inside = story.firstViolation();
        if (inside != null) {
            throw inside;
        }
        return happened;
    }

    /** Copies become equal by themselves, without a read, and then nothing is moved any more (design §9). */
    private void converge() {
        long untilNanos = time.nowNanos() + CONVERGE_NANOS_MAX;
        int partition = 0;
        while (partition < cluster.ring().partitions()) {
            if (CopiesAgree.isEqual(cluster, partition)) {
                partition++;
            } else if (!step(untilNanos)) {
                throw new Violation(
                        CopiesAgree.PROMISE,
                        null,
                        "partition " + partition + " still differs after " + CONVERGE_NANOS_MAX / VirtualTime.SECOND
                                + " s without faults");
            }
        }
        // A pass that found the difference, too, ends as one that was not needed.
        runUntil(time.nowNanos() + QUIET_NANOS);
        long moved = moved();
        runUntil(time.nowNanos() + REST_NANOS);
        if (moved() != moved) {
            throw new Violation(
                    CopiesAgree.PROMISE, null, moved() - moved + " keys were moved though copies are equal");
        }
    }

    private long moved() {
        long moved = 0;
        for (SimNode node : cluster.nodes()) {
            AntiEntropyCounters counters =
                    Objects.requireNonNull(node.life()).core().antiEntropy();
            moved += counters.pulled() + counters.sent() + counters.unneeded();
        }
        return moved;
    }

    private void waitUntilSettled(String promise, long nanosMax) {
        long untilNanos = time.nowNanos() + nanosMax;
        while (!cluster.isSettled()) {
            if (!step(untilNanos)) {
                throw new Violation(
                        "settling",
                        null,
                        promise + ", but not within " + nanosMax / VirtualTime.SECOND + " s: " + cluster.notReady());
            }
        }
    }

    /** What a plan wants is carried out, once nothing is in its way (design §8). */
    private void waitUntilMoved() {
        long untilNanos = time.nowNanos() + MOVE_NANOS_MAX;
        while (!cluster.isMoved()) {
            if (!step(untilNanos)) {
                // Who has not heard of it is what is wrong then.
                String promise = cluster.haveOneHistory() ? "plans are carried out" : RingsAgree.PROMISE;
                throw new Violation(
                        promise,
                        null,
                        "not within " + MOVE_NANOS_MAX / VirtualTime.SECOND + " s, though all is healed: "
                                + cluster.ring().moves());
            }
        }
    }

    /** What was kept for who was away flows to it when it is back (design §9). */
    private void waitUntilHandedOff() {
        long untilNanos = time.nowNanos() + HANDOFF_NANOS_MAX;
        while (!cluster.isWithoutHints()) {
            if (!step(untilNanos)) {
                throw new Violation(
                        "hints arrive",
                        null,
                        "not within " + HANDOFF_NANOS_MAX / VirtualTime.SECOND + " s, though all is healed");
            }
        }
    }

    /** A disk that was in trouble takes writes again once it is over, without anybody's help (design §7). */
    private void writeTo(SimNode node) {
        int number = 0;
        while (!cluster.owners(Records.partition(cluster.ring(), trial(node, number)))
                .contains(node.index())) {
            number++;
        }
        long untilNanos = time.nowNanos() + WRITE_NANOS_MAX;
        Workload.Trial last = workload.writeAll(trial(node, number), node.index());
        while (!last.isDone()) {
            if (time.nowNanos() >= untilNanos) {
                throw new Violation(
                        "disks recover", null, node + " takes no write to all owners, though all is healed: " + last);
            }
            if (!last.isOpen()) {
                runUntil(time.nowNanos() + RETRY_NANOS);
                last = workload.writeAll(trial(node, number), node.index());
            } else {
                step(untilNanos);
            }
        }
    }

    private static String trial(SimNode node, int number) {
        return "trial-" + node.index() + "-" + number;
    }

    private Attempt readAll(KeyStory key) {
        for (int i = 0; i < READ_TRIES; i++) {
            Attempt attempt = workload.readAll(
                    key, random.nextInt(cluster.nodes().size()), plan.steps().size());
            long untilNanos = time.nowNanos() + READ_NANOS_MAX;
            while (attempt.outcome() == Attempt.Outcome.OPEN && step(untilNanos)) {
                // until it is answered
            }
            if (attempt.isDone()) {
                // What it found stale is repaired after its answer.
                runUntil(time.nowNanos() + 50 * VirtualTime.MILLI);
                return attempt;
            }
            // A connection that is dead is found so by its first use; the peer is trusted again soon after.
            runUntil(time.nowNanos() + RETRY_NANOS);
        }
        throw new Violation("reads", key, "cannot be read from all owners, though all is healed");
    }

    @Override
    public SimCluster cluster() {
        return cluster;
    }

    @Override
    public byte @Nullable [] record(int node, KeyStory key) {
        SimLife life = Objects.requireNonNull(cluster.node(node).life());
        return Records.read(life.engine(), cluster.ring(), key);
    }

    @Override
    public byte @Nullable [] record(KeyStory key) {
        return record(cluster.owners(key.partition()).get(0), key);
    }

    @Override
    public Attempt lastRead(KeyStory key) {
        return Objects.requireNonNull(lastReads.get(key));
    }

    /** What coordinators count, as rare ways taken. */
    private record Marks(Story story) implements CoordinatorMetrics {
        @Override
        public void hedged() {
            story.mark(Probe.HEDGE);
        }

        @Override
        public void mismatched() {
            story.mark(Probe.DIGEST_MISMATCH);
        }

        @Override
        public void repaired() {
            story.mark(Probe.READ_REPAIR);
        }

        @Override
        public void hinted() {
            story.mark(Probe.HINTED);
        }

        @Override
        public void hintRead() {
            story.mark(Probe.HINT_READ);
        }

        @Override
        public void failed(Failure.Kind kind) {
            // clients are told, and that is marked
        }
    }
}
