package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.manual.KeyUse;
import io.kvorum.server.command.manual.Manual;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** COMMAND GETKEYS and GETKEYSANDFLAGS: the keys of a command that a client has in mind, and what it would do with them. */
final class CommandKeys {
    /** Where the command begins behind COMMAND GETKEYS. */
    private static final int FROM = 2;

    private static final List<byte[]> READING_SET =
            List.of(ascii("GET"), ascii("IFEQ"), ascii("IFNE"), ascii("IFDEQ"), ascii("IFDNE"));
    private static final int SET_OPTIONS = 3;
    private static final byte[] GET = ascii("GET");
    private static final byte[] OVERFLOW = ascii("OVERFLOW");
    private static final int BITFIELD_OPERATIONS = 2;
    private static final int GET_WORDS = 3;

    private CommandKeys() {}

    static void answer(Call call, boolean withFlags) {
        RespRequest request = call.request();
        TableRow row = call.loop().table().find(request, FROM);
        if (row != null && row.subcommands() != null && request.argumentCount() > FROM + 1) {
            row = row.subcommands().find(request.array(), request.offset(FROM + 1), request.length(FROM + 1));
        }
        if (row == null) {
            call.out().error("ERR Invalid command specified");
            return;
        }
        Command command = row.command();
        int count = request.argumentCount() - FROM;
        List<KeyUse> uses = Manual.current().of(command.name()).keys().stream()
                .filter(KeyUse::areKeys)
                .toList();
        if (uses.isEmpty()) {
            call.out().error("ERR The command has no key arguments");
        } else if (!command.allows(count)) {
            call.out().error("ERR Invalid number of arguments specified for command");
        } else {
            List<RedisMessage> keys = new ArrayList<>();
            for (KeyUse use : uses) {
                RedisMessage flags = CommandCommands.words(use.isVariable() ? flagsOf(command, request) : use.flags());
                int last = last(command, use);
                int end = last < 0 ? count + last : first(command, use) + last;
                for (int i = first(command, use); i <= end && i < count; i += command.keyStep()) {
                    RedisMessage key = new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(request.copy(FROM + i)));
                    keys.add(withFlags ? new ArrayRedisMessage(List.of(key, flags)) : key);
                }
            }
            call.out().message(new ArrayRedisMessage(keys));
        }
    }

    /** The index of the first key of a use. */
    static int first(Command command, KeyUse use) {
        return use.first() == 0 ? command.firstKey() : use.first();
    }

    /** The index of the last one, counted from the first; if negative, from the end. */
    static int last(Command command, KeyUse use) {
        if (use.first() != 0) {
            return use.last();
        }
        return command.lastKey() < 0 ? command.lastKey() : command.lastKey() - command.firstKey();
    }

    /** What this very request does with its key, of SET and BITFIELD: it goes by the options. */
    private static List<String> flagsOf(Command command, RespRequest request) {
        if (command.name().equals("set")) {
            return isReadingSet(request) ? List.of("RW", "access", "update") : List.of("OW", "update");
        }
        return isReadingBitField(request) ? List.of("RO", "access") : List.of("RW", "access", "update");
    }

    private static boolean isReadingSet(RespRequest request) {
        for (int i = FROM + SET_OPTIONS; i < request.argumentCount(); i++) {
            for (byte[] word : READING_SET) {
                if (request.matches(i, word)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isReadingBitField(RespRequest request) {
        int i = FROM + BITFIELD_OPERATIONS;
        while (i < request.argumentCount()) {
            boolean get = request.matches(i, GET) && i + GET_WORDS <= request.argumentCount();
            if (!get && !(request.matches(i, OVERFLOW) && i + 1 < request.argumentCount())) {
                return false;
            }
            i += get ? GET_WORDS : 2;
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
