package io.kvorum.tests.sim.cluster;

import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.tests.sim.world.VirtualTime;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.RedisMessage;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A client's connection to a loop, through the very handler that a socket has: requests go in as bytes, replies come out as
 * bytes, in order, each after a while.
 */
public final class SimDoor {
    private static final int DELAY_NANOS_MAX = 300_000;

    private final SimLoop loop;
    private final Client client;
    private final RandomGenerator random;
    private final EmbeddedChannel channel;
    private final EmbeddedChannel asking;
    private long lastArrivalNanos;
    private long lastReplyNanos;
    private boolean broken;

    /** Who is at the other end. */
    public interface Client {
        /** The next reply. */
        void onReply(RespReply reply);

        /** The connection ended; there will be no more replies. */
        void onBroken();
    }

    SimDoor(SimLoop loop, Client client, RandomGenerator random) {
        this.loop = loop;
        this.client = client;
        this.random = random;
        SimNode node = loop.life().node();
        this.channel = new EmbeddedChannel();
        channel.config().setAllocator(UnpooledByteBufAllocator.DEFAULT);
        channel.pipeline().addLast(loop.clients().connection(node.config().client()));
        channel.pipeline().fireChannelActive();
        this.asking = new EmbeddedChannel();
        RespClientPipeline.addTo(asking.pipeline(), node.config().client().limits());
    }

    /** Sends a command. */
    public void send(List<byte[]> words) {
        asking.writeOutbound(RespClientPipeline.command(words));
        ByteBuf bytes = Unpooled.buffer();
        for (ByteBuf part = asking.readOutbound(); part != null; part = asking.readOutbound()) {
            bytes.writeBytes(part);
            part.release();
        }
        VirtualTime time = time();
        lastArrivalNanos = Math.max(lastArrivalNanos, time.nowNanos() + random.nextInt(DELAY_NANOS_MAX));
        time.after(
                lastArrivalNanos - time.nowNanos(),
                "request",
                () -> loop.run(() -> {
                    if (!broken) {
                        channel.writeInbound(bytes);
                    }
                }));
    }

    /** Whether nothing more can be sent. */
    public boolean isBroken() {
        return broken;
    }

    /** At the end of a turn of its loop: what is to leave leaves. */
    void drain() {
        channel.runPendingTasks();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            byte[] read = new byte[bytes.readableBytes()];
            bytes.readBytes(read);
            bytes.release();
            byte[] sent = loop.life().sabotage().toClient(read);
            VirtualTime time = time();
            lastReplyNanos = Math.max(lastReplyNanos, time.nowNanos() + random.nextInt(DELAY_NANOS_MAX));
            time.after(lastReplyNanos - time.nowNanos(), "reply", () -> arrived(sent));
        }
    }

    /** The process ended, and the connection with it. */
    void broken() {
        if (!broken) {
            broken = true;
            time().after(random.nextInt(DELAY_NANOS_MAX), "broken", client::onBroken);
        }
    }

    private void arrived(byte[] bytes) {
        if (broken) {
            return;
        }
        asking.writeInbound(Unpooled.wrappedBuffer(bytes));
        for (RedisMessage message = asking.readInbound(); message != null; message = asking.readInbound()) {
            RespReply reply = RespReply.of(message);
            time().note(reply.toString().hashCode());
            client.onReply(reply);
        }
    }

    private VirtualTime time() {
        return loop.life().node().cluster().time();
    }
}
