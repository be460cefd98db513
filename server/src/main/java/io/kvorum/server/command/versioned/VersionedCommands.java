package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.Gather;
import io.kvorum.server.command.RecordReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.version.Context;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.Value;
import io.kvorum.storage.version.VersionObserver;
import io.kvorum.storage.version.Visible;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reading and writing with versions (docs/context.md): a read returns every value and the context they
 * stand under, a write supersedes what its context has seen and nothing else. Immutable; shared by all loops.
 */
public final class VersionedCommands {
    private static final byte[] ON = ascii("ON");
    private static final byte[] OFF = ascii("OFF");
    private static final int META_FIELDS = 4;
    private static final int MPUT_STEP = 3;
    private static final Set<Option> OF_GET = EnumSet.of(Option.R, Option.STRICT, Option.META);
    private static final Set<Option> OF_PUT =
            EnumSet.of(Option.W, Option.DW, Option.STRICT, Option.EX, Option.PX, Option.EXAT, Option.PXAT);
    private static final Set<Option> OF_DEL = EnumSet.of(Option.W);

    private static final RecordReply VALUES = ValueReplies.SIBLINGS;
    private static final RecordReply VALUES_WITH_META = ValueReplies.showingAll(VersionedCommands::writeWithMeta);

    private static final String READS =
            "Shows what R replicas have, merged: every value that no other superseded, newest"
                    + " first, equal ones once.";
    private static final String WRITES =
            "Supersedes the values that the context has seen, and no others: of two writers with one context both"
                    + " values stay, as siblings. Repeating it with the context of the reply, or of an INDOUBT error,"
                    + " supersedes its own attempt.";

    private final VersionedSettings settings;
    private final VersionObserver observer;

    private VersionedCommands(VersionedSettings settings, VersionObserver observer) {
        this.settings = settings;
        this.observer = observer;
    }

