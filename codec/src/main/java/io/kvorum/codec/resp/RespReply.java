package io.kvorum.codec.resp;

import io.kvorum.codec.resp.Resp3Messages.AggregateMessage;
import io.kvorum.codec.resp.Resp3Messages.BigNumberMessage;
import io.kvorum.codec.resp.Resp3Messages.BlobErrorMessage;
import io.kvorum.codec.resp.Resp3Messages.BooleanMessage;
import io.kvorum.codec.resp.Resp3Messages.DoubleMessage;
import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.NullMessage;
import io.kvorum.codec.resp.Resp3Messages.PushMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.Resp3Messages.VerbatimMessage;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reply as a plain immutable value, for tools and tests: no buffers, nothing to release, the same for RESP2 and RESP3
 * where they say the same. {@link #toString} shows it as {@code redis-cli} does.
 */
public final class RespReply {
    /** What a reply can be. */
    public enum Kind {
        /** No value, or no array. */
        NIL,
        /** A status line. */
        STATUS,
        /** An error; {@link RespReply#asString} is its code and text. */
        ERROR,
        /** A bulk string or verbatim text. */
        BULK,
        /** A 64-bit integer. */
        INTEGER,
        /** A double. */
        DOUBLE,
        /** A truth value. */
        BOOLEAN,
        /** An integer of any size, as decimal text. */
        BIG_NUMBER,
        /** Elements in order. */
        ARRAY,
        /** Elements in no order. */
        SET,
        /** Keys and values in turn. */
        MAP,
        /** Elements of a message that answers no request. */
        PUSH
    }

    private static final byte[] NO_BYTES = {};
    private static final RespReply NIL = new RespReply(Kind.NIL, NO_BYTES, 0, List.of());

    private final Kind kind;
    private final byte[] bytes;
    private final double number;
    private final List<RespReply> items;

    private RespReply(Kind kind, byte[] bytes, double number, List<RespReply> items) {
        this.kind = kind;
        this.bytes = bytes;
        this.number = number;
        this.items = items;
    }

    /**
     * The same as a value. It releases the message.
     *
     * @throws IllegalArgumentException if the message is no whole reply
     */
    public static RespReply of(RedisMessage message) {
        try {
            return copy(message);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** What this is. */
    public Kind kind() {
        return kind;
    }

    /** Whether there is no value. */
    public boolean isNil() {
        return kind == Kind.NIL;
    }

    /** Whether it is an error. */
    public boolean isError() {
        return kind == Kind.ERROR;
    }

    /** Whether it is an error of this code, its first word. */
    public boolean isError(String code) {
        return isError() && (asString().equals(code) || asString().startsWith(code + " "));
    }

    /** The bytes of a bulk string; of any other scalar its text; empty for nil and aggregates. */
    public byte[] asBytes() {
        return bytes.clone();
    }

    /** The text of any scalar, bytes read as UTF-8; empty for nil and aggregates. */
    public String asString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The integer: of an integer, a boolean (1 or 0), or text that is one.
     *
     * @throws NumberFormatException if it is not one
     */
    public long asLong() {
        return kind == Kind.BOOLEAN ? (long) number : Long.parseLong(asString());
    }

    /**
     * The number: of a double, an integer, or text that is one.
     *
     * @throws NumberFormatException if it is not one
     */
    public double asDouble() {
        return kind == Kind.DOUBLE ? number : Double.parseDouble(asString());
    }

    /** The truth: of a boolean, or whether an integer is not 0. */
    public boolean asBoolean() {
        return asLong() != 0;
    }

    /** The elements; of a map keys and values in turn, as RESP2 has them; none of a scalar. */
    public List<RespReply> items() {
        return items;
    }

    /** The element at the index. */
    public RespReply item(int index) {
        return items.get(index);
    }

    /** The value behind the first key of this text, in a map or in RESP2's array of keys and values; null if none. */
    public @Nullable RespReply value(String key) {
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (items.get(i).asString().equals(key)) {
                return items.get(i + 1);
            }
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RespReply that
                && kind == that.kind
                && Arrays.equals(bytes, that.bytes)
                && items.equals(that.items);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * kind.hashCode() + Arrays.hashCode(bytes)) + items.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        show(out, "");
        return out.toString();
    }

    private void show(StringBuilder out, String indent) {
        switch (kind) {
            case NIL -> out.append("(nil)");
            case STATUS -> out.append(asString());
            case ERROR -> out.append("(error) ").append(asString());
            case BULK -> quote(out);
            case INTEGER -> out.append("(integer) ").append(asString());
            case DOUBLE -> out.append("(double) ").append(asString());
            case BOOLEAN -> out.append(number != 0 ? "(true)" : "(false)");
            case BIG_NUMBER -> out.append(asString());
            case ARRAY, SET, MAP, PUSH -> showItems(out, indent);
        }
    }

    private void showItems(StringBuilder out, String indent) {
        if (items.isEmpty()) {
            out.append("(empty ")
                    .append(kind == Kind.MAP ? "hash" : kind == Kind.SET ? "set" : "array")
                    .append(')');
            return;
        }
        boolean pairs = kind == Kind.MAP;
        char mark = pairs ? '#' : kind == Kind.SET ? '~' : ')';
        int count = pairs ? items.size() / 2 : items.size();
        int width = String.valueOf(count).length();
        for (int i = 0; i < count; i++) {
            String label = " ".repeat(width - String.valueOf(i + 1).length()) + (i + 1) + mark + " ";
            String deeper = indent + " ".repeat(label.length());
            out.append(i == 0 ? "" : "\n" + indent).append(label);
            items.get(pairs ? 2 * i : i).show(out, deeper);
            if (pairs) {
                out.append(" => ");
                items.get(2 * i + 1).show(out, deeper);
            }
        }
    }

    private void quote(StringBuilder out) {
        out.append('"');
        for (byte b : bytes) {
            switch (b) {
                case '\\', '"' -> out.append('\\').append((char) b);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                default -> {
                    if (b >= ' ' && b < 0x7F) {
                        out.append((char) b);
                    } else {
                        out.append("\\x")
                                .append(Character.forDigit(b >> 4 & 0xF, 16))
                                .append(Character.forDigit(b & 0xF, 16));
                    }
                }
            }
        }
        out.append('"');
    }

    private static RespReply copy(RedisMessage message) {
        if (message instanceof FullBulkStringRedisMessage bulk) {
            return bulk.isNull() ? NIL : new RespReply(Kind.BULK, ByteBufUtil.getBytes(bulk.content()), 0, List.of());
        } else if (message instanceof IntegerRedisMessage integer) {
            return text(Kind.INTEGER, String.valueOf(integer.value()));
        } else if (message instanceof SimpleStringRedisMessage simple) {
            return text(Kind.STATUS, simple.content());
        } else if (message instanceof ErrorRedisMessage error) {
            return text(Kind.ERROR, error.content());
        } else if (message instanceof ArrayRedisMessage array) {
            return array.isNull() ? NIL : items(Kind.ARRAY, array.children());
        } else if (message instanceof ExtendedMultiBulk extended) {
            return of(extended.toArray());
        } else if (message instanceof AggregateMessage aggregate) {
            return items(kindOf(aggregate), aggregate.children());
        }
        return copyScalar(message);
    }

    private static RespReply copyScalar(RedisMessage message) {
        if (message instanceof NullMessage) {
            return NIL;
        } else if (message instanceof DoubleMessage real) {
            byte[] shown = RespNumbers.formatDouble(real.value()).getBytes(StandardCharsets.US_ASCII);
            return new RespReply(Kind.DOUBLE, shown, real.value(), List.of());
        } else if (message instanceof BooleanMessage truth) {
            byte[] shown = (truth.value() ? "true" : "false").getBytes(StandardCharsets.US_ASCII);
            return new RespReply(Kind.BOOLEAN, shown, truth.value() ? 1 : 0, List.of());
        } else if (message instanceof BigNumberMessage big) {
            return text(Kind.BIG_NUMBER, big.value().toString());
        } else if (message instanceof VerbatimMessage verbatim) {
            return text(Kind.BULK, verbatim.content());
        } else if (message instanceof BlobErrorMessage error) {
            return text(Kind.ERROR, error.content());
        }
        throw new IllegalArgumentException("not a whole reply: " + message);
    }

    private static Kind kindOf(AggregateMessage aggregate) {
        if (aggregate instanceof MapMessage) {
            return Kind.MAP;
        }
        return aggregate instanceof SetMessage ? Kind.SET : aggregate instanceof PushMessage ? Kind.PUSH : Kind.ARRAY;
    }

    private static RespReply text(Kind kind, String text) {
        return new RespReply(kind, text.getBytes(StandardCharsets.UTF_8), 0, List.of());
    }

    private static RespReply items(Kind kind, List<RedisMessage> children) {
        return new RespReply(
                kind, NO_BYTES, 0, children.stream().map(RespReply::copy).toList());
    }
}
