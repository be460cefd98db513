package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandFlag;
import io.kvorum.server.command.CommandGroup;
import io.kvorum.server.command.Route;
import io.kvorum.storage.engine.PartitionScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values as strings of bits. A change writes the value whole, as a SET of it would. */
final class BitCommands {
    static final String OFFSET_INVALID = "ERR bit offset is not an integer or out of range";
    private static final String BIT_INVALID = "ERR bit is not an integer or out of range";
    private static final String NOT_A_BIT = "ERR The bit argument must be 1 or 0.";

    private static final String WRITES =
            "Made and written as a whole value by the first healthy owner of the key, by what "
                    + "R owners know; two may race while nodes disagree about who is healthy, and then both values stay as "
                    + "siblings, of which the newer is shown.";

    private BitCommands() {}

    static List<Command> commands() {
        return List.of(
                row("setbit", 4, "2.2.0", CommandFlag.WRITE, CommandFlag.DENYOOM)
                        .summary("Sets or clears the bit at an offset, and returns the one that was there.")
                        .guarantee(WRITES)
                        .routed(Route.MODIFY)
                        .handledBy(BitCommands::setBit),
                row("getbit", 3, "2.2.0", CommandFlag.READONLY, CommandFlag.FAST)
                        .summary("Returns the bit at an offset; 0 behind the end.")
                        .routed(Route.READ)
                        .handledBy(BitCommands::getBit),
                row("bitcount", -2, "2.6.0", CommandFlag.READONLY)
                        .summary("Counts the bits that are 1, in all of a value or from one byte or bit to another.")
                        .routed(Route.READ)
                        .handledBy(BitCommands::bitCount),
                row("bitpos", -3, "2.8.7", CommandFlag.READONLY)
                        .summary("Returns where the first bit is that is 0, or 1; -1 if there is none.")
                        .routed(Route.READ)
                        .handledBy(BitCommands::bitPos),
                row("bitfield", -2, "3.2.0", CommandFlag.WRITE, CommandFlag.DENYOOM)
                        .summary("Reads, sets and increments integers of any width within a value, in one step.")
                        .guarantee(WRITES + " An increment of a field is part of that value: use INCRBY where none "
                                + "may be lost.")
                        .routed(Route.MODIFY, BitField::route)
                        .handledBy(call -> BitField.run(call, true)),
                row("bitfield_ro", -2, "6.0.0", CommandFlag.READONLY, CommandFlag.FAST)
                        .summary("Reads integers of any width within a value.")
                        .routed(Route.READ)
                        .handledBy(call -> BitField.run(call, false)));
    }

    private static Command.Builder row(String name, int arity, String since, CommandFlag flag, CommandFlag... more) {
        return Command.named(name)
                .arity(arity)
                .keyAt(1)
                .flags(flag, more)
                .group(CommandGroup.BITMAP)
                .since(since)
                .guarantee("As new as GET.");
    }

    /** Whether an argument is an offset of a bit that a value may have. */
    private static boolean isOffset(Call call, int argument) {
        RespRequest request = call.request();
        return request.isLong(argument) && isOffset(call, request.asLong(argument), 1);
    }

    /** Whether the last of some bits that begin at an offset is one that a value may have. */
    static boolean isOffset(Call call, long offset, int bits) {
        long bitsMax = 8L * call.loop().keys().valueBytesMax();
        return offset >= 0 && offset <= bitsMax - bits;
    }

    private static void setBit(Call call) {
        RespRequest request = call.request();
        if (!isOffset(call, 2)) {
            call.out().error(OFFSET_INVALID);
        } else if (!request.isLong(3) || (request.asLong(3) & ~1L) != 0) {
            call.out().error(BIT_INVALID);
        } else {
            call.change(new SetBit(call, request.asLong(2), (int) request.asLong(3)));
        }
    }

    private static void getBit(Call call) {
        if (!isOffset(call, 2)) {
            call.out().error(OFFSET_INVALID);
            return;
        }
        long position = call.request().asLong(2);
        call.read(ValueReply.of((out, live, value) ->
                out.integer(position < 8L * value.length() ? Bits.get(value.array(), value.offset(), position) : 0)));
    }

    private static void bitCount(Call call) {
        RespRequest request = call.request();
        int arguments = request.argumentCount();
        String problem = arguments == 3 || arguments > 5 ? CommandErrors.SYNTAX : BitRange.problem(request, 2, false);
        if (problem != null) {
            call.out().error(problem);
            return;
        }
        BitRange range = BitRange.of(request, 2);
        call.read(ValueReply.of((out, live, value) -> {
            long from = range.firstBit(value.length());
            long to = range.lastBit(value.length());
            boolean empty = range.isCrossed() || from > to;
            out.integer(empty ? 0 : Bits.count(value.array(), value.offset(), from, to));
        }));
    }

    private static void bitPos(Call call) {
        RespRequest request = call.request();
        int arguments = request.argumentCount();
        String problem = null;
        if (!request.isLong(2)) {
            problem = CommandErrors.NOT_AN_INTEGER;
        } else if (request.asLong(2) != 0 && request.asLong(2) != 1) {
            problem = NOT_A_BIT;
        } else {
            problem = arguments > 6 ? CommandErrors.SYNTAX : BitRange.problem(request, 3, true);
        }
        if (problem != null) {
            call.out().error(problem);
            return;
        }
        int bit = (int) request.asLong(2);
        boolean endGiven = arguments > 4;
        BitRange range = BitRange.of(request, 3);
        call.read(ValueReply.of((out, live, value) -> {
            long from = range.firstBit(value.length());
            long to = range.lastBit(value.length());
            if (!live) {
                out.integer(bit == 1 ? -1 : 0);
            } else if (from > to) {
                out.integer(-1);
            } else {
                long found = Bits.find(value.array(), value.offset(), from, to, bit);
                // Without an end the value goes on with zeros.
                out.integer(found < 0 && bit == 0 && !endGiven ? 8L * value.length() : found);
            }
        }));
    }

    private static final class SetBit extends ValueEdit {
        private final long position;
        private final int bit;
        private int before;

        SetBit(Call call, long position, int bit) {
            super(call);
            this.position = position;
            this.bit = bit;
        }

        @Override
        boolean readsBytes() {
            return true;
        }

        @Override
        byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
            boolean inside = position < 8L * old.length();
            before = inside ? Bits.get(old.array(), old.offset(), position) : 0;
            if (inside && before == bit) {
                return current;
            }
            byte[] changed = oldBytes((int) (position >>> 3) + 1);
            Bits.set(changed, 0, position, bit);
            return rewrite(current, scope, changed);
        }

        @Override
        void answer(RespWriter out) {
            out.integer(before);
        }
    }
}
