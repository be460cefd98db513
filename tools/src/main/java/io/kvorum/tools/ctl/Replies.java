package io.kvorum.tools.ctl;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespReply.Kind;
import io.kvorum.tools.console.Quoting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads replies: maps of RESP3 and the arrays that stand for them in RESP2, scalars as text and as JSON. */
final class Replies {
    private Replies() {}

    /**
     * The fields of a map, in the server's order.
     *
     * @throws CtlException if the reply is no map, nor an array of keys and values
     */
    static Map<String, RespReply> fields(RespReply reply, String what) {
        boolean pairs = reply.kind() == Kind.MAP || reply.kind() == Kind.ARRAY;
        if (!pairs || reply.items().size() % 2 != 0) {
            throw CtlException.unexpected(what + " should be a map");
        }
        Map<String, RespReply> fields = new LinkedHashMap<>();
        for (int i = 0; i < reply.items().size(); i += 2) {
            fields.put(reply.item(i).asString(), reply.item(i + 1));
        }
        return fields;
    }

    /**
     * The elements of an array or set.
     *
     * @throws CtlException if the reply is neither, or has fewer elements than it must
     */
    static List<RespReply> items(@Nullable RespReply reply, int least, String what) {
        if (reply == null || (reply.kind() != Kind.ARRAY && reply.kind() != Kind.SET)) {
            throw CtlException.unexpected(what + " should be an array");
        }
        if (reply.items().size() < least) {
            throw CtlException.unexpected(what + " should have " + least + " elements");
        }
        return reply.items();
    }

    /**
     * An integer.
     *
     * @throws CtlException if the reply is none
     */
    static long number(RespReply reply, String what) {
        try {
            return reply.asLong();
        } catch (NumberFormatException notNumber) {
            throw CtlException.unexpected(what + " should be a number");
        }
    }

    /** A scalar in a line of text: names and numbers as they are, other bytes quoted. */
    static String text(RespReply reply) {
        if (reply.isNil()) {
            return "-";
        }
        byte[] bytes = reply.asBytes();
        boolean plain = bytes.length > 0;
        for (byte value : bytes) {
            plain &= value > ' ' && value < 0x7f && value != '"';
        }
        String quoted = Quoting.quote(bytes);
        // A sentence needs no quotes either, as long as it is printable.
        boolean sentence = quoted.length() == bytes.length + 2 && bytes.length > 0;
        return plain || sentence ? reply.asString() : quoted;
    }

    /** Any reply as JSON; a RESP2 array stays an array. */
    static @Nullable Object json(RespReply reply) {
        return switch (reply.kind()) {
            case NIL -> null;
            case INTEGER -> reply.asLong();
            case DOUBLE -> reply.asDouble();
            case BOOLEAN -> reply.asBoolean();
            case STATUS, ERROR, BIG_NUMBER -> reply.asString();
            case BULK -> reply.asBytes();
            case MAP -> json(fields(reply, "a map"));
            case ARRAY, SET, PUSH -> {
                List<@Nullable Object> list = new ArrayList<>();
                reply.items().forEach(item -> list.add(json(item)));
                yield list;
            }
        };
    }

    static Map<String, @Nullable Object> json(Map<String, RespReply> fields) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        fields.forEach((name, value) -> map.put(name, json(value)));
        return map;
    }
}
