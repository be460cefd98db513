package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kvorum.codec.resp.RespClientPipeline;
import io.kvorum.codec.resp.RespLimits;
import io.kvorum.codec.resp.RespReply;
import io.kvorum.codec.resp.RespWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.redis.RedisCodecException;
import io.netty.handler.codec.redis.RedisMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Replies as our own clients read them, RESP2 and RESP3. Any bytes give whole replies, wait for more, or end in one
 * {@link RedisCodecException}; in any pieces the same. A reply read can be shown, and written anew in either protocol is
 * exactly one reply; in RESP3 it is one of the same kind, and written once more it is the same.
 *
 * <pre>
 *   u8 options: 1 narrow limits | u16 seed of the cuts | bytes of the connection
 * </pre>
 */
final class RespRepliesTarget implements FuzzTarget {
    private static final RespLimits NARROW = new RespLimits(64, 12, 32, 256);

    /** Wide: a text of one malformed byte is three bytes when it is written anew. */
    private static final RespLimits ANEW = new RespLimits(64 << 20, 1 << 20, 1 << 20);

    private static final int MANY = 20;
    private static final int ONE_BY_ONE_MAX = 128;

    @Override
    public String name() {
        return "resp-replies";
    }

    @Override
    public int runs() {
        return 300;
    }

    @Override
    public void run(byte[] input) {
        Input in = new Input(input);
        RespLimits limits = (in.u8() & 1) == 0 ? RespLimits.DEFAULTS : NARROW;
        int cutSeed = in.u16();
        byte[] bytes = in.rest();
        Claims.allocates(512, bytes.length, () -> drain(limits, bytes));
        Outcome whole = receive(limits, List.of(bytes));
        Outcome pieces = receive(limits, Input.cut(bytes, cutSeed));
        Claims.equal(pieces, whole, "replies cut with seed " + cutSeed);
        if (bytes.length <= ONE_BY_ONE_MAX) {
            Claims.equal(receive(limits, Input.single(bytes)), whole, "replies byte by byte");
        }
        readAnew(whole);
        for (byte[] written : whole.resp3.subList(0, Math.min(2, whole.resp3.size()))) {
            if (receive(limits, List.of(written)).error.isEmpty()) {
                Outcome again = receive(limits, Collections.nCopies(MANY, written));
                Claims.holds(again.error.isEmpty(), "a reply is refused after others like it");
                Claims.equal(again.replies.size(), MANY, "replies, all the same");
            }
        }
    }

    private static void readAnew(Outcome whole) {
        Outcome again = receive(ANEW, whole.resp3);
        Outcome old = receive(ANEW, whole.resp2);
        Claims.holds(again.error.isEmpty() && old.error.isEmpty(), "a reply written anew is refused");
        Claims.equal(again.replies.size(), whole.replies.size(), "replies written in RESP3");
        Claims.equal(old.replies.size(), whole.replies.size(), "replies written in RESP2");
        for (int i = 0; i < whole.replies.size(); i++) {
            RespReply reply = whole.replies.get(i);
            Claims.equal(again.replies.get(i).kind(), reply.kind(), "kind of a reply written in RESP3");
            Claims.equal(again.replies.get(i).items().size(), reply.items().size(), "items of a reply");
            Claims.sameBytes(again.resp3.get(i), whole.resp3.get(i), "a reply written a second time");
            Claims.holds(reply.toString() != null, "a reply cannot be shown");
        }
    }

