package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.Gather;
import io.kvorum.server.command.RecordReply;
import io.kvorum.server.command.Route;
import io.kvorum.server.command.ValueReplies;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.ValueSlice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of keys, beyond GET and SET. */
final class ValueCommands {
    private static final byte[] PERSIST = "PERSIST".getBytes(US_ASCII);
    private static final byte[] EX = "EX".getBytes(US_ASCII);
    private static final byte[] PX = "PX".getBytes(US_ASCII);
    private static final byte[] EXAT = "EXAT".getBytes(US_ASCII);
    private static final byte[] PXAT = "PXAT".getBytes(US_ASCII);

    private static final String ONE_DECIDES =
            "Decided and written in one step by the first healthy owner of the key, by "
                    + "what R owners know; two may race while nodes disagree about who is healthy, and then both values stay as "
                    + "siblings.";
    private static final String WRITES =
            "Replaces what its coordinator knows of the key; a write elsewhere that it has "
                    + "not heard of stays as a sibling.";

    private static final RecordReply LENGTH = ValueReply.of((out, live, value) -> out.integer(value.length()));

    private final Command get;
    private final Command set;

    private ValueCommands(Command get, Command set) {
        this.get = get;
        this.set = set;
    }

    /** The rows; those on many keys are made of GET and SET. */
    static List<Command> commands(Command get, Command set) {
        List<Command> all = new ArrayList<>(writes());
        all.addAll(reads());
        all.addAll(new ValueCommands(get, set).ofManyKeys());
        return all;
    }

    private static List<Command> writes() {
        return List.of(
                write("setnx", 3, "1.0.0", Route.MODIFY, CommandFlag.FAST)
                        .summary("Sets a key that is not there; replies 1 if it did.")
                        .handledBy(call -> call.change(new SetIfAbsent(call))),
                write("setex", 4, "2.0.0", Route.WRITE, CommandFlag.BLIND)
                        .summary("Sets a key with a time to live in seconds.")
                        .handledBy(call -> setWithEnd(call, ExpireTime.EX)),
                write("psetex", 4, "2.6.0", Route.WRITE, CommandFlag.BLIND)
                        .summary("Sets a key with a time to live in milliseconds.")
                        .handledBy(call -> setWithEnd(call, ExpireTime.PX)),
                write("getset", 3, "1.0.0", Route.MODIFY, CommandFlag.FAST)
                        .summary("Sets a key and returns the value it had, or nil.")
                        .handledBy(call -> call.change(new GetAndSet(call))),
                write("append", 3, "2.0.0", Route.MODIFY, CommandFlag.FAST)
                        .summary("Adds bytes to the end of a value, and returns its length.")
                        .handledBy(call -> call.change(new Append(call))),
                write("setrange", 4, "2.2.0", Route.MODIFY)
                        .summary(
                                "Writes over part of a value from an offset on, and returns its length; zeros fill a gap.")
                        .handledBy(ValueCommands::setRange),
                Command.named("getdel")
                        .arity(2)
                        .keyAt(1)
                        .flags(CommandFlag.WRITE, CommandFlag.FAST)
                        .group(CommandGroup.STRING)
                        .since("6.2.0")
                        .summary("Deletes a key and returns the value it had, or nil.")
                        .guarantee(ONE_DECIDES)
                        .routed(Route.MODIFY)
                        .handledBy(call -> call.change(new GetAndDelete(call))),
                Command.named("getex")
                        .arity(-2)
                        .keyAt(1)
                        .flags(CommandFlag.WRITE, CommandFlag.FAST)
                        .group(CommandGroup.STRING)
                        .since("6.2.0")
                        .summary("Returns the value of a key, and sets or removes its end.")
                        .guarantee(
                                "The end is set for all siblings, and makes none unless it is past and deletes. The value is as new as GET's.")
                        .routed(Route.MODIFY, request -> request.argumentCount() == 2 ? Route.READ : Route.MODIFY)
                        .handledBy(ValueCommands::getAndExpire));
    }

    private static List<Command> reads() {
        return List.of(
                read("strlen", 2, "2.2.0", "Returns how many bytes the value of a key has; 0 if it is not there.")
                        .routed(Route.READ)
                        .handledBy(call -> call.read(LENGTH)),
                part("getrange", "2.4.0"),
                part("substr", "1.0.0"));
    }

    private static Command part(String name, String since) {
        return read(name, 4, since, "Returns part of a value, from one place to another; from the end if negative.")
                .routed(Route.READ)
                .handledBy(ValueCommands::getRange);
    }

