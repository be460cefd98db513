package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespNumbers;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.Route;
import io.kvorum.storage.engine.PartitionScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** BITFIELD: integers of one to 64 bits anywhere within a value, read and changed in the order of the arguments. */
final class BitField {
    private static final byte[] GET = "GET".getBytes(US_ASCII);
    private static final byte[] SET = "SET".getBytes(US_ASCII);
    private static final byte[] INCRBY = "INCRBY".getBytes(US_ASCII);
    private static final byte[] OVERFLOW = "OVERFLOW".getBytes(US_ASCII);
    private static final byte[] WRAP = "WRAP".getBytes(US_ASCII);
    private static final byte[] SAT = "SAT".getBytes(US_ASCII);
    private static final byte[] FAIL = "FAIL".getBytes(US_ASCII);

    private static final String TYPE_INVALID =
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is " + "not supported but i64 is.";
    private static final String OVERFLOW_INVALID = "ERR Invalid OVERFLOW type specified";
    private static final String READS_ALONE = "ERR BITFIELD_RO only supports the GET subcommand";

    private BitField() {}

    /** What is done with a field. */
    enum Action {
        GET,
        SET,
        INCRBY
    }

    /** One of the request's operations. */
    record Operation(Action action, BitInteger type, long position, long operand, BitInteger.Overflow overflow) {
        long end() {
            return position + type.bits();
        }
    }

    /** A BITFIELD that only reads is a read. Words of a wrong request may lead anywhere: the handler refuses it. */
    static Route route(RespRequest request) {
        for (int i = 2; i < request.argumentCount(); i += 3) {
            if (!request.matches(i, GET)) {
                return Route.MODIFY;
            }
        }
        return Route.READ;
    }

    static void run(Call call, boolean mayWrite) {
        List<Operation> operations = new ArrayList<>();
        String problem = parse(call, operations, mayWrite);
        if (problem != null) {
            call.out().error(problem);
            return;
        }
        boolean reads = operations.stream().allMatch(operation -> operation.action == Action.GET);
        if (reads && call.route() == Route.READ) {
            call.read(ValueReply.of((out, live, value) -> {
                out.array(operations.size());
                for (Operation operation : operations) {
                    out.integer(operation.type.read(value.array(), value.offset(), value.length(), operation.position));
                }
            }));
        } else {
            call.change(new Edit(call, operations));
        }
    }

    /** Adds the request's operations; returns what is wrong with it, or null. */
    private static @Nullable String parse(Call call, List<Operation> to, boolean mayWrite) {
        RespRequest request = call.request();
        BitInteger.Overflow overflow = BitInteger.Overflow.WRAP;
        int arguments = request.argumentCount();
        int at = 2;
        while (at < arguments) {
            int left = arguments - at - 1;
            if (request.matches(at, OVERFLOW) && left >= 1) {
                overflow = overflow(request, at + 1);
                if (overflow == null) {
                    return OVERFLOW_INVALID;
                }
                at += 2;
                continue;
            }
            Action action = action(request, at, left);
            if (action == null) {
                return CommandErrors.SYNTAX;
            }
            BitInteger type = BitInteger.parse(request.array(), request.offset(at + 1), request.length(at + 1));
            if (type == null) {
                return TYPE_INVALID;
            }
            long position = position(call, at + 2, type.bits());
            if (position < 0) {
                return BitCommands.OFFSET_INVALID;
            }
            boolean writes = action != Action.GET;
            if (writes && !mayWrite) {
                return READS_ALONE;
            }
            if (writes && !request.isLong(at + 3)) {
                return CommandErrors.NOT_AN_INTEGER;
            }
            to.add(new Operation(action, type, position, writes ? request.asLong(at + 3) : 0, overflow));
            at += writes ? 4 : 3;
        }
        return null;
    }

    private static @Nullable Action action(RespRequest request, int at, int left) {
        if (left >= 2 && request.matches(at, GET)) {
            return Action.GET;
        }
        if (left >= 3 && request.matches(at, SET)) {
            return Action.SET;
        }
        return left >= 3 && request.matches(at, INCRBY) ? Action.INCRBY : null;
    }

    private static BitInteger.@Nullable Overflow overflow(RespRequest request, int at) {
        if (request.matches(at, WRAP)) {
            return BitInteger.Overflow.WRAP;
        }
        if (request.matches(at, SAT)) {
            return BitInteger.Overflow.SAT;
        }
        return request.matches(at, FAIL) ? BitInteger.Overflow.FAIL : null;
    }

    /** Where a field begins: in bits, or behind {@code #} in fields of its size; -1 if no value may be so long. */
    private static long position(Call call, int argument, int bits) {
        RespRequest request = call.request();
        byte[] array = request.array();
        int offset = request.offset(argument);
        int length = request.length(argument);
        boolean inFields = length > 0 && array[offset] == '#';
        int skipped = inFields ? 1 : 0;
        if (!RespNumbers.isLong(array, offset + skipped, length - skipped)) {
            return -1;
        }
        long number = RespNumbers.parseLong(array, offset + skipped, length - skipped);
        if (number < 0 || (inFields && number > Long.MAX_VALUE / bits)) {
            return -1;
        }
        long position = inFields ? number * bits : number;
        return BitCommands.isOffset(call, position, bits) ? position : -1;
    }

    private static final class Edit extends ValueEdit {
        private final List<Operation> operations;
        private final int bytesNeeded;
        private final boolean writes;
        private final List<@Nullable Long> results = new ArrayList<>();

        Edit(Call call, List<Operation> operations) {
            super(call);
            this.operations = operations;
            long end = 0;
            boolean anyWrites = false;
            for (Operation operation : operations) {
                if (operation.action != Action.GET) {
                    anyWrites = true;
                    end = Math.max(end, operation.end());
                }
            }
            this.bytesNeeded = (int) ((end + 7) >>> 3);
            this.writes = anyWrites;
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            results.clear();
            byte[] bytes = oldBytes(bytesNeeded);
            for (Operation operation : operations) {
                results.add(run(operation, bytes));
            }
            return writes ? rewrite(current, scope, bytes) : current;
        }

        private static @Nullable Long run(Operation operation, byte[] bytes) {
            BitInteger type = operation.type;
            long before = type.read(bytes, 0, bytes.length, operation.position);
            if (operation.action == Action.GET) {
                return before;
            }
            boolean sets = operation.action == Action.SET;
            long from = sets ? operation.operand : before;
            long delta = sets ? 0 : operation.operand;
            if (operation.overflow == BitInteger.Overflow.FAIL && type.overflows(from, delta) != 0) {
                return null;
            }
            long after = type.sum(from, delta, operation.overflow);
            Bits.putNumber(bytes, 0, operation.position, type.bits(), after);
            return sets ? before : after;
        }

        @Override
        void answer(RespWriter out) {
            out.array(results.size());
            for (Long result : results) {
                if (result == null) {
                    out.nil();
                } else {
                    out.integer(result);
                }
            }
        }
    }
}
