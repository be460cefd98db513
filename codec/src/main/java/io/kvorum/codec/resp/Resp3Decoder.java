package io.kvorum.codec.resp;

import io.kvorum.codec.resp.Resp3Messages.BigNumberMessage;
import io.kvorum.codec.resp.Resp3Messages.BlobErrorMessage;
import io.kvorum.codec.resp.Resp3Messages.BooleanMessage;
import io.kvorum.codec.resp.Resp3Messages.DoubleMessage;
import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.NullMessage;
import io.kvorum.codec.resp.Resp3Messages.PushMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.Resp3Messages.VerbatimMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisCodecException;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replies, RESP2 and RESP3, to whole trees of messages: codec-redis's own decoder is final and knows RESP2 alone.
 *
 * <p>Owned by one channel's event loop. Bulk strings are copied to the heap, so nobody need release what comes out.
 * Attributes are read and dropped. Lists grow with the elements that arrived. Whatever breaks a limit or the protocol is
 * a {@link RedisCodecException}, after which the channel must be closed.
 */
final class Resp3Decoder extends ByteToMessageDecoder {
    private static final int ATTRIBUTE = '|';
    private static final int INCOMPLETE = -1;

    private final RespLimits limits;
    private final int depthMax;
    private final ArrayDeque<Aggregate> open = new ArrayDeque<>();

    /** How many elements the headers of the current reply have promised so far, nested ones included. */
    private long elementsPromised;

    private boolean failed;

