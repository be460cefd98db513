package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.Gather;
import io.kvorum.server.command.Route;
import java.util.List;

/**
 * The steps that memcached's commands are made of: internal rows, whose arguments are words of memcached's clients as they
 * came ({@link Arguments}) and whose replies are RESP. They are passed from node to node, so that a row that is here stays,
 * and gets more arguments only at its end.
 */
public final class McCommands {
    /** Key, anything if the value is wanted, anything if the time of the write is. */
    static final String GET = "mc.get";

    /** Key, whose value is wanted. */
    static final String GET_VALUE = "mc.getvalue";

    /** Keys, whose values are wanted: an array of replies as of {@link #GET}. */
    static final String GET_MANY = "mc.getmany";

    /** See {@link TouchEdit}. */
    static final String TOUCH = "mc.touch";

    /** Key, time, anything, in turns: an array of replies as of {@link #TOUCH}. */
    static final String TOUCH_MANY = "mc.touchmany";

    /** See {@link StoreEdit}: nothing is asked of what there is. */
    static final String SET = "mc.set";

    /** See {@link StoreEdit}. */
    static final String STORE = "mc.store";

    /** See {@link DeleteEdit}. */
    static final String DELETE = "mc.delete";

    /** See {@link ArithmeticEdit}. */
    static final String ARITHMETIC = "mc.arithmetic";

    /** Key, token, anything if it is only asked about: 1 if the lease was given, 2 if somebody has it, else 0. */
    static final String LEASE = "mc.lease";

    static final int LEASE_NONE = 0;
    static final int LEASE_GIVEN = 1;
    static final int LEASE_TAKEN = 2;

    private McCommands() {}

    /**
     * The rows.
     *
     * @param leases this node's, for all its loops
     */
    public static List<Command> commands(Leases leases) {
        Command get = keyed(GET, -2, Route.READ, CommandFlag.READONLY)
                .handledBy(call -> call.read(ItemReply.asAsked(call.request(), 2)));
        Command wanted = keyed(GET_VALUE, 2, Route.READ, CommandFlag.READONLY)
                .handledBy(call -> call.read(ItemReply.WITH_VALUE));
        Command touch =
                keyed(TOUCH, -3, Route.MODIFY, CommandFlag.WRITE).handledBy(call -> call.change(new TouchEdit(call)));
        return List.of(
                get,
                wanted,
                touch,
                row(GET_MANY, -2)
                        .flags(CommandFlag.INTERNAL, CommandFlag.READONLY)
                        .keys(1, -1, 1)
                        .routed(Route.MULTI)
                        .handledBy(call -> Gather.eachKey(call, wanted, Gather.Combiner.ARRAY)),
                row(TOUCH_MANY, -4)
                        .flags(CommandFlag.INTERNAL, CommandFlag.WRITE)
                        .keys(1, -1, 3)
                        .routed(Route.MULTI)
                        .handledBy(call -> Gather.eachGroup(call, touch, 3, Gather.Combiner.ARRAY)),
                row(SET, 5)
                        .flags(CommandFlag.INTERNAL, CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.BLIND)
                        .keyAt(1)
                        .routed(Route.WRITE)
                        .handledBy(call -> call.change(new StoreEdit(call))),
                keyed(STORE, -6, Route.MODIFY, CommandFlag.WRITE).handledBy(call -> call.change(new StoreEdit(call))),
                keyed(DELETE, -2, Route.MODIFY, CommandFlag.WRITE).handledBy(call -> call.change(new DeleteEdit(call))),
                keyed(ARITHMETIC, -2, Route.MODIFY, CommandFlag.WRITE)
                        .handledBy(call -> call.change(new ArithmeticEdit(call))),
                keyed(LEASE, -3, Route.MODIFY, CommandFlag.FAST).handledBy(call -> lease(call, leases)));
    }

    private static Command.Builder row(String name, int arity) {
        return Command.named(name)
                .arity(arity)
                .group(CommandGroup.STRING)
                .since("0.1.0")
                .summary("A step of a memcached command.");
    }

    private static Command.Builder keyed(String name, int arity, Route route, CommandFlag flag) {
        return row(name, arity).keyAt(1).flags(CommandFlag.INTERNAL, flag).routed(route);
    }

    private static void lease(Call call, Leases leases) {
        RespRequest request = call.request();
        long token = Arguments.unsigned(request, 2, 0);
        long nowNanos = call.loop().clock().nanoTime();
        long high = call.positionHigh();
        long low = call.positionLow();
        int given;
        if (Arguments.has(request, 3)) {
            given = leases.isTaken(high, low, token, nowNanos) ? LEASE_TAKEN : LEASE_NONE;
        } else {
            given = leases.take(high, low, token, nowNanos) ? LEASE_GIVEN : LEASE_TAKEN;
        }
        call.out().integer(given);
    }
}
