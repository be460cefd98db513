package io.kvorum.codec.resp;

import io.netty.handler.codec.redis.RedisMessage;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCountUtil;
import java.math.BigInteger;
import java.util.List;

/**
 * The messages of RESP3 that codec-redis lacks, in its style: scalars are plain values, aggregates are reference counted
 * and release their elements.
 */
public final class Resp3Messages {
    private Resp3Messages() {}

    /** No value ({@code _}). */
    public enum NullMessage implements RedisMessage {
        /** The only one. */
        INSTANCE
    }

    /** A truth value ({@code #t}, {@code #f}). */
    public record BooleanMessage(boolean value) implements RedisMessage {}

    /** A double ({@code ,1.5}), infinities and NaN included. */
    public record DoubleMessage(double value) implements RedisMessage {}

    /** An integer of any size ({@code (}). */
    public record BigNumberMessage(BigInteger value) implements RedisMessage {}

    /** An error of any bytes ({@code !}), here as text: code, blank, explanation. */
    public record BlobErrorMessage(String content) implements RedisMessage {}

    /** Text with a format of three characters, {@code txt} or {@code mkd} ({@code =}). */
    public record VerbatimMessage(String format, String content) implements RedisMessage {
        /** Refuses a format that is not of three characters. */
        public VerbatimMessage {
            if (format.length() != 3) {
                throw new IllegalArgumentException("verbatim format " + format);
            }
        }
    }

    /** What the three aggregates share: elements in the order of the wire, released with the aggregate. */
    public abstract static sealed class AggregateMessage extends AbstractReferenceCounted implements RedisMessage
            permits MapMessage, SetMessage, PushMessage {
        private final List<RedisMessage> children;

        AggregateMessage(List<? extends RedisMessage> children) {
            this.children = List.copyOf(children);
        }

        /** The elements; of a map keys and values in turn. */
        public final List<RedisMessage> children() {
            return children;
        }

        @Override
        protected void deallocate() {
            children.forEach(ReferenceCountUtil::release);
        }

        @Override
        public AggregateMessage touch(Object hint) {
            children.forEach(child -> ReferenceCountUtil.touch(child, hint));
            return this;
        }

        @Override
        public String toString() {
            return getClass().getSimpleName() + children;
        }
    }

    /** Pairs ({@code %}); the list holds key, value, key, value, …. */
    public static final class MapMessage extends AggregateMessage {
        /** Takes over the references of the keys and values. */
        public MapMessage(List<? extends RedisMessage> keysAndValues) {
            super(keysAndValues);
            if (keysAndValues.size() % 2 != 0) {
                throw new IllegalArgumentException(keysAndValues.size() + " keys and values");
            }
        }
    }

    /** A set ({@code ~}). */
    public static final class SetMessage extends AggregateMessage {
        /** Takes over the references of the elements. */
        public SetMessage(List<? extends RedisMessage> elements) {
            super(elements);
        }
    }

    /** A message that answers no request ({@code >}). */
    public static final class PushMessage extends AggregateMessage {
        /** Takes over the references of the elements. */
        public PushMessage(List<? extends RedisMessage> elements) {
            super(elements);
        }
    }
}
