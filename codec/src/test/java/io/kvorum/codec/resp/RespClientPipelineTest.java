package io.kvorum.codec.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvorum.codec.buffer.Scratch;
import io.kvorum.codec.resp.Resp3Messages.BigNumberMessage;
import io.kvorum.codec.resp.Resp3Messages.BlobErrorMessage;
import io.kvorum.codec.resp.Resp3Messages.BooleanMessage;
import io.kvorum.codec.resp.Resp3Messages.DoubleMessage;
import io.kvorum.codec.resp.Resp3Messages.MapMessage;
import io.kvorum.codec.resp.Resp3Messages.NullMessage;
import io.kvorum.codec.resp.Resp3Messages.SetMessage;
import io.kvorum.codec.resp.Resp3Messages.VerbatimMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RespClientPipelineTest {
    private static final RespLimits LIMITS = new RespLimits(10_000, 10_000, 1024);

    private EmbeddedChannel channel = client();

    private static EmbeddedChannel client() {
        EmbeddedChannel made = new EmbeddedChannel();
        RespClientPipeline.addTo(made.pipeline(), LIMITS);
        return made;
    }

    @AfterEach
    void nothing_leaks() {
        channel.finishAndReleaseAll();
    }

    private RespReply reply(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, UTF_8));
        RedisMessage message = channel.readInbound();
        return RespReply.of(message);
    }

    @Test
    void the_server_reads_what_the_client_encodes() throws Exception {
        channel.writeOutbound(RespClientPipeline.command("SET", "ü", ""));
        channel.writeOutbound(
                RespClientPipeline.command(List.of(new byte[] {'G', 'E', 'T'}, new byte[] {0, '\r', '\n'})));
        RespRequestDecoder server = new RespRequestDecoder(LIMITS, new Scratch());
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            server.append(part);
            part.release();
        }
        RespRequest request = new RespRequest();
        assertThat(server.next(request)).isTrue();
        assertThat(List.of(request.string(0), request.string(1), request.string(2)))
                .containsExactly("SET", "ü", "");
        assertThat(server.next(request)).isTrue();
        assertThat(request.copy(1)).containsExactly(0, '\r', '\n');
        assertThat(server.next(request)).isFalse();
    }

    @Test
    void the_client_reads_whatever_the_writer_writes_however_it_is_cut() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int protocol = RespWriter.RESP2 + random.nextInt(2);
            ByteBuf stream = Unpooled.buffer();
            RespWriter writer = new RespWriter().attach(stream, protocol);
            List<RespReply> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RedisMessage message = randomMessage(random, 3, protocol == RespWriter.RESP3);
                writer.message(message);
                expected.add(RespReply.of(message));
            }
            channel = client();
            while (stream.isReadable()) {
                channel.writeInbound(
                        stream.readRetainedSlice(Math.min(stream.readableBytes(), 1 + random.nextInt(50))));
            }
            List<RespReply> found = new ArrayList<>();
            for (RedisMessage message = channel.readInbound(); message != null; message = channel.readInbound()) {
                found.add(RespReply.of(message));
            }
            assertThat(found).as("seed " + seed).isEqualTo(expected);
            stream.release();
            assertThat(stream.refCnt()).as("seed " + seed).isZero();
            channel.finishAndReleaseAll();
        }
    }

    private static RedisMessage randomMessage(SplittableRandom random, int depth, boolean resp3) {
        List<RedisMessage> children = new ArrayList<>();
        int kind = random.nextInt(resp3 ? 14 : 7);
        if (depth > 0) {
            for (int i = 2 * random.nextInt(4); i > 0; i--) {
                children.add(randomMessage(random, depth - 1, resp3));
            }
        }
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return switch (kind) {
            case 0 -> new SimpleStringRedisMessage("status " + random.nextInt());
            case 1 -> new ErrorRedisMessage("ERR " + random.nextInt());
            case 2 -> new IntegerRedisMessage(random.nextLong() >> random.nextInt(64));
            case 3 -> FullBulkStringRedisMessage.NULL_INSTANCE;
            case 4 -> ArrayRedisMessage.NULL_INSTANCE;
            case 5 -> new FullBulkStringRedisMessage(Unpooled.wrappedBuffer(bytes));
            case 6 -> new ArrayRedisMessage(children);
            case 7 -> new DoubleMessage(random.nextInt(1000) / 8.0);
            case 8 -> new BooleanMessage(random.nextBoolean());
            case 9 -> new BigNumberMessage(new BigInteger(bytes.length == 0 ? new byte[1] : bytes));
            case 10 -> new VerbatimMessage("txt", "ü\r\n" + random.nextInt());
            case 11 -> new MapMessage(children);
            case 12 -> new SetMessage(children);
            default ->
                random.nextBoolean() ? NullMessage.INSTANCE : new BlobErrorMessage("ERR \r\n" + random.nextInt());
        };
    }

    @Test
    void attributes_are_dropped_wherever_they_stand() {
        RespReply plain = reply("*2\r\n:1\r\n:2\r\n");
        assertThat(reply("|1\r\n+ttl\r\n:5\r\n*2\r\n:1\r\n|1\r\n+a\r\n*1\r\n+b\r\n:2\r\n"))
                .isEqualTo(plain);
        assertThat(reply("|0\r\n*2\r\n|0\r\n:1\r\n:2\r\n")).isEqualTo(plain);
    }

    @Test
    void a_reply_is_read_as_its_type_says() {
        assertThat(reply("+OK\r\n").toString()).isEqualTo("OK");
        assertThat(reply("$-1\r\n").isNil()).isTrue();
        assertThat(reply("*-1\r\n")).isEqualTo(reply("_\r\n"));
        assertThat(reply(":42\r\n").asLong()).isEqualTo(42);
        assertThat(reply("$2\r\n42\r\n").asLong()).isEqualTo(42);
        assertThat(reply(",4.5\r\n").asDouble()).isEqualTo(4.5);
        assertThat(reply(",inf\r\n").asDouble()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(reply(",-inf\r\n").asDouble()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(reply(",nan\r\n").asDouble()).isNaN();
        assertThat(reply("$3\r\n4.5\r\n").asDouble()).isEqualTo(4.5);
        assertThat(reply("#t\r\n").asBoolean()).isTrue();
        assertThat(reply(":0\r\n").asBoolean()).isFalse();
        assertThat(reply("$3\r\na\0b\r\n").asBytes()).containsExactly('a', 0, 'b');
        RespReply error = reply("-QUORUM need 2\r\n");
        assertThat(error.isError()).isTrue();
        assertThat(error.isError("QUORUM")).isTrue();
        assertThat(error.isError("QUO")).isFalse();
        RespReply map = reply("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n");
        assertThat(map.value("b")).isEqualTo(map.item(3)).hasSameHashCodeAs(map.item(3));
        assertThat(map.value("c")).isNull();
        assertThat(map.kind()).isEqualTo(RespReply.Kind.MAP);
        RespReply extended = RespReply.of(ExtendedMultiBulk.ofBytes("ctx", List.of(new byte[] {'v'})));
        assertThat(extended.item(1).item(0).asString()).isEqualTo("v");
        assertThatThrownBy(() -> RespReply.of(new RedisMessage() {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_reply_is_shown_as_redis_cli_shows_it() {
        assertThat(reply("*3\r\n$4\r\na\"\n\u0001\r\n*2\r\n:1\r\n*0\r\n%1\r\n+k\r\n~1\r\n$-1\r\n"))
                .hasToString("""
                        1) "a\\"\\n\\x01"
                        2) 1) (integer) 1
                           2) (empty array)
                        3) 1# k => 1~ (nil)""");
        assertThat(reply("*4\r\n-ERR x\r\n,1.5\r\n#f\r\n(12\r\n"))
                .hasToString("1) (error) ERR x\n2) (double) 1.5\n3) (false)\n4) 12");
        assertThat(reply("*2\r\n%0\r\n~0\r\n")).hasToString("1) (empty hash)\n2) (empty set)");
        assertThat(reply("$7\r\n\\\r\t\u0007\bü\r\n")).hasToString("\"\\\\\\r\\t\\a\\b\\xc3\\xbc\"");
        assertThat(reply(">1\r\n+x\r\n")).hasToString("1) x");
    }

    @Test
    void hostile_replies_are_refused_without_being_believed() {
        refuses("$10001\r\n");
        refuses("*2147483647\r\n");
        refuses("*99999999999999999999\r\n");
        refuses("*2\r\n*9999\r\n");
        refuses("%5001\r\n");
        refuses("*1\r\n".repeat(33));
        refuses("+" + "x".repeat(1025));
        refuses("+" + "x".repeat(1025) + "\r\n");
        refuses("?\r\n");
        refuses("$-2\r\n");
        refuses("%-1\r\n");
        refuses("$?\r\n");
        refuses("$3\r\nabcde");
        refuses(":1x\r\n");
        refuses("#x\r\n");
        refuses("=3\r\ntxt\r\n");
        refuses("+a\rb\r\n");
    }

    private void refuses(String bytes) {
        channel = client();
        ByteBuf packet = Unpooled.copiedBuffer(bytes, UTF_8);
        assertThatThrownBy(() -> channel.writeInbound(packet)).as(bytes).isInstanceOf(DecoderException.class);
        assertThat(packet.refCnt()).as(bytes).isZero();
        assertThat(channel.writeInbound(Unpooled.copiedBuffer("+OK\r\n", UTF_8)))
                .as("nothing is read after an error")
                .isFalse();
    }

    @Test
    void nesting_up_to_the_bound_is_read() {
        assertThat(reply("*1\r\n".repeat(32) + ":1\r\n").items()).hasSize(1);
    }
}
