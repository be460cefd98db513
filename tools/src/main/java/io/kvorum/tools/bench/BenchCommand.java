package io.kvorum.tools.bench;

import io.kvorum.tools.bench.Workload.Distribution;
import io.kvorum.tools.console.ExitCode;
import io.kvorum.tools.console.Json;
import io.kvorum.tools.runtime.NanoClock;
import io.kvorum.tools.runtime.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench}: options and their checks, then the {@link LoadDriver}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Puts a load on servers that speak RESP or memcached's text protocol, and measures it.",
            "With a rate, operations start when they should, whatever the server does, and latency counts from then;"
                    + " --rate max finds the largest throughput."
        })
public final class BenchCommand implements Callable<Integer> {
    private static final int VALUE_BYTES_MAX = 64 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--protocol",
            defaultValue = "resp",
            description = "resp, or memcached for its text protocol. Default: ${DEFAULT-VALUE}.")
    private String protocol = "resp";

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            split = ",",
            paramLabel = "PORT",
            description = "One or several of that host: 6379,6380,6381. Default: the protocol's, 6379 or 11211.")
    private List<Integer> ports = List.of();

    @Option(
            names = "--target",
            split = ",",
            paramLabel = "HOST:PORT",
            description = "Servers on several hosts, instead of --host and --port. Connections take turns.")
    private List<String> targets = List.of();

    @Option(
            names = "--password",
            arity = "0..1",
            interactive = true,
            description = "Asks for it unless it is given; better: KVORUM_PASSWORD in the environment.")
    private char @Nullable [] password;

    @Option(
            names = "--rate",
            defaultValue = "5000",
            paramLabel = "PER_SECOND|max",
            description = "Operations per second of all connections together. Default: ${DEFAULT-VALUE}.")
    private String rate = "5000";

    @Option(
            names = "--duration",
            defaultValue = "10s",
            description = "How long to measure: 500ms, 30s, 2m, 1h. Default: ${DEFAULT-VALUE}.")
    private String duration = "10s";

    @Option(
            names = "--warmup",
            defaultValue = "2s",
            description = "How long to run before that without measuring. Default: ${DEFAULT-VALUE}.")
    private String warmup = "2s";

    @Option(names = "--connections", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
    private int connections = 16;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "Event loops that share the connections. Default: ${DEFAULT-VALUE}.")
    private int threads = 1;

    @Option(
            names = "--pipeline",
            paramLabel = "LIMIT",
            description = "Operations on their way per connection. With a rate it is a bound (default 64); with --rate"
                    + " max it is kept full (default 1).")
    private @Nullable Integer pipeline;

    @Option(
            names = "--batch",
            description = "With --rate max: a connection sends its next operations once all of the last are answered,"
                    + " so that every server gets the same batches.")
    private boolean batch;

    @Option(
            names = "--ratio",
            defaultValue = "1:4",
            paramLabel = "SET:GET",
            description = "The mix. Default: ${DEFAULT-VALUE}.")
    private String ratio = "1:4";

    @Option(
            names = "--keys",
            defaultValue = "100000",
            description = "How many different keys, key:000000000000 and up. Default: ${DEFAULT-VALUE}.")
    private long keys = 100_000;

    @Option(names = "--value-size", defaultValue = "128", description = "In bytes. Default: ${DEFAULT-VALUE}.")
    private int valueSize = 128;

    @Option(
            names = "--distribution",
            defaultValue = "uniform",
            description = "uniform, zipfian with 0.99 as in YCSB, or sequential. Default: ${DEFAULT-VALUE}.")
    private String distribution = "uniform";

    @Option(names = "--fill", description = "First writes every key once, unmeasured.")
    private boolean fill;

    @Option(names = "--seed", description = "Repeats the keys and the mix of an earlier run. Default: a fresh one.")
    private @Nullable Long seed;

    @Option(names = "--percentiles", description = "Also prints the whole distribution, as HdrHistogram writes it.")
    private boolean percentiles;

    @Option(names = "--json", description = "The result as JSON; progress goes to standard error all the same.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress.")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        Workload workload = workload();
        PrintStream progress =
                quiet ? new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8) : System.err;
        Result result;
        try {
            result = new LoadDriver(workload, NanoClock.system(), progress).run();
        } catch (CannotConnectException cannot) {
            spec.commandLine().getErr().println("bench: " + cannot.getMessage());
            return ExitCode.CANNOT_CONNECT;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? Json.render(result.json()) : result.table());
        if (percentiles) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(text, true, StandardCharsets.UTF_8);
            result.measurements().allLatencies().outputPercentileDistribution(stream, 1e6);
            out.print("\n" + text.toString(StandardCharsets.UTF_8));
        }
        out.flush();
        return result.hasSuccess() ? ExitCode.OK : ExitCode.FAILED;
    }

    private Workload workload() {
        try {
            Double perSecond = "max".equals(rate) ? null : Double.valueOf(rate);
            if (perSecond != null) {
                between("--rate", Math.round(perSecond * 1_000), 1, 10_000_000_000L);
            }
            String[] mix = ratio.split(":", -1);
            if (mix.length != 2) {
                throw new IllegalArgumentException("--ratio is two numbers, 1:4 for instance, not '" + ratio + "'");
            }
            int sets = (int) between("--ratio", Long.parseLong(mix[0].strip()), 0, 1_000_000);
            int gets = (int) between("--ratio", Long.parseLong(mix[1].strip()), sets == 0 ? 1 : 0, 1_000_000);
            long durationNanos = Durations.parseNanos(duration);
            between("--duration in nanoseconds", durationNanos, 1, Long.MAX_VALUE / 8);
            between("--connections", connections, 1, 10_000);
            if (batch && perSecond != null) {
                throw new IllegalArgumentException("--batch goes with --rate max: a rate sends operations on time");
            }
            Protocol spoken = protocol();
            if (spoken == Protocol.MEMCACHED && password != null) {
                throw new IllegalArgumentException("memcached's text protocol knows no --password");
            }
            int limit = pipeline != null ? pipeline : perSecond == null ? 1 : 64;
            return new Workload(
                    targets(spoken),
                    spoken,
                    password(),
                    perSecond,
                    durationNanos,
                    Durations.parseNanos(warmup),
                    connections,
                    (int) between("--threads", threads, 1, Math.min(connections, 64)),
                    (int) between("--pipeline", limit, 1, 65_536),
                    batch,
                    sets,
                    gets,
                    between("--keys", keys, 1, Scatter.COUNT_MAX),
                    (int) between("--value-size", valueSize, 0, VALUE_BYTES_MAX),
                    Distribution.valueOf(distribution.toUpperCase(Locale.ROOT)),
                    fill,
                    seed != null ? seed : Seeds.fresh());
        } catch (NumberFormatException notNumber) {
            throw usage("--rate is a number or max, --ratio two numbers: " + notNumber.getMessage());
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Protocol protocol() {
        return switch (protocol.toLowerCase(Locale.ROOT)) {
            case "resp" -> Protocol.RESP;
            case "memcached" -> Protocol.MEMCACHED;
            default -> throw new IllegalArgumentException("--protocol is resp or memcached, not '" + protocol + "'");
        };
    }

    private List<Target> targets(Protocol spoken) {
        List<Target> all = new ArrayList<>();
        if (targets.isEmpty() && ports.isEmpty()) {
            all.add(new Target(host, spoken.defaultPort()));
        } else if (targets.isEmpty()) {
            ports.forEach(port -> all.add(new Target(host, port)));
        } else {
            targets.forEach(target -> all.add(Target.parse(target)));
        }
        return all;
    }

    private @Nullable String password() {
        return password != null ? new String(password) : System.getenv("KVORUM_PASSWORD");
    }

    private static long between(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(option + " is " + min + " to " + max + ", not " + value);
        }
        return value;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
