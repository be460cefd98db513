package io.kvorum.tests.durability;

import io.kvorum.tests.compare.Generator;
import io.kvorum.tests.compare.Machine;
import io.kvorum.tests.compare.Notes;
import io.kvorum.tests.compare.ProcessAccounts;
import io.kvorum.tests.compare.Progress;
import io.kvorum.tests.compare.Ranges;
import io.kvorum.tests.compare.RunFiles;
import io.kvorum.tests.compare.Side;
import io.kvorum.tools.console.Json;
import io.kvorum.tools.console.Units;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Seeds;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One experiment as a command: the options that all have, conditions and results, the exit code. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class Experiment implements Callable<Integer> {
    private static final int LIMIT_MISSED = 1;
    private static final int VALUE_BYTES_MAX = 16 << 20;
    private static final long RATE_MAX = 10_000_000;
    private static final long KEYS_MAX = 1L << 32;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--connections", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
    private int connections = 50;

    @Option(names = "--value-bytes", description = "Default: the experiment's.")
    private @Nullable Integer valueBytes;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            description = "Of the node, as in -Xmx. Default: what its launcher takes.")
    private @Nullable String heap;

    @Option(
            names = "--sync",
            defaultValue = "every-second",
            description = "always, every-second or never. Default: ${DEFAULT-VALUE}.")
    private String sync = "every-second";

    @Option(
            names = "--set",
            paramLabel = "PROPERTY=VALUE",
            description = "Of the node, beside what the experiment sets; once for each.")
    private List<String> settings = List.of();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where the node keeps its data, on the disk that is meant; it is taken away afterwards."
                    + " Default: tests/target/durability.")
    private @Nullable Path directory;

    @Option(names = "--seed", description = "Repeats the keys of an earlier run. Default: a fresh one.")
    private @Nullable Long seed;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where to write all values. Default: a new file in tests/target/durability.")
    private @Nullable Path json;

    @Option(names = "--no-limits", description = "Exit with 0 even if a limit is missed.")
    private boolean noLimits;

    private final Path home;

    Experiment(Path home) {
        this.home = home;
    }

    /** Its own options in words, after they were checked; refuses what is out of range. */
    abstract Map<String, Object> plan();

    /** Measures. */
    abstract void run(Bench bench, Outcome outcome) throws IOException, InterruptedException;

    /** What values take if nothing is said. */
    int defaultValueBytes() {
        return 100;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        int bytes = valueBytes != null ? valueBytes : defaultValueBytes();
        long chosenSeed = seed != null ? seed : Seeds.fresh();
        Map<String, Object> plan = checkedPlan(bytes, chosenSeed);
        String version = Side.versionOfKvorum(home);
        Path target = home.resolve("tests/target/durability");
        Path file = RunFiles.results(target, spec.name(), json);
        Path parent = Files.createDirectories((directory != null ? directory : target).toAbsolutePath());
        Path work = Files.createTempDirectory(parent, spec.name() + "-");
        try {
            Notes notes = new Notes();
            NanoClock clock = NanoClock.system();
            Bench bench = new Bench(
                    home,
                    heap,
                    work,
                    clock,
                    new Generator(clock, notes),
                    notes,
                    new Progress(spec.commandLine().getErr()),
                    connections,
                    bytes,
                    chosenSeed);
            Outcome outcome = new Outcome();
            String loadBefore = ProcessAccounts.loadAverage();
            run(bench, outcome);
            Machine machine = Machine.here();
            String disk = Files.getFileStore(work).type();
            String load = "before " + loadBefore + ", after " + ProcessAccounts.loadAverage();

            Map<String, Object> all = new LinkedHashMap<>();
            all.put("experiment", spec.name());
            all.put("started", RunFiles.started().toString());
            all.put("kvorum", version);
            all.put("machine", machine.json());
            all.put("file-system", disk);
            all.put("load-average", load);
            all.put("plan", plan);
            all.putAll(outcome.json());
            all.put("notes", notes.all());
            Files.writeString(file, Json.render(all), StandardCharsets.UTF_8);

            PrintWriter out = spec.commandLine().getOut();
            out.println(spec.name() + ": " + version);
            out.println(plan.entrySet().stream()
                    .map(option -> option.getKey() + " " + option.getValue())
                    .collect(Collectors.joining(", ")));
            out.println(machine.text() + ", data on " + disk);
            out.println("load average " + load);
            out.println();
            out.println(outcome.text());
            notes.all().forEach(note -> out.println("- " + note));
            out.println("All values are in " + file);
            out.flush();
            return outcome.isMet() || noLimits ? 0 : LIMIT_MISSED;
        } finally {
            RunFiles.delete(work);
        }
    }

    /** What the node is told: how it forces its journal, what the experiment wants, what the user wants. */
    final List<String> settings(String... own) {
        return Stream.of(List.of("sync=" + sync), List.of(own), settings)
                .flatMap(List::stream)
                .toList();
    }

    private Map<String, Object> checkedPlan(int bytes, long chosenSeed) {
        try {
            Map<String, Object> plan = new LinkedHashMap<>(plan());
            plan.put("sync", sync);
            String fixed = System.getenv("KVORUM_HEAP");
            String launchers = fixed == null ? "as the launcher takes" : fixed + ", taken at the start";
            plan.put("heap", heap != null ? heap : launchers);
            plan.put("settings", settings);
            plan.put("connections", (int) Ranges.between("--connections", connections, 1, 10_000));
            plan.put("value-bytes", (int) Ranges.between("--value-bytes", bytes, 1, VALUE_BYTES_MAX));
            plan.put("seed", chosenSeed);
            return plan;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()));
        }
    }

    static long keys(long keys) {
        return Ranges.between("--keys", keys, 1, KEYS_MAX);
    }

    static @Nullable Long rate(@Nullable Long perSecond) {
        return perSecond == null ? null : (Long) Ranges.between("--rate", perSecond, 1, RATE_MAX);
    }

    /** In words, from nanoseconds. */
    static String seconds(long nanos) {
        return Units.decimal(nanos / 1e9, 1) + " s";
    }
}
