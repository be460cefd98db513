package io.kvorum.tests.sim.run;

import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.bug.PlantedBug;
import io.kvorum.tests.sim.bug.PlantedBugs;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main class of {@code kvorum simulate}: campaigns of the simulator on all cores. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs whole clusters in virtual time, each from a seed, under faults, and checks every promise.")
public final class SimulateCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int MISSED = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long PROGRESS_NANOS = 5 * NANOS_PER_SECOND;

    /** In so few runs a rare way may be missed by chance. */
    private static final long SEEDS_TO_TAKE_ALL_WAYS = 2_000;

    private final Clock clock = Clock.system();
    private long lastProgressNanos = clock.nanoTime();

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1000", description = "How many runs. Default: 1000.")
    private long seeds;

    @Option(names = "--from", paramLabel = "SEED", description = "The first seed. Default: any.")
    private @Nullable Long from;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Nodes of each cluster, 1 to 9. Default: as the seed wants, 1 to 5.")
    private int nodes;

    @Option(names = "--bugs", description = "Plants known bugs instead, and counts the seeds until each is caught.")
    private boolean bugs;

    @Spec
    private @Nullable CommandSpec spec;

    private SimulateCommand() {}

    /** Runs; exits with 1 if a promise was broken, with 3 if a rare way was never taken by 2,000 seeds of all sizes. */
    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new SimulateCommand());
        commandLine.setParameterExceptionHandler((wrong, given) -> {
            PrintWriter err = wrong.getCommandLine().getErr();
            err.println("kvorum simulate: " + wrong.getMessage());
            err.println("See kvorum simulate --help");
            return CommandLine.ExitCode.USAGE;
        });
        System.exit(commandLine.execute(arguments));
    }

    @Override
    public Integer call() {
        CommandSpec own = spec;
        if (own == null) {
            throw new IllegalStateException("not run by picocli");
        }
        if (seeds < 1 || nodes < 0 || nodes > 9) {
            throw new CommandLine.ParameterException(
                    own.commandLine(), "--seeds must be at least 1 and --nodes 0 to 9: " + seeds + ", " + nodes);
        }
        PrintWriter out = own.commandLine().getOut();
        return bugs ? catchBugs(out) : campaign(out);
    }

    private int campaign(PrintWriter out) {
        long first = from == null ? RandomSource.system().generator("seed").nextLong(1L << 40) : from;
        out.printf(Locale.ROOT, "%d seeds from %d%n", seeds, first);
        Campaign campaign = new Campaign(clock, nodes);
        campaign.run(first, seeds, Long.MAX_VALUE, ran -> progress(out, ran));
        out.printf(
                Locale.ROOT,
                "%d seeds, %.0f a minute, %d happenings, %d failed%n",
                campaign.seeds(),
                campaign.seedsPerMinute(),
                campaign.happened(),
                campaign.failures().size());
        campaign.probes().forEach((probe, times) -> out.printf(Locale.ROOT, "  %-22s %12d%n", probe, times));
        for (Campaign.Failed failed : campaign.failures()) {
            out.println("FAILED seed " + failed.seed() + ": " + failed.seen());
        }
        if (!campaign.failures().isEmpty()) {
            Report.of(campaign.failures().get(0).seed(), nodes).forEach(out::println);
            return FAILED;
        }
        // Clusters of one size cannot take every way: a node alone never asks another.
        boolean shouldTakeAll = nodes == 0 && campaign.seeds() >= SEEDS_TO_TAKE_ALL_WAYS;
        if (shouldTakeAll && !campaign.missed().isEmpty()) {
            out.println("MISSED: never taken, and so not proven: " + campaign.missed());
            return MISSED;
        }
        out.flush();
        return 0;
    }

    private int catchBugs(PrintWriter out) {
        boolean all = true;
        out.printf(Locale.ROOT, "%-40s %-26s %s%n", "bug", "promise", "seeds until caught");
        for (PlantedBug bug : PlantedBugs.all()) {
            Hunt.Caught caught = Hunt.hunt(bug, from == null ? 1 : from, seeds, nodes > 0 ? nodes : bug.nodes());
            all &= caught.seeds() > 0;
            out.printf(
                    Locale.ROOT,
                    "%-40s %-26s %s%n",
                    bug.name(),
                    bug.promise(),
                    caught.seeds() > 0 ? String.valueOf(caught.seeds()) : "NOT CAUGHT in " + seeds);
            out.flush();
        }
        return all ? 0 : FAILED;
    }

    private void progress(PrintWriter out, Campaign campaign) {
        if (clock.nanoTime() - lastProgressNanos > PROGRESS_NANOS) {
            lastProgressNanos = clock.nanoTime();
            out.printf(
                    Locale.ROOT,
                    "%d of %d seeds, %.0f a minute, %d failed%n",
                    campaign.seeds(),
                    seeds,
                    campaign.seedsPerMinute(),
                    campaign.failures().size());
            out.flush();
        }
    }
}
