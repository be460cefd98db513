package io.kvorum.codec.resp;

import io.kvorum.codec.resp.Resp3Messages.AggregateMessage;
import io.kvorum.codec.resp.Resp3Messages.BigNumberMessage;
import io.kvorum.codec.resp.Resp3Messages.BlobErrorMessage;
import io.kvorum.codec.resp.Resp3Messages.BooleanMessage;
import io.kvorum.codec.resp.Resp3Messages.DoubleMessage;
import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.NullMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.Resp3Messages.VerbatimMessage;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.util.List;

/** Walks a tree of messages for {@link RespWriter#message}. Stateless. */
final class MessageWriter {
    private MessageWriter() {}

    /** @throws IllegalArgumentException if the tree holds a message that is no whole reply */
    static void write(RedisMessage message, RespWriter to) {
        if (message instanceof FullBulkStringRedisMessage bulk) {
            writeBulk(bulk, to);
        } else if (message instanceof IntegerRedisMessage integer) {
            to.integer(integer.value());
        } else if (message instanceof SimpleStringRedisMessage simple) {
            to.simple(simple.content());
        } else if (message instanceof ErrorRedisMessage error) {
            to.error(error.content());
        } else if (message instanceof ArrayRedisMessage array) {
            writeArray(array, to);
        } else if (message instanceof ExtendedMultiBulk extended) {
            writeExtended(extended, to);
        } else if (message instanceof AggregateMessage aggregate) {
            writeAggregate(aggregate, to);
        } else {
            writeScalar(message, to);
        }
    }

    private static void writeBulk(FullBulkStringRedisMessage bulk, RespWriter to) {
        if (bulk.isNull()) {
            to.nil();
            return;
        }
        ByteBuf content = bulk.content();
        to.header('$', content.readableBytes());
        to.raw(content);
        to.buffer().writeByte('\r').writeByte('\n');
    }

    private static void writeArray(ArrayRedisMessage array, RespWriter to) {
        if (array.isNull()) {
            to.nilArray();
            return;
        }
        to.array(array.children().size());
        writeAll(array.children(), to);
    }

    private static void writeExtended(ExtendedMultiBulk extended, RespWriter to) {
        String context = extended.context();
        to.array(2);
        if (context == null) {
            to.nil();
        } else {
            to.bulk(context);
        }
        to.array(extended.values().size());
        writeAll(extended.values(), to);
    }

    private static void writeAggregate(AggregateMessage aggregate, RespWriter to) {
        int size = aggregate.children().size();
        if (aggregate instanceof MapMessage) {
            to.map(size / 2);
        } else if (aggregate instanceof SetMessage) {
            to.set(size);
        } else {
            to.push(size);
        }
        writeAll(aggregate.children(), to);
    }

    private static void writeScalar(RedisMessage message, RespWriter to) {
        if (message instanceof NullMessage) {
            to.nil();
        } else if (message instanceof BooleanMessage truth) {
            to.bool(truth.value());
        } else if (message instanceof DoubleMessage real) {
            to.doubleValue(real.value());
        } else if (message instanceof BigNumberMessage number) {
            to.bigNumber(number.value().toString());
        } else if (message instanceof VerbatimMessage verbatim) {
            to.verbatim(verbatim.format(), verbatim.content());
        } else if (message instanceof BlobErrorMessage error) {
            to.blobError(error.content());
        } else {
            throw new IllegalArgumentException("not a whole reply: " + message);
        }
    }

    private static void writeAll(List<? extends RedisMessage> children, RespWriter to) {
        for (RedisMessage child : children) {
            write(child, to);
        }
    }
}