    /**
     * The rows.
     *
     * @param settings of the cluster
     * @param observer told of what writes find, from every loop and maybe under a partition's lock
     */
    public static List<Command> commands(VersionedSettings settings, VersionObserver observer) {
        VersionedCommands handlers = new VersionedCommands(settings, observer);
        Command get = kv("kv.get", -2, "Returns all values of a key, newest first, and their context.")
                .keyAt(1)
                .flags(CommandFlag.READONLY, CommandFlag.FAST)
                .guarantee(READS)
                .routed(Route.READ)
                .handledBy(VersionedCommands::get);
        Command put = kv("kv.put", -4, "Sets a value in place of those that the context has seen; returns its context.")
                .keyAt(1)
                .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.REPEATABLE, CommandFlag.BLIND)
                .guarantee(WRITES)
                .routed(Route.WRITE)
                .handledBy(handlers::put);
        return List.of(
                get,
                put,
                kv("kv.del", -3, "Deletes the values that the context has seen; returns the new context.")
                        .keyAt(1)
                        .flags(CommandFlag.WRITE, CommandFlag.REPEATABLE, CommandFlag.BLIND)
                        .guarantee(WRITES)
                        .routed(Route.WRITE)
                        .handledBy(handlers::del),
                kv("kv.mget", -2, "Returns for each key what KV.GET returns.")
                        .keys(1, -1, 1)
                        .flags(CommandFlag.READONLY)
                        .guarantee(READS + " Each key is read by itself.")
                        .routed(Route.MULTI)
                        .handledBy(call -> Gather.eachKey(call, get, Gather.Combiner.ARRAY)),
                kv("kv.mput", -4, "Does KV.PUT for each key, context and value; returns the contexts.")
                        .keys(1, -1, MPUT_STEP)
                        .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
                        .guarantee(WRITES + " Each key is written by itself: where one fails, its error stands in its"
                                + " place, and the others are as they say.")
                        .routed(Route.MULTI)
                        .handledBy(call -> multiPut(call, put)),
                kv("kv.siblings", 2, "Makes GET and MGET on this connection answer as KV.GET does, or no longer.")
                        .flags(CommandFlag.FAST)
                        .guarantee("Concerns this connection alone.")
                        .handledBy(VersionedCommands::siblings),
                kv("kv.quorum", -1, "Sets how many replicas the requests of this connection need, or shows it.")
                        .flags(CommandFlag.FAST)
                        .guarantee("Concerns this connection alone.")
                        .handledBy(call -> QuorumCommand.run(call, settings)),
                kv("kv.where", 2, "Shows a key's place on the ring, its owners and its fallbacks.")
                        .keyAt(1)
                        .flags(CommandFlag.READONLY, CommandFlag.FAST)
                        .guarantee("The ring and the health of others as this node sees them now.")
                        .handledBy(WhereCommand::run),
                kv(
                                "kv.versions",
                                2,
                                "Shows what each owner of a key has, and what others keep for owners: dots, stamps,"
                                        + " hash, expiry.")
                        .keyAt(1)
                        .flags(CommandFlag.READONLY)
                        .guarantee("Each owner's own copy; nothing is merged or repaired by looking.")
                        .handledBy(VersionsCommand::run));
    }

    private static Command.Builder kv(String name, int arity, String summary) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.KVORUM)
                .since("1.0.0")
                .summary(summary);
    }

    private static void get(Call call) {
        Options options = Options.parse(call, 2, OF_GET);
        if (options != null) {
            call.setOptions(options.quorum());
            call.read(options.meta() ? VALUES_WITH_META : VALUES);
        }
    }

    private void put(Call call) {
        Options options = Options.parse(call, 4, OF_PUT);
        if (options != null) {
            RespRequest request = call.request();
            write(call, options, request.copy(3));
        }
    }

    private void del(Call call) {
        Options options = Options.parse(call, 3, OF_DEL);
        if (options != null) {
            write(call, options, null);
        }
    }

    private void write(Call call, Options options, byte @Nullable [] value) {
        Context context = ContextArgument.read(call, 1, 2);
        if (context == null) {
            return;
        }
        call.setOptions(options.quorum());
        RespRequest request = call.request();
        long bound = Stamp.endOfMillis(call.loop().keys().nowMillis() + settings.driftMaxMillis());
        byte[] own = call.loop()
                .keys()
                .readHere(call.partition(), call.positionHigh(), request.array(), request.offset(1), request.length(1));
        // What this copy has not heard of, another may have: they are asked before anything is decided.
        boolean readFirst = context.hasDotUnknownTo(own) || context.isAheadOf(bound, own);
        byte[] key = call.keyRef().bytes();
        call.change(
                new VersionedEdit(key, value, options.expireAtMillis(), context, bound, settings, observer), readFirst);
    }

    private static void multiPut(Call call, Command put) {
        int arguments = call.request().argumentCount() - 1;
        if (arguments % MPUT_STEP != 0) {
            CommandErrors.wrongArity(call);
            return;
        }
        Gather.eachGroup(call, put, MPUT_STEP, Gather.Combiner.ARRAY_WITH_ERRORS);
    }

    private static void siblings(Call call) {
        boolean on = call.request().matches(1, ON);
        if (!on && !call.request().matches(1, OFF)) {
            call.out().error("ERR KV.SIBLINGS is ON or OFF");
            return;
        }
        call.session().setSiblings(on);
        call.out().ok();
    }

    private static void writeWithMeta(CommandLoop loop, RespWriter out, byte @Nullable [] record) {
        long nowMillis = loop.keys().nowMillis();
        if (record == null || Visible.needsBytes(record, nowMillis)) {
            ValueReplies.siblings(loop, out, record);
            return;
        }
        byte[] key = RecordBytes.key(record);
        List<Value> values = Visible.values(record, nowMillis);
        out.array(2).bulk(loop.contexts().encode(RecordBytes.context(record), key, 0, key.length));
        out.array(values.size());
        for (Value value : values) {
            out.array(META_FIELDS)
                    .bulk(value.array(), value.offset(), value.length())
                    .integer(value.clientFlags() & 0xffff_ffffL)
                    .integer(value.expireAtMillis())
                    .integer(Stamp.millis(value.stamp()));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