    private List<Command> ofManyKeys() {
        return List.of(
                read("mget", -2, "1.0.0", "Returns the values of keys, nil for each that is not there.")
                        .keys(1, -1, 1)
                        .guarantee(
                                "Each key as by a GET of its own: the values are not of one moment. If one key cannot "
                                        + "be read, the reply is an error.")
                        .routed(Route.MULTI)
                        .handledBy(this::getMany),
                write("mset", -3, "1.0.1", Route.MULTI)
                        .keys(1, -1, 2)
                        .summary("Sets keys to values.")
                        .guarantee(
                                "Each key as by a SET of its own, side by side: not one step. An error says how many "
                                        + "keys failed; the others are written.")
                        .handledBy(this::setMany));
    }

    private static Command.Builder write(String name, int arity, String since, Route route, CommandFlag... more) {
        return Command.named(name)
                .arity(arity)
                .keyAt(1)
                .flags(CommandFlag.WRITE, plus(CommandFlag.DENYOOM, more))
                .group(CommandGroup.STRING)
                .since(since)
                .guarantee(route == Route.WRITE ? WRITES : ONE_DECIDES)
                .routed(route);
    }

    private static CommandFlag[] plus(CommandFlag first, CommandFlag... more) {
        CommandFlag[] all = new CommandFlag[more.length + 1];
        all[0] = first;
        System.arraycopy(more, 0, all, 1, more.length);
        return all;
    }

    private static Command.Builder read(String name, int arity, String since, String summary) {
        return Command.named(name)
                .arity(arity)
                .keyAt(1)
                .flags(CommandFlag.READONLY, CommandFlag.FAST)
                .group(CommandGroup.STRING)
                .since(since)
                .summary(summary)
                .guarantee("As new as GET.");
    }

    private static void bulkOrNil(RespWriter out, boolean live, ValueSlice value) {
        if (live) {
            out.bulk(value.array(), value.offset(), value.length());
        } else {
            out.nil();
        }
    }

