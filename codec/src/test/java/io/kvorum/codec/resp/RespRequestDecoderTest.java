package io.kvorum.codec.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvorum.codec.buffer.Scratch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RespRequestDecoderTest {
    private static final RespLimits SMALL = new RespLimits(1 << 20, 1000, 1024);

    private final Scratch scratch = new Scratch(256, 4096);
    private final RespRequest request = new RespRequest();
    private RespRequestDecoder decoder = decoder(SMALL);

    private RespRequestDecoder decoder(RespLimits limits) {
        RespRequestDecoder made = new RespRequestDecoder(limits, scratch);
        made.setAuthenticated(true);
        return made;
    }

    private void append(String text) {
        append(text.getBytes(ISO_8859_1));
    }

    private void append(byte[] bytes) {
        ByteBuf packet = Unpooled.copiedBuffer(bytes);
        decoder.append(packet);
        assertThat(packet.isReadable()).isFalse();
        assertThat(packet.refCnt()).as("the packet stays the caller's").isEqualTo(1);
        packet.release();
    }

    private List<List<String>> drain() throws RespProtocolException {
        List<List<String>> requests = new ArrayList<>();
        while (decoder.next(request)) {
            List<String> arguments = new ArrayList<>();
            for (int i = 0; i < request.argumentCount(); i++) {
                arguments.add(new String(request.copy(i), ISO_8859_1));
            }
            requests.add(arguments);
        }
        return requests;
    }

    private List<List<String>> decode(String text) throws RespProtocolException {
        append(text);
        return drain();
    }

    @Test
    void a_pipeline_is_decoded_in_order() throws Exception {
        assertThat(
                        decode(
                                "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\nECHO hi\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n"))
                .containsExactly(
                        List.of("PING"), List.of("GET", ""), List.of("ECHO", "hi"), List.of("SET", "k", "\r\n"));
        assertThat(decoder.heldBytes()).isZero();
    }

    @Test
    void nothing_is_nothing() throws Exception {
        assertThat(decode("*0\r\n*-1\r\n*-9223372036854775808\r\n\r\n\n   \r\n*1\r\n$4\r\nPING\r\n"))
                .containsExactly(List.of("PING"));
    }

    @Test
    void a_tls_client_is_told_so_whether_or_not_its_hello_holds_a_line_end_and_however_it_is_cut() {
        for (String hello : List.of("\u0016\u0003\u0001", "\u0016\u0003\u0000\u0016 a\nb\r\n")) {
            for (int cut = 1; cut < hello.length(); cut++) {
                int at = cut;
                decoder = decoder(SMALL);
                assertThatThrownBy(() -> {
                            append(hello.substring(0, at).getBytes(ISO_8859_1));
                            drain();
                            append(hello.substring(at).getBytes(ISO_8859_1));
                            drain();
                        })
                        .as("cut at %d", cut)
                        .isInstanceOf(RespProtocolException.class)
                        .hasMessageContaining("this port does not speak TLS");
            }
        }
    }

    @Test
    void ten_thousand_requests_decode_alike_however_they_are_cut() throws Exception {
        for (int seed = 0; seed < 8; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<List<String>> expected = new ArrayList<>();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int i = 0; i < 10_000; i++) {
                expected.add(randomRequest(random, stream));
            }
            byte[] bytes = stream.toByteArray();
            List<List<String>> found = new ArrayList<>();
            int chunkMax = new int[] {1, 2, 7, 100, 1000, 5000, 30_000, bytes.length}[seed];
            decoder = decoder(SMALL);
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(chunkMax));
                append(Arrays.copyOfRange(bytes, at, at + length));
                at += length;
                if (random.nextInt(4) > 0) {
                    found.addAll(drain());
                }
                if (random.nextInt(4) > 0) {
                    decoder.retain();
                }
            }
            found.addAll(drain());
            assertThat(found).as("seed " + seed).isEqualTo(expected);
            assertThat(decoder.heldBytes()).as("seed " + seed).isZero();
            assertThat(decoder.leftOverBytes()).as("seed " + seed).isZero();
        }
    }

    private static List<String> randomRequest(SplittableRandom random, ByteArrayOutputStream to) {
        List<String> arguments = new ArrayList<>();
        if (random.nextInt(50) == 0) {
            to.writeBytes("*0\r\n\r\n".getBytes(ISO_8859_1));
        }
        if (random.nextInt(5) == 0) {
            to.writeBytes("inline \"a\\x41\"  'b\\'c'\r\n".getBytes(ISO_8859_1));
            return List.of("inline", "aA", "b'c");
        }
        int count = random.nextInt(30) == 0 ? 1 + random.nextInt(300) : 1 + random.nextInt(5);
        to.writeBytes(("*" + count + "\r\n").getBytes(ISO_8859_1));
        for (int i = 0; i < count; i++) {
            byte[] argument = new byte[random.nextInt(100) == 0 ? random.nextInt(9000) : random.nextInt(20)];
            random.nextBytes(argument);
            to.writeBytes(("$" + argument.length + "\r\n").getBytes(ISO_8859_1));
            to.writeBytes(argument);
            to.writeBytes(new byte[] {'\r', '\n'});
            arguments.add(new String(argument, ISO_8859_1));
        }
        return arguments;
    }

    @Test
    void connections_on_one_scratch_never_mix_even_without_retain() throws Exception {
        RespRequestDecoder first = decoder;
        RespRequestDecoder second = decoder(SMALL);
        append("*2\r\n$3\r\nGET\r\n$5\r\nab");
        assertThat(drain()).isEmpty();
        decoder = second;
        append("*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQU");
        assertThat(drain()).containsExactly(List.of("PING"));
        decoder = first;
        assertThat(decode("cde\r\n")).containsExactly(List.of("GET", "abcde"));
        decoder = second;
        assertThat(decode("IT\r\n")).containsExactly(List.of("QUIT"));
    }

    @Test
    void requests_not_asked_for_yet_survive_other_connections() throws Exception {
        RespRequestDecoder first = decoder;
        append("*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n");
        assertThat(decoder.next(request)).isTrue();
        decoder = decoder(SMALL);
        append("x".repeat(50) + "\r\n");
        assertThat(drain()).hasSize(1);
        decoder = first;
        assertThat(drain()).containsExactly(List.of("b"));
        assertThat(decoder.heldBytes()).isZero();
    }

    @Test
    void inline_requests_follow_the_quoting_rules() throws Exception {
        assertThat(decode(
                        "  set  key\t\"a b\\n\\r\\t\\b\\a\\\\\\\"\\x4a\\xZZ\\q\" 'it\\'s \\n' a\\b \"\" '' x\"y\"\r\n"))
                .containsExactly(List.of("set", "key", "a b\n\r\t\b\u0007\\\"JxZZq", "it's \\n", "a\\b", "", "", "xy"));
        assertThat(decode("a\u000bb \u000bc\n")).containsExactly(List.of("a\u000bb", "c"));
        assertThat(decode("ping\0 ignored\n\0\nlast\n")).containsExactly(List.of("ping"), List.of("last"));
    }

    @Test
    void every_protocol_error_has_the_words_of_redis() {
        refuses("set \"a\r\n", "unbalanced quotes in request");
        refuses("set 'a\r\n", "unbalanced quotes in request");
        refuses("set \"a\"b\r\n", "unbalanced quotes in request");
        refuses("set 'a'b\r\n", "unbalanced quotes in request");
        refuses("set \"a\\\r\n", "unbalanced quotes in request");
        refuses("set \"a\0\"\r\n", "unbalanced quotes in request");
        refuses("x".repeat(1025), "too big inline request");
        refuses("x".repeat(1025) + "\n", "too big inline request");
        refuses("*" + "1".repeat(1024), "too big mbulk count string");
        refuses("*1\r\n$" + "1".repeat(1024), "too big bulk count string");
        refuses("*\r\n", "invalid multibulk length");
        refuses("*a\r\n", "invalid multibulk length");
        refuses("*01\r\n", "invalid multibulk length");
        refuses("*+1\r\n", "invalid multibulk length");
        refuses("* 1\r\n", "invalid multibulk length");
        refuses("*-0\r\n", "invalid multibulk length");
        refuses("*1001\r\n", "invalid multibulk length");
        refuses("*99999999999999999999\r\n", "invalid multibulk length");
        refuses("*1\r\n$-1\r\n", "invalid bulk length");
        refuses("*1\r\n$\r\n", "invalid bulk length");
        refuses("*1\r\n$1x\r\n", "invalid bulk length");
        refuses("*1\r\n$1048577\r\n", "invalid bulk length");
        refuses("*1\r\n$9223372036854775808\r\n", "invalid bulk length");
        refuses("*1\r\nPING\r\n", "expected '$', got 'P'");
        refuses("*1\r\n\r\n", "expected '$', got ' '");
        refuses("*1\r\n\u0001\r\n", "expected '$', got '?'");
    }

    @Test
    void a_stranger_gets_ten_arguments_of_16_kib() throws Exception {
        decoder.setAuthenticated(false);
        String tenth = "*10\r\n" + "$1\r\na\r\n".repeat(9);
        assertThat(decode(tenth + "$16384\r\n" + "x".repeat(16384) + "\r\n")).hasSize(1);
        refuses("*11\r\n", "unauthenticated multibulk length", false);
        refuses("*1\r\n$16385\r\n", "unauthenticated bulk length", false);
        decoder = decoder(SMALL);
        decoder.setAuthenticated(false);
        append("*1\r\n$4\r\nAUTH\r\n*11\r\n" + "$1\r\na\r\n".repeat(11));
        assertThat(decoder.next(request)).isTrue();
        decoder.setAuthenticated(true);
        assertThat(drain())
                .as("it holds from the next request of the same packet")
                .hasSize(1);
    }

    @Test
    void arguments_of_allowed_lengths_do_not_add_up_without_bound() {
        decoder = new RespRequestDecoder(new RespLimits(1000, 100, 1024, 2000), scratch);
        append("*3\r\n" + ("$900\r\n" + "x".repeat(900) + "\r\n").repeat(2) + "$900\r\n");
        assertThatThrownBy(this::drain).hasMessage("Protocol error: too big request");
    }

    @Test
    void after_an_error_the_connection_is_deaf() throws Exception {
        append("*1\r\n$4\r\nPING\r\n*x\r\n");
        assertThat(decoder.next(request)).isTrue();
        RespProtocolException refusal = catchThrowableOfType(RespProtocolException.class, this::drain);
        assertThat(refusal.getStackTrace()).isEmpty();
        assertThat(decode("*1\r\n$4\r\nPING\r\n")).isEmpty();
        assertThat(decoder.heldBytes()).isZero();
        assertThat(request.argumentCount()).isZero();
    }

    @Test
    void claimed_lengths_reserve_nothing() throws Exception {
        decoder = decoder(RespLimits.DEFAULTS);
        assertThat(decode("*1048576\r\n$67108864\r\nabc")).isEmpty();
        decoder.retain();
        assertThat(decoder.heldBytes()).isLessThan(200);
        assertThat(decode("def")).isEmpty();
        decoder.retain();
        assertThat(decoder.heldBytes()).isLessThan(200);
    }

    @Test
    void an_idle_connection_holds_no_buffer_and_a_giant_leaves_none_behind() throws Exception {
        decoder = decoder(RespLimits.DEFAULTS);
        byte[] value = new byte[8 << 20];
        append(("*2\r\n$3\r\nSET\r\n$" + value.length + "\r\n"));
        assertThat(drain()).isEmpty();
        ByteBuf packet = Unpooled.wrappedBuffer(new byte[1024]);
        for (int sent = 0; sent < value.length; sent += 1024) {
            decoder.append(packet.resetReaderIndex());
            assertThat(decoder.next(request)).isFalse();
            decoder.retain();
            assertThat(decoder.heldBytes()).isLessThan(2 * (sent + 1024) + 4096);
        }
        assertThat(decoder.heldBytes())
                .as("growing stops at the end of the request")
                .isLessThan(value.length + 1024);
        append("\r\n");
        assertThat(decoder.next(request)).isTrue();
        assertThat(request.copy(1)).isEqualTo(value);
        assertThat(decoder.next(request)).isFalse();
        assertThat(decoder.heldBytes()).isZero();
        assertThat(request.array()).isEmpty();
        assertThat(scratch.capacity()).isLessThanOrEqualTo(4096);
    }

    @Test
    void a_64_mib_value_in_one_kib_packets_takes_time_in_proportion() throws Exception {
        decoder = decoder(RespLimits.DEFAULTS);
        int length = 64 << 20;
        append("*1\r\n$" + length + "\r\n");
        ByteBuf packet = Unpooled.wrappedBuffer(new byte[1024]);
        int held = 0;
        long moved = 0;
        for (int sent = 0; sent < length; sent += 1024) {
            decoder.append(packet.resetReaderIndex());
            assertThat(decoder.next(request)).isFalse();
            decoder.retain();
            if (decoder.heldBytes() != held) {
                moved += sent;
                held = decoder.heldBytes();
            }
        }
        assertThat(moved).as("bytes moved while the array grew").isLessThan(4L * length);
        append("\r\n");
        assertThat(decoder.next(request)).isTrue();
        assertThat(request.length(0)).isEqualTo(length);
    }

    @Test
    void many_arguments_in_many_packets_are_all_there() throws Exception {
        decoder = decoder(RespLimits.DEFAULTS);
        int count = 200_000;
        append("*" + count + "\r\n");
        for (int i = 0; i < count; i += 100) {
            append("$1\r\nx\r\n".repeat(100));
            boolean complete = decoder.next(request);
            assertThat(complete).isEqualTo(i + 100 == count);
            if (!complete) {
                decoder.retain();
            }
        }
        assertThat(request.argumentCount()).isEqualTo(count);
        assertThat(request.string(count - 1)).isEqualTo("x");
        assertThat(decoder.next(request)).isFalse();
        assertThat(decoder.heldBytes()).isZero();
    }

    @Test
    void arguments_can_be_read_without_copying() throws Exception {
        append("*4\r\n$3\r\ngEt\r\n$2\r\n-7\r\n$2\r\n07\r\n$2\r\n\u00c3\u00bc\r\n");
        assertThat(decoder.next(request)).isTrue();
        assertThat(request.matches(0, "GET".getBytes(ISO_8859_1))).isTrue();
        assertThat(request.matches(0, "GEX".getBytes(ISO_8859_1))).isFalse();
        assertThat(request.matches(0, "GETX".getBytes(ISO_8859_1))).isFalse();
        assertThat(request.isLong(1)).isTrue();
        assertThat(request.asLong(1)).isEqualTo(-7);
        assertThat(request.isLong(2)).isFalse();
        assertThat(request.string(3)).isEqualTo("ü");
        assertThat(request.array()[request.offset(0)]).isEqualTo((byte) 'g');
        assertThat(request).hasToString("RespRequest[gEt with 3 arguments]");
        assertThatThrownBy(() -> request.offset(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> request.length(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> request.asLong(2)).isInstanceOf(NumberFormatException.class);
    }

    @Test
    void garbage_never_does_more_than_be_refused() {
        String alphabet = "*$\r\n019-abc\"'\\x \0";
        for (int seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            decoder = decoder(SMALL);
            try {
                for (int packet = 0; packet < 3; packet++) {
                    StringBuilder text = new StringBuilder();
                    for (int i = random.nextInt(40); i > 0; i--) {
                        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
                    }
                    decode(text.toString());
                    decoder.retain();
                }
            } catch (RespProtocolException expected) {
                assertThat(decoder.leftOverBytes()).as("seed " + seed).isZero();
            }
        }
    }

    private void refuses(String text, String problem) {
        refuses(text, problem, true);
    }

    private void refuses(String text, String problem, boolean authenticated) {
        for (int cut : new int[] {0, 1, text.length() / 2, text.length() - 1}) {
            decoder = decoder(SMALL);
            decoder.setAuthenticated(authenticated);
            assertThatThrownBy(() -> {
                        decode(text.substring(0, cut));
                        decoder.retain();
                        decode(text.substring(cut));
                    })
                    .as(text)
                    .isInstanceOf(RespProtocolException.class)
                    .hasMessage("Protocol error: " + problem);
        }
    }
}
