package io.kvorum.codec.resp;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extended multi-bulk: {@code [context, [value, …]]}, what those get who ask for versions.
 *
 * <p>The context says what the reader has seen; a write that carries it back supersedes exactly that. Values are the
 * siblings, newest first, each a bulk string or, where details are asked for, an array.
 *
 * @param context printable ASCII, or null where the key was never written
 * @param values the live siblings; none of an absent, deleted or expired key
 */
public record ExtendedMultiBulk(@Nullable String context, List<RedisMessage> values) implements RedisMessage {
    /** Never written: {@code [nil, []]}. */
    public static final ExtendedMultiBulk ABSENT = new ExtendedMultiBulk(null, List.of());

    /** Copies the list, not what is in it. */
    public ExtendedMultiBulk {
        values = List.copyOf(values);
    }

    /** Siblings that are plain bulk strings; their bytes are not copied. */
    public static ExtendedMultiBulk ofBytes(String context, List<byte[]> values) {
        return new ExtendedMultiBulk(
                context, values.stream().map(ExtendedMultiBulk::bulk).toList());
    }

    /** The same in codec-redis's messages alone. */
    public ArrayRedisMessage toArray() {
        RedisMessage first = context == null
                ? FullBulkStringRedisMessage.NULL_INSTANCE
                : bulk(context.getBytes(StandardCharsets.US_ASCII));
        return new ArrayRedisMessage(List.of(first, new ArrayRedisMessage(values)));
    }

    private static RedisMessage bulk(byte[] bytes) {
        return new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(bytes));
    }
}
