package io.kvorum.server;

import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.command.admin.LatencyCommands;
import io.kvorum.server.command.admin.NodeDescription;
import io.kvorum.server.command.admin.NodeStatus;
import io.kvorum.server.handoff.HandoffWatch;
import io.kvorum.server.membership.MembershipService;
import io.kvorum.server.membership.MembershipStatus;
import io.kvorum.server.metrics.CommandStats;
import io.kvorum.server.metrics.LoopCounter;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.repair.ExpiryCensus;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.engine.StorageEngine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node tells about itself (INFO, KV.STATUS). What takes time to find out, and what is a rate, is sampled by the
 * control thread once a second and published; loops read the last sample.
 */
final class NodeSelf implements NodeStatus {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSelf.class);
    private static final long SAMPLE_NANOS = 1_000_000_000L;
    private static final Path PROCESS = Path.of("/proc/self/stat");
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int RESIDENT_PAGES = 21;
    private static final double TICKS_PER_SECOND = 100;
    private static final OperatingSystemMXBean SYSTEM = ManagementFactory.getOperatingSystemMXBean();
    private static final long PAGE_BYTES = 4096;

    private final NodeDescription description;
    private final int connectionsMax;
    private final MembershipService membership;
    private final StorageEngine engine;
    private final SessionDirectory sessions;
    private final Supplier<Storage> storage;
    private final Clock clock;
    private final long startNanos;
    private final LongSupplier clientBytes;
    private @Nullable HandoffWatch handoff;
    private @Nullable ExpiryCensus census;
    private NodeMetrics metrics = new NodeMetrics(0, List.of());

    /** Volatile instead of handed over: any loop reads the latest, one thread writes. */
    private volatile Sample sample;

    /** Volatile for the same reason: what RESETSTAT counts from. */
    private volatile Totals base = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What RESETSTAT found of commands and errors; volatile likewise. */
    private volatile Counted countedBefore = new Counted(Map.of(), Map.of(), Map.of());

    NodeSelf(
            NodeDescription description,
            int connectionsMax,
            MembershipService membership,
            StorageEngine engine,
            SessionDirectory sessions,
            LongSupplier clientBytes,
            Supplier<Storage> storage,
            Clock clock) {
        this.storage = storage;
        this.description = description;
        this.connectionsMax = connectionsMax;
        this.membership = membership;
        this.engine = engine;
        this.sessions = sessions;
        this.clientBytes = clientBytes;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
        this.sample = new Sample(startNanos, base, 0, 0, 0, 0, memoryNow(0, 0), new Cpu(0, 0));
    }

    /** Begins to sample; before any client is served. */
    void start(NodeMetrics ofNode, HandoffWatch ofHandoff, ExpiryCensus ofKeys, TaskLoop control) {
        metrics = ofNode;
        handoff = ofHandoff;
        census = ofKeys;
        control.every(SAMPLE_NANOS, this::takeSample);
    }

    @Override
    public NodeDescription description() {
        return description;
    }

    @Override
    public long uptimeSeconds() {
        return (clock.nanoTime() - startNanos) / 1_000_000_000L;
    }

    @Override
    public MembershipStatus membership() {
        return membership.status();
    }

    @Override
    public Clients clients() {
        return new Clients(sessions.count(), connectionsMax, clientBytes.getAsLong());
    }

    @Override
    public Memory memory() {
        return memoryNow(sample.memory.residentBytes(), sample.memory.dataBytesPeak());
    }

    @Override
    public Traffic traffic() {
        Totals now = totals().minus(base);
        Sample last = sample;
        return new Traffic(
                now.connections,
                now.rejected,
                now.dropped,
                now.commands,
                last.commandsPerSecond,
                now.receivedBytes,
                now.sentBytes,
                last.receivedPerSecond,
                last.sentPerSecond,
                now.errors,
                now.hits,
                now.misses,
                0);
    }

    @Override
    public Cpu cpu() {
        return sample.cpu;
    }

    @Override
    public Storage storage() {
        return storage.get();
    }

    @Override
    public List<HandoffWatch.Kept> kept() {
        return handoff == null ? List.of() : handoff.kept();
    }

    @Override
    public Keys keys() {
        long live = engine.liveCount();
        ExpiryCensus seen = census;
        return new Keys(
                live,
                seen == null ? 0 : Math.min(live, seen.keys()),
                seen == null ? 0 : seen.averageLeftMillis(clock.wallMillis()),
                engine.recordCount());
    }

    @Override
    public List<CommandCounts> commands() {
        Map<String, CommandStats> before = countedBefore.commands;
        return metrics.commandStats().stream()
                .map(stats -> since(before.get(stats.name()), stats))
                .filter(counts -> counts.calls() > 0 || counts.rejected() > 0)
                .toList();
    }

    private static CommandCounts since(@Nullable CommandStats before, CommandStats now) {
        CommandStats base = before == null ? new CommandStats(now.name(), 0, 0, 0, 0, 0, 0, 0) : before;
        return new CommandCounts(
                now.name(),
                now.calls() - base.calls(),
                now.nanos() - base.nanos(),
                now.rejections() - base.rejections(),
                now.failures() - base.failures(),
                now.p50Nanos(),
                now.p99Nanos(),
                now.p999Nanos());
    }

    @Override
    public SortedMap<String, long[]> latencies(long[] bounds) {
        SortedMap<String, long[]> now = metrics.eachWithin(bounds);
        if (Arrays.equals(bounds, LatencyCommands.BOUNDS_NANOS)) {
            countedBefore.latencies.forEach((name, counts) -> now.computeIfPresent(name, (same, all) -> {
                for (int i = 0; i < all.length; i++) {
                    all[i] -= counts[i];
                }
                return all[all.length - 1] > 0 ? all : null;
            }));
        }
        return now;
    }

    @Override
    public SortedMap<String, Long> errors() {
        SortedMap<String, Long> now = metrics.errors();
        countedBefore.errors.forEach((word, count) ->
                now.computeIfPresent(word, (same, all) -> all > count ? Long.valueOf(all - count) : null));
        return now;
    }

    @Override
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> counters = new TreeMap<>();
        counters.put("reads_diverged", metrics.sum(LoopCounter.READS_DIVERGED));
        counters.put("read_repairs", metrics.sum(LoopCounter.READ_REPAIRS));
        counters.put("hedges_sent", metrics.sum(LoopCounter.HEDGES_SENT));
        counters.put("memory_evictions", engine.evictedCount());
        counters.put("memory_refusals", engine.refusedForMemoryCount());
        return counters;
    }

    @Override
    public void resetStatistics() {
        base = totals();
        countedBefore = new Counted(
                metrics.commandStats().stream()
                        .collect(Collectors.toUnmodifiableMap(CommandStats::name, Function.identity())),
                metrics.eachWithin(LatencyCommands.BOUNDS_NANOS),
                metrics.errors());
    }

    private Totals totals() {
        long commands = 0;
        long errors = 0;
        for (CommandStats stats : metrics.commandStats()) {
            commands += stats.calls();
        }
        for (long count : metrics.errors().values()) {
            errors += count;
        }
        return new Totals(
                metrics.sum(LoopCounter.CLIENTS_ACCEPTED),
                metrics.sum(LoopCounter.CLIENTS_REFUSED),
                metrics.sum(LoopCounter.CLIENTS_DROPPED),
                commands,
                errors,
                metrics.sum(LoopCounter.CLIENT_BYTES_IN),
                metrics.sum(LoopCounter.CLIENT_BYTES_OUT),
                metrics.sum(LoopCounter.KEY_HITS),
                metrics.sum(LoopCounter.KEY_MISSES));
    }

    private void takeSample() {
        if (handoff != null) {
            handoff.tick();
        }
        Sample before = sample;
        long nowNanos = clock.nanoTime();
        Totals now = totals();
        Totals delta = now.minus(before.totals);
        double seconds = Math.max(1e-3, (nowNanos - before.nanos) / 1e9);
        ProcessNumbers process = ProcessNumbers.readElse(new ProcessNumbers(before.residentBytes, before.cpu));
        sample = new Sample(
                nowNanos,
                now,
                (long) (delta.commands / seconds),
                (long) (delta.receivedBytes / seconds),
                (long) (delta.sentBytes / seconds),
                process.residentBytes,
                memoryNow(process.residentBytes, before.memory.dataBytesPeak()),
                process.cpu);
    }

    private Memory memoryNow(long residentBytes, long peakBefore) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long data = engine.usedBytes();
        return new Memory(
                data,
                engine.maxMemoryBytes(),
                Math.max(data, peakBefore),
                heap.getUsed(),
                heap.getCommitted(),
                heap.getMax(),
                direct,
                residentBytes,
                SYSTEM instanceof com.sun.management.OperatingSystemMXBean system ? system.getTotalMemorySize() : 0,
                engine.evicts(),
                engine.evictedCount());
    }

    /** What was counted when counting began anew. */
    private record Counted(
            Map<String, CommandStats> commands, Map<String, long[]> latencies, Map<String, Long> errors) {}

    /** One second's look; rates are over the time since the one before. */
    private record Sample(
            long nanos,
            Totals totals,
            long commandsPerSecond,
            long receivedPerSecond,
            long sentPerSecond,
            long residentBytes,
            Memory memory,
            Cpu cpu) {}

    /** Sums since the start of the node. */
    private record Totals(
            long connections,
            long rejected,
            long dropped,
            long commands,
            long errors,
            long receivedBytes,
            long sentBytes,
            long hits,
            long misses) {
        Totals minus(Totals other) {
            return new Totals(
                    connections - other.connections,
                    rejected - other.rejected,
                    dropped - other.dropped,
                    commands - other.commands,
                    errors - other.errors,
                    receivedBytes - other.receivedBytes,
                    sentBytes - other.sentBytes,
                    hits - other.hits,
                    misses - other.misses);
        }
    }

    /** What Linux accounts to this process; zeros elsewhere. */
    private record ProcessNumbers(long residentBytes, Cpu cpu) {
        /** Reads, or repeats the last ones where no file can be opened: that is no reason to go without the rest. */
        static ProcessNumbers readElse(ProcessNumbers last) {
            if (!Files.isReadable(PROCESS)) {
                return new ProcessNumbers(0, new Cpu(0, 0));
            }
            try {
                String stat = Files.readString(PROCESS, StandardCharsets.ISO_8859_1);
                // The name may hold blanks; what counts begins behind its bracket.
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                return new ProcessNumbers(
                        Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_BYTES,
                        new Cpu(
                                Long.parseLong(fields[USER_TICKS]) / TICKS_PER_SECOND,
                                Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND));
            } catch (IOException failure) {
                LOG.debug("cannot read {}: {}", PROCESS, failure.toString());
                return last;
            }
        }
    }
}