    private static void drain(RespLimits limits, byte[] bytes) {
        EmbeddedChannel channel = open(limits);
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        } catch (DecoderException refused) {
            requireCodecException(refused);
        }
        channel.finishAndReleaseAll();
    }

    private static Outcome receive(RespLimits limits, List<byte[]> packets) {
        EmbeddedChannel channel = open(limits);
        List<ByteBuf> sent = new ArrayList<>(packets.size());
        String error = "";
        for (byte[] bytes : packets) {
            ByteBuf packet = Unpooled.wrappedBuffer(bytes);
            if (packet.isReadable()) { // an empty one is nobody's
                sent.add(packet);
            }
            try {
                channel.writeInbound(packet);
            } catch (DecoderException refused) {
                requireCodecException(refused);
                Claims.holds(error.isEmpty(), "a second error");
                error = "refused";
            }
        }
        Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), error);
        for (RedisMessage message = channel.readInbound(); message != null; message = channel.readInbound()) {
            outcome.resp3.add(written(message, RespWriter.RESP3));
            outcome.resp2.add(written(message, RespWriter.RESP2));
            outcome.replies.add(RespReply.of(message));
        }
        channel.finishAndReleaseAll();
        for (ByteBuf packet : sent) {
            Claims.holds(packet.refCnt() == 0, "a packet was not released");
        }
        return outcome;
    }

    private static EmbeddedChannel open(RespLimits limits) {
        EmbeddedChannel channel = new EmbeddedChannel();
        RespClientPipeline.addTo(channel.pipeline(), limits);
        return channel;
    }

    private static void requireCodecException(DecoderException refused) {
        if (!(refused.getCause() instanceof RedisCodecException)) {
            throw new AssertionError("neither a reply nor a refusal", refused);
        }
    }

    private static byte[] written(RedisMessage message, int protocol) {
        ByteBuf out = ByteBufAllocator.DEFAULT.heapBuffer();
        try {
            new RespWriter().attach(out, protocol).message(message);
            return ByteBufUtil.getBytes(out);
        } finally {
            out.release();
        }
    }

    /** All that came of a connection's bytes. */
    private record Outcome(List<RespReply> replies, List<byte[]> resp3, List<byte[]> resp2, String error) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Outcome that && replies.equals(that.replies) && error.equals(that.error);
        }

        @Override
        public int hashCode() {
            return replies.hashCode();
        }
    }

    @Override
    public List<byte[]> seeds(SplittableRandom random) {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            StringBuilder text = new StringBuilder();
            for (int replies = random.nextInt(1, 4); replies > 0; replies--) {
                reply(random, 3, text);
            }
            byte[] bytes = text.toString().getBytes(UTF_8);
            byte[] seed = new byte[3 + bytes.length];
            seed[0] = (byte) random.nextInt(2);
            seed[2] = (byte) random.nextInt(256);
            System.arraycopy(bytes, 0, seed, 3, bytes.length);
            seeds.add(seed);
        }
        return seeds;
    }

    private static void reply(SplittableRandom random, int depth, StringBuilder out) {
        switch (random.nextInt(depth > 0 ? 16 : 11)) {
            case 0 -> out.append("+OK\r\n");
            case 1 -> out.append("-ERR no\r\n");
            case 2 -> out.append(':').append(random.nextLong()).append("\r\n");
            case 3 -> out.append("$-1\r\n");
            case 4 -> out.append("$5\r\nvalue\r\n");
            case 5 -> out.append("_\r\n");
            case 6 -> out.append(random.nextBoolean() ? "#t\r\n" : "#f\r\n");
            case 7 ->
                out.append(',')
                        .append(random.nextBoolean() ? "-inf" : "1.5e300")
                        .append("\r\n");
            case 8 -> out.append("(-123456789012345678901234567890\r\n");
            case 9 -> out.append("=8\r\ntxt:text\r\n");
            case 10 -> out.append("!5\r\nERR x\r\n");
            case 11 -> aggregate(random, '*', 1, depth, out);
            case 12 -> aggregate(random, '%', 2, depth, out);
            case 13 -> aggregate(random, '~', 1, depth, out);
            case 14 -> aggregate(random, '>', 1, depth, out);
            default -> {
                aggregate(random, '|', 2, depth, out);
                reply(random, depth - 1, out);
            }
        }
    }

    private static void aggregate(SplittableRandom random, char type, int each, int depth, StringBuilder out) {
        int count = random.nextInt(4);
        out.append(type).append(count).append("\r\n");
        for (int i = count * each; i > 0; i--) {
            reply(random, depth - 1, out);
        }
    }
}
