package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Plan.Operation;
import io.kvorum.tests.compare.Plan.Part;
import io.kvorum.tools.bench.CannotConnectException;
import io.kvorum.tools.console.Json;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Seeds;
import io.kvorum.tools.runtime.Shutdown;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code compare}: options and their checks, then the {@link Comparison} and its {@link Report}. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Puts the same load on Kvorum and on another server in turn, and prints what each of them took for it.",
            "Exits with 1 if a limit is missed, 2 if it cannot run as asked, 3 if a server failed."
        })
public final class CompareCommand implements Callable<Integer> {
    static final int LIMIT_MISSED = 1;
    static final int CANNOT_RUN = 2;
    static final int SERVER_FAILED = 3;

    private static final long KEYS_MAX = 1L << 32;
    private static final List<String> MEMORY = List.of("engine=memory");
    private static final int VALUE_BYTES_MAX = 16 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--against",
            defaultValue = "redis",
            paramLabel = "SERVER",
            description =
                    "redis, redis-aof (its file forced each second), redis-aof-always, memcached, kvorum (this one,"
                            + " which shows the noise), kvorum-memory (its engine in memory), or kvorum@DIRECTORY, another checkout"
                            + " that is built. Default: ${DEFAULT-VALUE}.")
    private String against = "redis";

    @Option(
            names = "--measure",
            split = ",",
            defaultValue = "cpu,latency,memory",
            paramLabel = "PART",
            description = "Default: all, ${DEFAULT-VALUE}.")
    private List<String> parts = List.of();

    @Option(names = "--pairs", description = "Samples of each side. Default: 5.")
    private @Nullable Integer pairs;

    @Option(names = "--depths", split = ",", paramLabel = "P", description = "Pipeline depths. Default: 1,16,100.")
    private @Nullable List<Integer> depths;

    @Option(names = "--nodes", split = ",", description = "How many Kvorum nodes. Default: 1,3.")
    private @Nullable List<Integer> nodes;

    @Option(
            names = "--operations",
            split = ",",
            defaultValue = "set,get",
            paramLabel = "OPERATION",
            description = "set, get, mixed (one set, four gets). Default: ${DEFAULT-VALUE}.")
    private List<String> operations = List.of();

    @Option(names = "--connections", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
    private int connections = 50;

    @Option(names = "--value-bytes", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int valueBytes = 100;

    @Option(names = "--keys", description = "How many different keys the load touches. Default: 100000.")
    private @Nullable Long keys;

    @Option(names = "--memory-keys", description = "How many keys memory is measured with. Default: 1000000.")
    private @Nullable Long memoryKeys;

    @Option(names = "--duration", description = "Of each sample: 500ms, 2s, 1m. Default: 2s.")
    private @Nullable String duration;

    @Option(names = "--warmup", description = "Of each server under each load. Default: 3s.")
    private @Nullable String warmup;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            description = "Of the open loop. Default: half of what the slower side manages.")
    private @Nullable Long rate;

    @Option(
            names = "--heap",
            defaultValue = "1g",
            paramLabel = "SIZE",
            description = "Of each Kvorum node, as in -Xmx. KVORUM_JAVA_OPTS counts more. Default: ${DEFAULT-VALUE}.")
    private String heap = "1g";

    @Option(
            names = "--engine",
            defaultValue = "memory",
            description = "Of this Kvorum: memory or xodus. Default: ${DEFAULT-VALUE}.")
    private String engine = "memory";

    @Option(
            names = "--sync",
            defaultValue = "every-second",
            description = "Of this Kvorum with xodus: always, every-second or never. Default: ${DEFAULT-VALUE}.")
    private String sync = "every-second";

    @Option(names = "--seed", description = "Repeats the keys of an earlier run. Default: a fresh one.")
    private @Nullable Long seed;

    @Option(
            names = "--quick",
            description = "Small defaults, to see that it works: the numbers mean nothing, and limits do not count.")
    private boolean quick;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where to write all samples. Default: a new file in tests/target/compare.")
    private @Nullable Path json;

    @Option(names = "--no-limits", description = "Exit with 0 even if a limit is missed.")
    private boolean noLimits;

    private final Path home;

    /** The command of the checkout at {@code home}, which must be built. */
    public CompareCommand(Path home) {
        this.home = home;
    }

    /** Started by {@code tests/bench/compare}, which says where the checkout is. */
    public static void main(String[] arguments) {
        // Servers of a comparison that was broken off would go on for ever.
        Shutdown.onSignal(() -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly));
        Path home =
                Path.of(System.getProperty("kvorum.home", ".")).toAbsolutePath().normalize();
        System.exit(commandLine(home).execute(arguments));
    }

    /** The whole command line, for main and for tests. */
    static CommandLine commandLine(Path home) {
        CommandLine commandLine = new CommandLine(new CompareCommand(home));
        commandLine.setUsageHelpWidth(100);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            boolean expected = failure instanceof CannotCompareException
                    || failure instanceof CannotConnectException
                    || failure instanceof IOException;
            command.getErr().println("compare: " + (expected ? failure.getMessage() : failure.toString()));
            return failure instanceof CannotCompareException ? CANNOT_RUN : SERVER_FAILED;
        });
        return commandLine;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Plan plan = plan();
        Contender kvorum = new KvorumContender("kvorum", home, heap, List.of("engine=" + engine, "sync=" + sync));
        Contender contender = contender();
        String kvorumVersion = kvorum.version();
        String contenderVersion = contender.version();
        Path file = RunFiles.results(home.resolve("tests/target/compare"), contender.name(), json);

        Path work = Files.createTempDirectory("kvorum-compare-");
        try {
            Progress progress = new Progress(spec.commandLine().getErr());
            Comparison comparison = new Comparison(plan, kvorum, contender, NanoClock.system(), progress);
            String loadBefore = ProcessAccounts.loadAverage();
            List<Row> rows = comparison.run(work);
            PrintWriter err = spec.commandLine().getErr();
            comparison.failures().forEach(failure -> err.println("compare: " + failure));
            if (rows.isEmpty()) {
                return SERVER_FAILED;
            }
            Report report = new Report(
                    RunFiles.started().toString(),
                    contender.name(),
                    kvorumVersion,
                    contenderVersion,
                    plan,
                    Machine.here(),
                    loadBefore,
                    ProcessAccounts.loadAverage(),
                    rows,
                    Stream.concat(
                                    comparison.failures().stream().map(failure -> "not all was measured: " + failure),
                                    comparison.notes().stream())
                            .toList());
            Files.writeString(file, Json.render(report.json()), StandardCharsets.UTF_8);
            PrintWriter out = spec.commandLine().getOut();
            out.println(report.text());
            out.println("All samples are in " + file);
            out.flush();
            if (!comparison.failures().isEmpty()) {
                return SERVER_FAILED;
            }
            return report.missed().isEmpty() || noLimits || quick ? 0 : LIMIT_MISSED;
        } finally {
            RunFiles.delete(work);
        }
    }

    private Plan plan() {
        try {
            return new Plan(
                    new LinkedHashSet<>(each("--measure", parts, Part::valueOf)),
                    (int) Ranges.between("--pairs", or(pairs, quick ? 2 : 5), 1, 1_000),
                    allBetween("--depths", or(depths, quick ? List.of(1, 16) : List.of(1, 16, 100)), 1, 10_000),
                    allBetween("--nodes", or(nodes, quick ? List.of(1) : List.of(1, 3)), 1, 20),
                    each("--operations", operations, Operation::valueOf),
                    (int) Ranges.between("--connections", connections, 1, 10_000),
                    (int) Ranges.between("--value-bytes", valueBytes, 1, VALUE_BYTES_MAX),
                    Ranges.between("--keys", or(keys, quick ? 1_000L : 100_000L), 1, KEYS_MAX),
                    Ranges.between("--memory-keys", or(memoryKeys, quick ? 20_000L : 1_000_000L), 1, KEYS_MAX),
                    Ranges.nanos("--duration", or(duration, quick ? "200ms" : "2s")),
                    Ranges.nanos("--warmup", or(warmup, quick ? "200ms" : "3s")),
                    rate == null
                            ? OptionalLong.empty()
                            : OptionalLong.of(Ranges.between("--rate", rate, 1, 10_000_000)),
                    seed != null ? seed : Seeds.fresh());
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Contender contender() {
        if (against.startsWith("kvorum@")) {
            Path directory = Path.of(against.substring("kvorum@".length()));
            return new KvorumContender("other", directory.toAbsolutePath().normalize(), heap, MEMORY);
        }
        return switch (against) {
            case "redis" -> new RedisContender("redis", RedisContender.NO_FILE);
            case "redis-aof" -> new RedisContender("redis-aof", "everysec");
            case "redis-aof-always" -> new RedisContender("redis-aof-always", "always");
            case "memcached" -> new MemcachedContender();
            case "kvorum" -> new KvorumContender("itself", home, heap, List.of("engine=" + engine, "sync=" + sync));
            case "kvorum-memory" -> new KvorumContender("in-memory", home, heap, MEMORY);
            default ->
                throw usage("--against is redis, redis-aof, redis-aof-always, memcached, kvorum, kvorum-memory or"
                        + " kvorum@DIRECTORY, not '" + against + "'");
        };
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given != null ? given : otherwise;
    }

    private static <T> List<T> each(String option, List<String> names, Function<String, T> valueOf) {
        return names.stream()
                .distinct()
                .map(name -> {
                    try {
                        return valueOf.apply(name.toUpperCase(Locale.ROOT));
                    } catch (IllegalArgumentException unknown) {
                        throw new IllegalArgumentException(option + " knows no '" + name + "'", unknown);
                    }
                })
                .toList();
    }

    private static List<Integer> allBetween(String option, List<Integer> values, int min, int max) {
        values.forEach(value -> Ranges.between(option, value, min, max));
        return values.stream().distinct().toList();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
