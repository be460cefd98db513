package io.kvorum.server.command.memcached;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.memcached.McRequest;
import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.CommandTable;
import java.util.Arrays;

/**
 * From a request to its first step: which command, and its arguments, which are slices of the request. Owned by its loop;
 * a step is valid until the next is made of the same kind.
 */
final class McSteps {
    private static final byte[] NOTHING = {};

    /** The mode, and anything where anything does. */
    private static final byte[] ADD = "add".getBytes(US_ASCII);

    private final RespRequestBuilder first = new RespRequestBuilder();
    private final Command get;
    private final Command getValue;
    private final Command getMany;
    private final Command touch;
    private final Command touchMany;
    private final Command set;
    private final Command store;
    private final Command delete;
    private final Command arithmetic;
    private final Command lease;
    private final Command flush;

    McSteps(CommandTable table) {
        get = table.require(McCommands.GET);
        getValue = table.require(McCommands.GET_VALUE);
        getMany = table.require(McCommands.GET_MANY);
        touch = table.require(McCommands.TOUCH);
        touchMany = table.require(McCommands.TOUCH_MANY);
        set = table.require(McCommands.SET);
        store = table.require(McCommands.STORE);
        delete = table.require(McCommands.DELETE);
        arithmetic = table.require(McCommands.ARITHMETIC);
        lease = table.require(McCommands.LEASE);
        flush = table.require("flushall");
    }

    /** The command of the first step. */
    Command commandOf(McRequest request) {
        return switch (request.verb()) {
            case GET, GETS -> request.keyCount() > 1 ? getMany : getValue;
            case GAT, GATS -> request.keyCount() > 1 ? touchMany : touch;
            case TOUCH -> touch;
            case META_GET -> request.findFlag('T') >= 0 ? touch : get;
            case META_DEBUG -> get;
            case SET -> set;
            case META_SET -> isPlainSet(request) ? set : store;
            case ADD, REPLACE, APPEND, PREPEND, CAS -> store;
            case DELETE, META_DELETE -> delete;
            case INCR, DECR, META_ARITHMETIC -> arithmetic;
            case FLUSH_ALL -> flush;
            default -> throw new IllegalArgumentException(request + " takes no step");
        };
    }

    /** Whether nothing is asked of what there is: then it can be made by any owner. */
    private static boolean isPlainSet(McRequest request) {
        return request.findFlag('C') < 0
                && StoreMode.of(request.array(), offsetOf(request, 'M', 0), lengthOf(request, 'M', 0)) == StoreMode.SET;
    }

    /** The arguments of the first step. */
    RespRequest stepOf(McRequest request) {
        first.begin(request.array());
        word(request, 0);
        switch (request.verb()) {
            case GET, GETS -> {
                int end = request.firstKey() + request.keyCount();
                for (int key = request.firstKey(); key < end; key++) {
                    word(request, key);
                }
            }
            case GAT, GATS -> {
                if (request.keyCount() > 1) {
                    return touchMany(request);
                }
                word(request, 2).word(request, 1).word(request, 0);
            }
            case TOUCH -> word(request, 1).word(request, 2);
            case META_GET -> read(first, request);
            case META_DEBUG -> word(request, 1).nothing().word(request, 0);
            case DELETE -> word(request, 1);
            case SET -> value(request, 2, 3);
            case ADD, REPLACE, APPEND, PREPEND -> value(request, 2, 3).word(request, 0);
            case CAS -> value(request, 2, 3).word(request, 0).word(request, 5);
            case META_SET -> {
                first.add(request.offset(1), request.length(1)).add(request.valueOffset(), request.valueLength());
                token(request, 'F').token(request, 'T');
                if (!isPlainSet(request)) {
                    flag(request, 'M').token(request, 'C').token(request, 'N');
                }
            }
            case META_DELETE ->
                word(request, 1).token(request, 'C').flag(request, 'x').token(request, 'T');
            case INCR, DECR -> word(request, 1).word(request, 0).word(request, 2);
            case META_ARITHMETIC ->
                word(request, 1)
                        .flag(request, 'M')
                        .token(request, 'D')
                        .token(request, 'C')
                        .token(request, 'N')
                        .token(request, 'J')
                        .token(request, 'T');
            case FLUSH_ALL -> {}
            default -> throw new IllegalArgumentException(request + " takes no step");
        }
        return first.request();
    }

