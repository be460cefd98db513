package io.kvorum.codec.resp;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The handlers of a Redis client, for our own tools and tests: commands out through codec-redis's encoder, replies in,
 * of RESP2 and RESP3, as whole {@link RedisMessage}s. {@link RespReply} makes them readable.
 */
public final class RespClientPipeline {
    /** Deeper nesting than any reply of ours has. */
    public static final int DEPTH_MAX = 32;

    private RespClientPipeline() {}

    /**
     * Adds the handlers at the pipeline's end. After a {@link io.netty.handler.codec.DecoderException} the channel must
     * be closed: where the next reply begins is not known.
     */
    public static void addTo(ChannelPipeline pipeline, RespLimits limits) {
        pipeline.addLast("resp-encoder", new RedisEncoder());
        pipeline.addLast("resp-decoder", new Resp3Decoder(limits, DEPTH_MAX));
    }

    /** A command of text, sent as UTF-8. */
    public static RedisMessage command(String... words) {
        List<RedisMessage> arguments = new ArrayList<>(words.length);
        for (String word : words) {
            arguments.add(bulk(word.getBytes(StandardCharsets.UTF_8)));
        }
        return new ArrayRedisMessage(arguments);
    }

    /** A command whose arguments are bytes; they are not copied. */
    public static RedisMessage command(List<byte[]> words) {
        return new ArrayRedisMessage(
                words.stream().map(RespClientPipeline::bulk).toList());
    }

    private static RedisMessage bulk(byte[] bytes) {
        return new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(bytes));
    }
}
