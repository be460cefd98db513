package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.Route;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.table.HeapSizes;
import io.kvorum.storage.version.Visible;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** MEMORY: what records take, of one key and of this node. Immutable; for any loop. */
final class MemoryCommands {
    private static final byte[] SAMPLES = "SAMPLES".getBytes(US_ASCII);

    /** What a key costs in its partition's table, about. */
    private static final long SLOT_BYTES = 12;

    private static final double NEARLY_FULL = 0.9;
    private static final List<String> HELP = List.of(
            "MEMORY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "DOCTOR",
            "    Report what is wrong with the memory of this node's records.",
            "MALLOC-STATS",
            "    Not supported: the Java heap has no allocator to report.",
            "PURGE",
            "    Do nothing: the Java heap is purged by its collector.",
            "STATS",
            "    Return what this node's records take.",
            "USAGE <key> [SAMPLES <count>]",
            "    Return what a key's record takes at one of its owners. SAMPLES changes nothing.",
            "HELP",
            "    Print this help.");

    private final StorageEngine engine;

    private MemoryCommands(StorageEngine engine) {
        this.engine = engine;
    }

    static Command row(StorageEngine engine) {
        MemoryCommands made = new MemoryCommands(engine);
        return Command.named("memory")
                .arity(-2)
                .group(CommandGroup.SERVER)
                .since("4.0.0")
                .summary("A container for questions about memory.")
                .containing(
                        Command.named("memory|usage")
                                .arity(-3)
                                .keyAt(2)
                                .flags(CommandFlag.READONLY)
                                .group(CommandGroup.SERVER)
                                .since("4.0.0")
                                .summary(
                                        "Returns how many bytes the record of a key takes at one of its owners, or nil.")
                                .guarantee(
                                        "As new as GET. The record is counted with its versions and its place in the table;"
                                                + " every owner has one.")
                                .routed(Route.READ)
                                .handledBy(MemoryCommands::usage),
                        ofNode("stats", "4.0.0", "Returns what the records of this node take.")
                                .handledBy(made::stats),
                        ofNode("doctor", "4.0.0", "Reports what is wrong with the memory of this node's records.")
                                .handledBy(made::doctor),
                        ofNode("purge", "4.0.0", "Does nothing: the Java heap is purged by its collector.")
                                .handledBy(call -> call.out().ok()),
                        ofNode("malloc-stats", "4.0.0", "Says that there is no allocator to report.")
                                .handledBy(call -> call.out().bulk("Stats not supported for the current allocator")),
                        ofNode("help", "4.0.0", "Explains the sub-commands.")
                                .flags(CommandFlag.LOADING, CommandFlag.STALE)
                                .handledBy(call -> ObjectCommands.help(call, HELP)));
    }

    private static Command.Builder ofNode(String name, String since, String summary) {
        return Command.named("memory|" + name)
                .arity(2)
                .group(CommandGroup.SERVER)
                .since(since)
                .summary(summary);
    }

    private static void usage(Call call) {
        RespRequest request = call.request();
        for (int i = 3; i < request.argumentCount(); i += 2) {
            String problem = null;
            if (!request.matches(i, SAMPLES) || i + 1 == request.argumentCount()) {
                problem = CommandErrors.SYNTAX;
            } else if (!request.isLong(i + 1)) {
                problem = CommandErrors.NOT_AN_INTEGER;
            } else if (request.asLong(i + 1) < 0) {
                problem = CommandErrors.SYNTAX;
            }
            if (problem != null) {
                call.out().error(problem);
                return;
            }
        }
        call.read(MemoryCommands::bytesOf);
    }

    private static void bytesOf(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        if (record != null && Visible.plain(record, loop.keys().nowMillis(), loop.valueSlice())) {
            out.integer(HeapSizes.of(record) + SLOT_BYTES);
        } else {
            out.nil();
        }
    }

    /** Of Redis's fields those that mean something here. */
    private void stats(Call call) {
        long keys = engine.liveCount();
        long bytes = engine.usedBytes();
        call.out()
                .map(6)
                .bulk("total.allocated")
                .integer(bytes)
                .bulk("dataset.bytes")
                .integer(bytes)
                .bulk("keys.count")
                .integer(keys)
                .bulk("keys.bytes-per-key")
                .integer(keys == 0 ? 0 : bytes / keys)
                .bulk("records.count")
                .integer(engine.recordCount())
                .bulk("maxmemory")
                .integer(engine.maxMemoryBytes());
    }

    private void doctor(Call call) {
        long records = engine.recordCount();
        long keys = engine.liveCount();
        long bytes = engine.usedBytes();
        long most = engine.maxMemoryBytes();
        StringBuilder report = new StringBuilder(String.format(
                Locale.ROOT,
                "This node has %d records, %d of them live, in %d bytes, of at most %s.",
                records,
                keys,
                bytes,
                most == 0 ? "what the heap takes" : most));
        int before = report.length();
        if (most > 0 && bytes > most * NEARLY_FULL) {
            report.append(
                    engine.evicts()
                            ? " It is nearly full: keys go by themselves."
                            : " It is nearly full: soon writes are refused. Raise max-memory, or add a node.");
        }
        if (engine.refusedForMemoryCount() > 0) {
            report.append(" Writes refused for want of memory since the start: ")
                    .append(engine.refusedForMemoryCount())
                    .append('.');
        }
        if (engine.evictedCount() > 0) {
            report.append(" Keys gone for want of memory since the start: ")
                    .append(engine.evictedCount())
                    .append('.');
        }
        if (records > 2 * keys) {
            report.append(" Most records are of keys that were deleted or have expired; they go when all owners agree,")
                    .append(" after tombstone.grace.");
        }
        if (report.length() == before) {
            report.append(" Nothing is wrong.");
        }
        call.out().verbatim("txt", report.toString());
    }
}