    /** The arguments of steps on many keys lie in their order: they may be kept while the first ones run. */
    private static RespRequest touchMany(McRequest request) {
        byte[] time = bytes(request, 1, 0);
        byte[][] arguments = new byte[1 + 3 * request.keyCount()][];
        arguments[0] = NOTHING;
        for (int i = 0; i < request.keyCount(); i++) {
            arguments[1 + 3 * i] = bytes(request, request.firstKey() + i, 0);
            arguments[2 + 3 * i] = time;
            arguments[3 + 3 * i] = ADD;
        }
        return joined(arguments);
    }

    /** To read once more what {@code mg} asked for. */
    RespRequest readAgain(McRequest request) {
        RespRequestBuilder again = new RespRequestBuilder().begin(request.array());
        again.add(request.offset(0), request.length(0));
        read(again, request);
        return again.request();
    }

    Command flush() {
        return flush;
    }

    Command store() {
        return store;
    }

    Command lease() {
        return lease;
    }

    /** To add an empty item, which ends when the flag {@code N} says. */
    RespRequest vivify(McRequest request, int flag) {
        int key = request.firstKey();
        return joined(NOTHING, bytes(request, key, 0), NOTHING, NOTHING, bytes(request, flag, 1), ADD);
    }

    /** To ask for the lease of an item, or about it. */
    RespRequest askForLease(McRequest request, long token, boolean onlyAsks) {
        byte[] text = Long.toUnsignedString(token).getBytes(US_ASCII);
        return joined(NOTHING, bytes(request, request.firstKey(), 0), text, onlyAsks ? ADD : NOTHING);
    }

    private static void read(RespRequestBuilder into, McRequest request) {
        into.add(request.offset(1), request.length(1));
        int time = request.findFlag('T');
        if (time >= 0) {
            into.add(request.offset(time) + 1, request.length(time) - 1);
        }
        int value = request.findFlag('v');
        int last = request.findFlag('l');
        if (value >= 0) {
            into.add(request.offset(value), 1);
        } else if (last >= 0) {
            into.add(0, 0);
        }
        if (last >= 0) {
            into.add(request.offset(last), 1);
        }
    }

    private McSteps value(McRequest request, int flags, int time) {
        first.add(request.offset(1), request.length(1)).add(request.valueOffset(), request.valueLength());
        return word(request, flags).word(request, time);
    }

    private McSteps word(McRequest request, int word) {
        first.add(request.offset(word), request.length(word));
        return this;
    }

    private McSteps nothing() {
        first.add(0, 0);
        return this;
    }

    /** A whole flag, or nothing. */
    private McSteps flag(McRequest request, char letter) {
        first.add(offsetOf(request, letter, 0), lengthOf(request, letter, 0));
        return this;
    }

    /** What stands behind a flag's letter, or nothing. */
    private McSteps token(McRequest request, char letter) {
        first.add(offsetOf(request, letter, 1), lengthOf(request, letter, 1));
        return this;
    }

    private static int offsetOf(McRequest request, char letter, int skipped) {
        int word = request.findFlag(letter);
        return word < 0 ? 0 : request.offset(word) + skipped;
    }

    private static int lengthOf(McRequest request, char letter, int skipped) {
        int word = request.findFlag(letter);
        return word < 0 ? 0 : request.length(word) - skipped;
    }

    static byte[] bytes(McRequest request, int word, int skipped) {
        int offset = request.offset(word);
        return Arrays.copyOfRange(request.array(), offset + skipped, offset + request.length(word));
    }

    /** Puts a request together from arrays. */
    private static RespRequest joined(byte[]... arguments) {
        int total = 0;
        for (byte[] argument : arguments) {
            total += argument.length;
        }
        byte[] array = new byte[total];
        RespRequestBuilder builder = new RespRequestBuilder().begin(array);
        int at = 0;
        for (byte[] argument : arguments) {
            System.arraycopy(argument, 0, array, at, argument.length);
            builder.add(at, argument.length);
            at += argument.length;
        }
        return builder.request();
    }
}
