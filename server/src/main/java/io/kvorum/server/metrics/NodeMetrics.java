package io.kvorum.server.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Every number of a node, in one registry. Loops write to their {@link LoopMetrics}; other threads take counters and give
 * gauges here. Safe from every thread.
 *
 * <p>Names begin with {@code kvorum_}, counters end with {@code _total}, units are seconds and bytes.
 */
public final class NodeMetrics {
    private static final int ERROR_CLASSES_MAX = 64;
    private static final int UNKNOWN_COMMANDS_MAX = 128;

    private final MetricRegistry registry = new MetricRegistry();
    private final Map<String, String> helps = new ConcurrentHashMap<>();
    private final List<String> commandNames;
    private final List<LoopMetrics> loops;
    private final List<SummedHistogram> commands = new ArrayList<>();
    private final BoundedCounters errors;
    private final BoundedCounters unknownCommands;

    /**
     * Numbers that are all zero.
     *
     * @param loopCount event loops
     * @param commandNames the command table's names; a command's index in this list is what loops call it by
     */
    public NodeMetrics(int loopCount, List<String> commandNames) {
        this.commandNames = List.copyOf(commandNames);
        this.loops = IntStream.range(0, loopCount)
                .mapToObj(i -> new LoopMetrics(commandNames.size()))
                .toList();
        registerCommands();
        for (LoopCounter counter : LoopCounter.values()) {
            summed(counter.family, counter.help, loop -> loop.count(counter));
        }
        for (Distribution distribution : Distribution.values()) {
            helps.put(distribution.family, distribution.help);
            registry.register(
                    distribution.metricName(), new SummedHistogram(loops, loop -> loop.distribution(distribution)));
        }
        helps.put("kvorum_errors_total", "Errors answered to clients, by their first word");
        errors = new BoundedCounters(registry, "kvorum_errors_total", "class", ERROR_CLASSES_MAX);
        helps.put("kvorum_unknown_commands_total", "Commands asked for that do not exist");
        unknownCommands =
                new BoundedCounters(registry, "kvorum_unknown_commands_total", "command", UNKNOWN_COMMANDS_MAX);
        JvmMetrics.register(this);
    }

    /** The numbers of one loop, for that loop to write. */
    public LoopMetrics loop(int index) {
        return loops.get(index);
    }

    /** The registry, for readers of other kinds. */
    public MetricRegistry registry() {
        return registry;
    }

    /** An error has been answered to a client; its first word names its class. */
    public void error(String firstWord) {
        errors.increment(firstWord);
    }

    /** Somebody asked for a command that does not exist. */
    public void unknownCommand(String name) {
        unknownCommands.increment(name.toLowerCase(Locale.ROOT));
    }

    /**
     * A counter for what happens off the event loops; the same one for the same name and labels.
     *
     * @param family begins with {@code kvorum_}, ends with {@code _total}
     * @param help one line
     * @param labels names and values by turns
     */
    public Counter counter(String family, String help, String... labels) {
        if (!family.endsWith("_total")) throw new IllegalArgumentException("counter " + family + " without _total");
        helps.putIfAbsent(family, help);
        return registry.counter(MetricName.of(family, labels));
    }

    /**
     * A number that is asked for when somebody looks; replaces an earlier one of the same name and labels.
     *
     * @param family begins with {@code kvorum_}; one that ends with {@code _total} only grows
     * @param help one line
     * @param value called from other threads
     * @param labels names and values by turns
     */
    public void gauge(String family, String help, LongSupplier value, String... labels) {
        registerGauge(family, help, value::getAsLong, labels);
    }

    /** As {@link #gauge}, with fractions. */
    public void gaugeOfDouble(String family, String help, DoubleSupplier value, String... labels) {
        registerGauge(family, help, value::getAsDouble, labels);
    }

    /** Forgets a gauge or counter, of a peer that has left for instance. */
    public void remove(String family, String... labels) {
        registry.remove(MetricName.of(family, labels));
    }