    Resp3Decoder(RespLimits limits, int depthMax) {
        this.limits = limits;
        this.depthMax = depthMax;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            RedisMessage reply = read(in);
            if (reply != null) {
                out.add(reply);
            }
        } catch (RedisCodecException e) {
            failed = true;
            open.clear();
            in.skipBytes(in.readableBytes());
            throw e;
        }
    }

    /** Reads as far as the bytes go; null if no reply is complete yet. */
    private @Nullable RedisMessage read(ByteBuf in) {
        while (true) {
            RedisMessage message = readOne(in);
            if (message == null) {
                return null;
            }
            while (message != null && !open.isEmpty()) {
                message = open.getFirst().add(message);
                if (message != null) {
                    open.removeFirst();
                    // What describes the next message is no message itself.
                    message = message == Aggregate.DROPPED ? null : message;
                }
            }
            if (open.isEmpty()) {
                elementsPromised = 0;
            }
            if (message != null) {
                return message;
            }
        }
    }

    /** One scalar or one complete, empty aggregate; null if there are not enough bytes. Opens other aggregates itself. */
    private @Nullable RedisMessage readOne(ByteBuf in) {
        while (in.isReadable()) {
            int start = in.readerIndex();
            int lineEnd = endOfLine(in, start + 1);
            if (lineEnd == INCOMPLETE) {
                return null;
            }
            int type = in.getByte(start);
            switch (type) {
                case '$', '=', '!' -> {
                    return readBlob(in, type, start, lineEnd);
                }
                case '*', '%', '~', '>', ATTRIBUTE -> {
                    RedisMessage empty = openAggregate(in, type, start, lineEnd);
                    in.readerIndex(lineEnd + 2);
                    if (empty != null) {
                        return empty;
                    }
                }
                default -> {
                    RedisMessage scalar =
                            scalar(type, in.toString(start + 1, lineEnd - start - 1, StandardCharsets.UTF_8));
                    in.readerIndex(lineEnd + 2);
                    return scalar;
                }
            }
        }
        return null;
    }

    private int endOfLine(ByteBuf in, int from) {
        int end = in.indexOf(from, in.writerIndex(), (byte) '\r');
        int length = (end < 0 ? in.writerIndex() : end) - from;
        if (length > limits.inlineBytesMax()) {
            throw new RedisCodecException("line of more than " + limits.inlineBytesMax() + " bytes");
        }
        if (end < 0 || end + 1 >= in.writerIndex()) {
            return INCOMPLETE;
        }
        if (in.getByte(end + 1) != '\n') {
            throw new RedisCodecException("carriage return inside a line");
        }
        return end;
    }

    private @Nullable RedisMessage readBlob(ByteBuf in, int type, int start, int lineEnd) {
        long length = length(in, start, lineEnd, limits.bulkBytesMax());
        if (length < 0) {
            in.readerIndex(lineEnd + 2);
            return FullBulkStringRedisMessage.NULL_INSTANCE;
        }
        int from = lineEnd + 2;
        if (in.writerIndex() - from < length + 2) {
            return null;
        }
        byte[] bytes = ByteBufUtil.getBytes(in, from, (int) length, true);
        in.readerIndex(from + bytes.length + 2);
        if (in.getByte(from + bytes.length) != '\r' || in.getByte(from + bytes.length + 1) != '\n') {
            throw new RedisCodecException("no line end after " + length + " bytes");
        }
        if (type == '$') {
            return new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(bytes));
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (type == '!') {
            return new BlobErrorMessage(text);
        }
        if (text.length() < 4 || text.charAt(3) != ':') {
            throw new RedisCodecException("verbatim text without a format");
        }
        return new VerbatimMessage(text.substring(0, 3), text.substring(4));
    }

    private @Nullable RedisMessage openAggregate(ByteBuf in, int type, int start, int lineEnd) {
        long length = length(in, start, lineEnd, limits.argumentsMax());
        if (length < 0) {
            return ArrayRedisMessage.NULL_INSTANCE;
        }
        int elements = (int) (type == '%' || type == ATTRIBUTE ? 2 * length : length);
        elementsPromised += elements;
        if (elementsPromised > limits.argumentsMax()) {
            throw new RedisCodecException("reply of more than " + limits.argumentsMax() + " elements");
        }
        if (elements == 0) {
            return type == ATTRIBUTE ? null : Aggregate.build(type, List.of());
        }
        if (open.size() == depthMax) {
            throw new RedisCodecException("reply nested deeper than " + depthMax);
        }
        open.addFirst(new Aggregate(type, elements));
        return null;
    }

    /** The length in a header line: -1 for none where RESP2 has that, else 0 to {@code max}. */
    private static long length(ByteBuf in, int start, int lineEnd, int max) {
        byte[] line = ByteBufUtil.getBytes(in, start, lineEnd - start, true);
        if (!RespNumbers.isLong(line, 1, line.length - 1)) {
            throw new RedisCodecException("no length: " + new String(line, StandardCharsets.ISO_8859_1));
        }
        long length = RespNumbers.parseLong(line, 1, line.length - 1);
        boolean none = length == -1 && (line[0] == '$' || line[0] == '*');
        if ((length < 0 && !none) || length > max) {
            throw new RedisCodecException("length " + length + ", at most " + max);
        }
        return length;
    }

    private static RedisMessage scalar(int type, String text) {
        try {
            return switch (type) {
                case '+' -> new SimpleStringRedisMessage(text);
                case '-' -> new ErrorRedisMessage(text);
                case ':' -> new IntegerRedisMessage(Long.parseLong(text));
                case '_' -> NullMessage.INSTANCE;
                case '#' -> new BooleanMessage(truth(text));
                case ',' -> new DoubleMessage(real(text));
                case '(' -> new BigNumberMessage(new BigInteger(text));
                default -> throw new RedisCodecException("unknown type of reply: " + (char) (type & 0xFF));
            };
        } catch (NumberFormatException e) {
            throw new RedisCodecException(e);
        }
    }

    private static boolean truth(String text) {
        if (!text.equals("t") && !text.equals("f")) {
            throw new RedisCodecException("a boolean that is neither t nor f");
        }
        return text.equals("t");
    }

    private static double real(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan", "-nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    /** An aggregate whose elements are still coming. */
    private static final class Aggregate {
        static final RedisMessage DROPPED = new RedisMessage() {};

        private final int type;
        private final int expected;
        private final List<RedisMessage> elements = new ArrayList<>(4);

        Aggregate(int type, int expected) {
            this.type = type;
            this.expected = expected;
        }

        /** Adds an element; returns the aggregate once it is complete, else null. */
        @Nullable
        RedisMessage add(RedisMessage element) {
            elements.add(element);
            if (elements.size() < expected) {
                return null;
            }
            return type == ATTRIBUTE ? DROPPED : build(type, elements);
        }

        static RedisMessage build(int type, List<RedisMessage> elements) {
            return switch (type) {
                case '%' -> new MapMessage(elements);
                case '~' -> new SetMessage(elements);
                case '>' -> new PushMessage(elements);
                default -> new ArrayRedisMessage(elements);
            };
        }
    }
}
