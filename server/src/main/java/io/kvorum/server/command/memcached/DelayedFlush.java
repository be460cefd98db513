package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.server.command.CapturedReply;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.runtime.Deadline;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code flush_all} with a delay that was asked for last on this loop: it flushes when its time has come, unless the
 * node was asked for another since. In memory alone: a node that ends forgets it. Owned by its loop.
 */
final class DelayedFlush extends Deadline implements CapturedReply.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(DelayedFlush.class);

    /** Thirty years: what is beyond is for ever as well. */
    private static final long DELAY_MILLIS_MAX = 1_000_000_000_000L;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final McDispatcher owner;
    private final NewestFlush newest;
    private long number;

    DelayedFlush(McDispatcher owner, NewestFlush newest) {
        this.owner = owner;
        this.newest = newest;
    }

    /** Sets when it flushes, in seconds by memcached's rules for times. */
    void begin(long seconds) {
        number = newest.next();
        long nowMillis = owner.nowMillis();
        long delayMillis = Math.min(DELAY_MILLIS_MAX, Math.max(0, Expiry.atMillis(seconds, nowMillis) - nowMillis));
        owner.loop().wheel().cancel(this);
        owner.loop().wheel().schedule(this, owner.nowNanos() + delayMillis * NANOS_PER_MILLI);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (!newest.is(number)) {
            return;
        }
        RespRequest step = new RespRequestBuilder().begin(new byte[0]).add(0, 0).request();
        owner.loop()
                .dispatcher()
                .runStep(owner.steps().flush(), step, owner.stepSession(), CapturedReply.forItself(owner.loop(), this));
    }

    @Override
    public void onReply(ByteBuf encoded) {
        if (encoded.getByte(encoded.readerIndex()) == '-') {
            LOG.warn(
                    "the delayed flush_all failed: {}",
                    encoded.toString(StandardCharsets.UTF_8).strip());
        }
    }

    @Override
    public void onRefused(Failure failure) {
        LOG.warn("the delayed flush_all failed: {}", failure.text());
    }
}