    /** How often something has happened on all loops together. */
    public long sum(LoopCounter counter) {
        return loops.stream().mapToLong(loop -> loop.count(counter)).sum();
    }

    /** What became of the commands that have been called at all, in the command table's order. */
    public List<CommandStats> commandStats() {
        List<CommandStats> stats = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            Histogram all = commands.get(i).sum();
            if (all.getTotalCount() == 0 && rejections(i) == 0) continue;
            stats.add(new CommandStats(
                    commandNames.get(i),
                    all.getTotalCount(),
                    failures(i),
                    rejections(i),
                    commands.get(i).sumOfValues(),
                    all.getValueAtPercentile(50),
                    all.getValueAtPercentile(99),
                    all.getValueAtPercentile(99.9)));
        }
        return stats;
    }

    /**
     * How many calls since the start of each command that was called were answered within each bound, by its name.
     *
     * @param bounds ascending, in nanoseconds
     */
    public SortedMap<String, long[]> eachWithin(long[] bounds) {
        SortedMap<String, long[]> all = new TreeMap<>();
        for (int i = 0; i < commands.size(); i++) {
            if (commands.get(i).getCount() > 0) {
                all.put(commandNames.get(i), commands.get(i).cumulative(bounds));
            }
        }
        return all;
    }

    /** Errors answered to clients since the start, by their first word; those of rare kinds together. */
    public SortedMap<String, Long> errors() {
        return errors.counts();
    }

    /** How many commands since the start were answered within each bound, ascending, in nanoseconds. Not for event loops. */
    public long[] commandsWithin(long[] bounds) {
        long[] all = new long[bounds.length];
        for (SummedHistogram command : commands) {
            long[] counts = command.cumulative(bounds);
            for (int i = 0; i < all.length; i++) {
                all[i] += counts[i];
            }
        }
        return all;
    }

    /** All numbers in Prometheus's text format, version 0.0.4. Takes milliseconds: not for event loops. */
    public String prometheusText() {
        return PrometheusText.write(registry, helps);
    }

    private void registerCommands() {
        helps.put("kvorum_command_duration_seconds", "From the arrival of a command to its reply");
        helps.put("kvorum_command_failures_total", "Commands answered with an error");
        helps.put(
                "kvorum_command_rejections_total",
                "Commands refused before they ran: wrong number of arguments, no authentication");
        for (int i = 0; i < commandNames.size(); i++) {
            int index = i;
            String name = commandNames.get(i).toLowerCase(Locale.ROOT);
            SummedHistogram histogram = new SummedHistogram(loops, loop -> loop.command(index));
            commands.add(histogram);
            registry.register(MetricName.of("kvorum_command_duration_seconds", "command", name), histogram);
            registry.register(
                    MetricName.of("kvorum_command_failures_total", "command", name),
                    new SummedCounter(() -> failures(index)));
            registry.register(
                    MetricName.of("kvorum_command_rejections_total", "command", name),
                    new SummedCounter(() -> rejections(index)));
        }
    }

    private void summed(String family, String help, ToLongFunction<LoopMetrics> part) {
        helps.put(family, help);
        registry.register(
                MetricName.of(family),
                new SummedCounter(() -> loops.stream().mapToLong(part).sum()));
    }

    private <T> void registerGauge(String family, String help, Gauge<T> gauge, String... labels) {
        helps.putIfAbsent(family, help);
        String name = MetricName.of(family, labels);
        registry.remove(name);
        registry.register(name, gauge);
    }

    private long rejections(int command) {
        return loops.stream().mapToLong(loop -> loop.rejections(command)).sum();
    }

    private long failures(int command) {
        return loops.stream().mapToLong(loop -> loop.failures(command)).sum();
    }

    /** A counter that others count for. */
    private static final class SummedCounter extends Counter {
        private final LongSupplier sum;

        SummedCounter(LongSupplier sum) {
            this.sum = sum;
        }

        @Override
        public long getCount() {
            return sum.getAsLong();
        }
    }
}