    private static void getRange(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(2) || !request.isLong(3)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
            return;
        }
        long from = request.asLong(2);
        long to = request.asLong(3);
        call.read(ValueReply.of((out, live, value) -> range(out, value, from, to)));
    }

    private static void range(RespWriter out, ValueSlice value, long from, long to) {
        int length = value.length();
        long first = Math.max(0, from < 0 ? from + length : from);
        long last = Math.min(length - 1L, Math.max(0, to < 0 ? to + length : to));
        boolean crossed = from < 0 && to < 0 && from > to;
        if (crossed || length == 0 || first > last) {
            out.bulk("");
        } else {
            out.bulk(value.array(), value.offset() + (int) first, (int) (last - first + 1));
        }
    }

    private static void setRange(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(2)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else if (request.asLong(2) < 0) {
            call.out().error("ERR offset is out of range");
        } else {
            call.change(new SetRange(call, request.asLong(2)));
        }
    }

    private void getMany(Call call) {
        Gather.eachKey(call, get, Gather.Combiner.ARRAY);
    }

    private void setMany(Call call) {
        RespRequest request = call.request();
        if (request.argumentCount() % 2 == 0) {
            CommandErrors.wrongArity(call);
            return;
        }
        Gather.eachGroup(call, set, 2, Gather.Combiner.ALL_OK);
    }

    private static void setWithEnd(Call call, ExpireTime time) {
        RespRequest request = call.request();
        if (!request.isLong(2)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
            return;
        }
        long atMillis = time.ofNewValue(request.asLong(2), call.loop().keys().nowMillis());
        if (atMillis == ExpireTime.OVERFLOW) {
            call.out().error(ExpireTime.invalid(call.command().name()));
        } else {
            call.change(new SetWithEnd(call, atMillis));
        }
    }

    private static void getAndExpire(Call call) {
        RespRequest request = call.request();
        int arguments = request.argumentCount();
        if (arguments == 2) {
            call.read(ValueReplies.PLAIN);
            return;
        }
        boolean persist = request.matches(2, PERSIST);
        ExpireTime time = persist ? null : unit(request, 2);
        if (arguments != (persist ? 3 : 4) || (!persist && time == null)) {
            call.out().error(CommandErrors.SYNTAX);
            return;
        }
        // What is wrong with the number is told only if there is a key: so does Redis.
        String error = null;
        long atMillis = 0;
        if (time != null && !request.isLong(3)) {
            error = CommandErrors.NOT_AN_INTEGER;
        } else if (time != null) {
            atMillis = time.ofNewValue(request.asLong(3), call.loop().keys().nowMillis());
            error = atMillis == ExpireTime.OVERFLOW
                    ? ExpireTime.invalid(call.command().name())
                    : null;
        }
        call.change(new GetAndExpire(call, atMillis, error));
    }

    private static @Nullable ExpireTime unit(RespRequest request, int argument) {
        if (request.matches(argument, EX)) {
            return ExpireTime.EX;
        }
        if (request.matches(argument, PX)) {
            return ExpireTime.PX;
        }
        if (request.matches(argument, EXAT)) {
            return ExpireTime.EXAT;
        }
        return request.matches(argument, PXAT) ? ExpireTime.PXAT : null;
    }

    private static final class SetIfAbsent extends ValueEdit {
        private final Slice value;
        private boolean done;

        SetIfAbsent(Call call) {
            super(call);
            this.value = Slice.of(call, 2);
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            done = !live;
            return done ? put(current, scope, value, 0) : current;
        }

        @Override
        void answer(RespWriter out) {
            out.integer(done ? 1 : 0);
        }
    }

    private static final class SetWithEnd extends ValueEdit {
        private final Slice value;
        private final long atMillis;

        SetWithEnd(Call call, long atMillis) {
            super(call);
            this.value = Slice.of(call, 3);
            this.atMillis = atMillis;
        }

        @Override
        boolean looksAtOld() {
            return false;
        }

        @Override
        byte[] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            return put(current, scope, value, atMillis);
        }

        @Override
        void answer(RespWriter out) {
            out.ok();
        }
    }

    private static final class GetAndSet extends ValueEdit {
        private final Slice value;
        private boolean wasLive;

        GetAndSet(Call call) {
            super(call);
            this.value = Slice.of(call, 2);
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        boolean showsOld() {
            return true;
        }

        @Override
        byte[] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            wasLive = live;
            return put(current, scope, value, 0);
        }

        @Override
        void answer(RespWriter out) {
            bulkOrNil(out, wasLive, old);
        }
    }

    private static final class GetAndDelete extends ValueEdit {
        private boolean wasLive;

        GetAndDelete(Call call) {
            super(call);
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        boolean showsOld() {
            return true;
        }

        @Override
        public boolean freesMemory() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            wasLive = live;
            return delete(current, nowMillis, scope);
        }

        @Override
        void answer(RespWriter out) {
            bulkOrNil(out, wasLive, old);
        }
    }

    private static final class GetAndExpire extends ValueEdit {
        private final long atMillis;
        private final @Nullable String error;
        private boolean wasLive;

        /** {@code atMillis} is 0 for no end. */
        GetAndExpire(Call call, long atMillis, @Nullable String error) {
            super(call);
            this.atMillis = atMillis;
            this.error = error;
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        boolean showsOld() {
            return true;
        }

        @Override
        public boolean freesMemory() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            wasLive = live;
            if (current == null || !live) {
                return current;
            }
            if (error != null) {
                return refuse(error, current);
            }
            if (atMillis == old.expireAtMillis()) {
                return current;
            }
            return atMillis != 0 && atMillis <= nowMillis
                    ? delete(current, nowMillis, scope)
                    : expire(current, scope, atMillis, nowMillis);
        }

        @Override
        void answer(RespWriter out) {
            bulkOrNil(out, wasLive, old);
        }
    }

    private static final class SetRange extends ValueEdit {
        private final Slice part;
        private final long from;
        private int length;

        SetRange(Call call, long from) {
            super(call);
            this.part = Slice.of(call, 3);
            this.from = from;
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            length = old.length();
            if (part.length() == 0) {
                return current;
            }
            if (from > Integer.MAX_VALUE || isTooLong(from + part.length())) {
                return refuse(TOO_LONG, current);
            }
            byte[] changed = oldBytes((int) from + part.length());
            System.arraycopy(part.array(), part.offset(), changed, (int) from, part.length());
            length = changed.length;
            return rewrite(current, scope, changed);
        }

        @Override
        void answer(RespWriter out) {
            out.integer(length);
        }
    }

    private static final class Append extends ValueEdit {
        private final Slice more;
        private int length;

        Append(Call call) {
            super(call);
            this.more = Slice.of(call, 2);
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            int before = live ? old.length() : 0;
            if (isTooLong((long) before + more.length())) {
                return refuse(TOO_LONG, current);
            }
            length = before + more.length();
            if (!live) {
                return put(current, scope, more, 0);
            }
            if (more.length() == 0) {
                return current;
            }
            byte[] joined = oldBytes(length);
            System.arraycopy(more.array(), more.offset(), joined, before, more.length());
            return rewrite(current, scope, joined);
        }

        @Override
        void answer(RespWriter out) {
            out.integer(length);
        }
    }
}
