package io.kvorum.codec.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RespWriterTest {
    private final RespWriter writer = new RespWriter();

    @Test
    void golden_bytes_of_every_reply() {
        writes(w -> w.ok(), "+OK\r\n", "+OK\r\n");
        writes(w -> w.simple("PONG"), "+PONG\r\n", "+PONG\r\n");
        writes(w -> w.error("ERR a\r\nb"), "-ERR a  b\r\n", "-ERR a  b\r\n");
        writes(w -> w.bulk("ü"), "$2\r\nü\r\n", "$2\r\nü\r\n");
        writes(w -> w.bulk("xaby".getBytes(UTF_8), 1, 2), "$2\r\nab\r\n", "$2\r\nab\r\n");
        writes(w -> w.bulk(new byte[0]), "$0\r\n\r\n", "$0\r\n\r\n");
        writes(w -> w.bulkInteger(-120), "$4\r\n-120\r\n", "$4\r\n-120\r\n");
        writes(w -> w.nil(), "$-1\r\n", "_\r\n");
        writes(w -> w.nilArray(), "*-1\r\n", "_\r\n");
        writes(w -> w.array(2), "*2\r\n", "*2\r\n");
        writes(w -> w.map(600), "*1200\r\n", "%600\r\n");
        writes(w -> w.set(0), "*0\r\n", "~0\r\n");
        writes(w -> w.push(3), "*3\r\n", ">3\r\n");
        writes(w -> w.doubleValue(1.5), "$3\r\n1.5\r\n", ",1.5\r\n");
        writes(w -> w.doubleValue(Double.NEGATIVE_INFINITY), "$4\r\n-inf\r\n", ",-inf\r\n");
        writes(w -> w.bool(true), ":1\r\n", "#t\r\n");
        writes(w -> w.bool(false), ":0\r\n", "#f\r\n");
        writes(
                w -> w.bigNumber("12345678901234567890"),
                "$20\r\n12345678901234567890\r\n",
                "(12345678901234567890\r\n");
        writes(w -> w.verbatim("txt", "a\nü"), "$4\r\na\nü\r\n", "=8\r\ntxt:a\nü\r\n");
        writes(w -> w.blobError("ERR a\r\nb"), "-ERR a  b\r\n", "!8\r\nERR a\r\nb\r\n");
        writes(w -> w.raw(Unpooled.copiedBuffer("+x\r\n", UTF_8)), "+x\r\n", "+x\r\n");
        writes(w -> w.raw("a+x\r\n".getBytes(UTF_8), 1, 4), "+x\r\n", "+x\r\n");
    }

    @Test
    void golden_bytes_of_every_message() {
        message(new SimpleStringRedisMessage("OK"), "+OK\r\n", "+OK\r\n");
        message(new ErrorRedisMessage("ERR x"), "-ERR x\r\n", "-ERR x\r\n");
        message(new IntegerRedisMessage(-7), ":-7\r\n", ":-7\r\n");
        message(bulk("abc"), "$3\r\nabc\r\n", "$3\r\nabc\r\n");
        message(FullBulkStringRedisMessage.NULL_INSTANCE, "$-1\r\n", "_\r\n");
        message(FullBulkStringRedisMessage.EMPTY_INSTANCE, "$0\r\n\r\n", "$0\r\n\r\n");
        message(ArrayRedisMessage.NULL_INSTANCE, "*-1\r\n", "_\r\n");
        message(ArrayRedisMessage.EMPTY_INSTANCE, "*0\r\n", "*0\r\n");
        message(new ArrayRedisMessage(List.of(bulk("a"), bulk("b"))), "*2\r\n$1\r\na\r\n$1\r\nb\r\n", null);
        message(NullMessage.INSTANCE, "$-1\r\n", "_\r\n");
        message(new BooleanMessage(true), ":1\r\n", "#t\r\n");
        message(new DoubleMessage(2), "$1\r\n2\r\n", ",2\r\n");
        message(new BigNumberMessage(BigInteger.TEN), "$2\r\n10\r\n", "(10\r\n");
        message(new VerbatimMessage("mkd", "#"), "$1\r\n#\r\n", "=5\r\nmkd:#\r\n");
        message(new BlobErrorMessage("ERR x"), "-ERR x\r\n", "!5\r\nERR x\r\n");
        message(
                new MapMessage(List.of(bulk("k"), bulk("v"))),
                "*2\r\n$1\r\nk\r\n$1\r\nv\r\n",
                "%1\r\n$1\r\nk\r\n$1\r\nv\r\n");
        message(new SetMessage(List.of(bulk("k"))), "*1\r\n$1\r\nk\r\n", "~1\r\n$1\r\nk\r\n");
        message(new PushMessage(List.of(bulk("k"))), "*1\r\n$1\r\nk\r\n", ">1\r\n$1\r\nk\r\n");
        message(ExtendedMultiBulk.ABSENT, "*2\r\n$-1\r\n*0\r\n", "*2\r\n_\r\n*0\r\n");
        ExtendedMultiBulk two = ExtendedMultiBulk.ofBytes("ctx", List.of(new byte[] {'a'}, new byte[] {'b'}));
        message(two, "*2\r\n$3\r\nctx\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", null);
        message(two.toArray(), "*2\r\n$3\r\nctx\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", null);
        message(ExtendedMultiBulk.ABSENT.toArray(), "*2\r\n$-1\r\n*0\r\n", "*2\r\n_\r\n*0\r\n");
        assertThatThrownBy(() -> writer.message(new ArrayHeaderRedisMessage(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void integers_and_lengths_of_every_size_are_written_as_java_writes_them() {
        for (long power = 1; power > 0 && power < Long.MAX_VALUE / 10; power *= 10) {
            for (long value :
                    new long[] {power - 1, power, -power, power + 23, 1023, 1024, Long.MAX_VALUE, Long.MIN_VALUE}) {
                writes(w -> w.integer(value), ":" + value + "\r\n", ":" + value + "\r\n");
                String text = String.valueOf(value);
                writes(w -> w.bulkInteger(value), "$" + text.length() + "\r\n" + text + "\r\n", null);
            }
        }
        for (int length : new int[] {9, 10, 99, 100, 999, 1000, 1023, 1024, 70_000}) {
            writes(w -> w.bulk(new byte[length]), "$" + length + "\r\n" + "\0".repeat(length) + "\r\n", null);
        }
    }

    @Test
    void replies_fit_into_buffers_of_every_kind_and_fill_them_to_the_end() {
        for (ByteBuf out : List.of(
                ByteBufAllocator.DEFAULT.heapBuffer(1), ByteBufAllocator.DEFAULT.directBuffer(1), Unpooled.buffer(1))) {
            writer.attach(out, RespWriter.RESP2)
                    .array(2)
                    .bulk("abc")
                    .integer(12345)
                    .ok();
            assertThat(writer.buffer()).isSameAs(out);
            assertThat(out.toString(UTF_8)).isEqualTo("*2\r\n$3\r\nabc\r\n:12345\r\n+OK\r\n");
            writer.detach();
            assertThat(out.refCnt()).isEqualTo(1);
            out.release();
        }
    }

    @Test
    void writing_a_message_neither_consumes_nor_releases_it() {
        FullBulkStringRedisMessage bulk =
                new FullBulkStringRedisMessage(ByteBufAllocator.DEFAULT.buffer().writeBytes("abc".getBytes(UTF_8)));
        MapMessage map = new MapMessage(List.of(new IntegerRedisMessage(1), bulk));
        message(map, "*2\r\n:1\r\n$3\r\nabc\r\n", "%1\r\n:1\r\n$3\r\nabc\r\n");
        assertThat(bulk.content().readableBytes()).isEqualTo(3);
        assertThat(bulk.refCnt()).isEqualTo(1);
        assertThat(map.touch("here").toString()).startsWith("MapMessage[");
        map.release();
        assertThat(bulk.refCnt()).as("an aggregate releases its elements").isZero();
    }

    @Test
    void what_cannot_be_said_is_refused() {
        ByteBuf out = Unpooled.buffer();
        assertThatThrownBy(() -> writer.attach(out, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.attach(out, 3).verbatim("text", "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new VerbatimMessage("text", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MapMessage(List.of(NullMessage.INSTANCE)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RespLimits(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RespLimits(100, 1, 1, 99)).isInstanceOf(IllegalArgumentException.class);
        assertThat(RespLimits.DEFAULTS.requestBytesMax()).isEqualTo(256 << 20);
    }

    @Test
    void doubles_look_as_redis_shows_them() {
        String[] expected = {
            "0",
            "-0",
            "3",
            "-3",
            "3.25",
            "0.1",
            "1e-7",
            "0.000001",
            "1000000",
            "1e+20",
            "1.5e+21",
            "-1.5e-10",
            "1.7976931348623157e+308",
            "12345678.9",
            "nan",
            "inf"
        };
        double[] values = {
            0,
            -0.0,
            3,
            -3,
            3.25,
            0.1,
            1e-7,
            1e-6,
            1e6,
            1e20,
            1.5e21,
            -1.5e-10,
            Double.MAX_VALUE,
            12345678.9,
            Double.NaN,
            Double.POSITIVE_INFINITY
        };
        for (int i = 0; i < values.length; i++) {
            assertThat(RespNumbers.formatDouble(values[i])).isEqualTo(expected[i]);
        }
    }

    @Test
    void integers_are_read_as_strictly_as_redis_reads_them() {
        for (String good : List.of(
                "0",
                "1",
                "-1",
                "10",
                "9223372036854775807",
                "-9223372036854775808",
                "999999999999999999",
                "-9223372036854775807",
                "1000000000000000000",
                "-8999999999999999999")) {
            byte[] text = ("x" + good + "9").getBytes(UTF_8);
            assertThat(RespNumbers.isLong(text, 1, good.length())).as(good).isTrue();
            assertThat(RespNumbers.parseLong(text, 1, good.length())).isEqualTo(Long.parseLong(good));
            assertThat(RespNumbers.lengthOf(Long.parseLong(good))).isEqualTo(good.length());
        }
        for (String bad : List.of(
                "",
                "-",
                "+1",
                " 1",
                "1 ",
                "01",
                "-0",
                "-01",
                "1a",
                "a",
                "0x1",
                "1.0",
                "9223372036854775808",
                "-9223372036854775809",
                "9999999999999999999",
                "10000000000000000000",
                "111111111111111111111")) {
            byte[] text = bad.getBytes(UTF_8);
            assertThat(RespNumbers.isLong(text, 0, text.length)).as(bad).isFalse();
            assertThatThrownBy(() -> RespNumbers.parseLong(text, 0, text.length))
                    .isInstanceOf(NumberFormatException.class);
        }
    }

    private static FullBulkStringRedisMessage bulk(String text) {
        return new FullBulkStringRedisMessage(Unpooled.copiedBuffer(text, UTF_8));
    }

    private void message(RedisMessage message, String resp2, @Nullable String resp3) {
        writes(w -> w.message(message), resp2, resp3);
    }

    private void writes(Consumer<RespWriter> reply, String resp2, @Nullable String resp3) {
        ByteBuf out = ByteBufAllocator.DEFAULT.buffer(1);
        reply.accept(writer.attach(out, RespWriter.RESP2));
        assertThat(writer.isResp3()).isFalse();
        assertThat(out.toString(UTF_8)).isEqualTo(resp2);
        reply.accept(writer.attach(out.clear(), RespWriter.RESP3));
        assertThat(out.toString(UTF_8)).isEqualTo(resp3 == null ? resp2 : resp3);
        out.release();
    }
}
