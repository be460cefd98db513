package io.kvorum.codec.memcached;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kvorum.codec.buffer.Scratch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class McRequestDecoderTest {
    private static final McLimits LIMITS = new McLimits(250, 1000, 4096, 100);
    private static final String SESSION = "get a bb  c\r\nset k 4294967295 -1 3\r\n\r\n!\r\nset k 1 2 0 noreply\r\n\r\n"
            + "cas k 1 2 3 18446744073709551615 noreply\r\nabc\r\nincr n +05\ndelete k 0 noreply\r\n"
            + "mg Zm9v b k v O7 q\r\nms Zm9v 5 b c F3 T60 MA\r\nhello\r\nms k S3\r\nmn\r\nma n N0 J13 D2 MD\r\nmd k C5 q\r\n"
            + "me k\r\nset k 0 0 2\r\nxyz\r\nms k 2000 q\r\n" + "x".repeat(2000)
            + "\r\nms k 3 z\r\nxyz\r\nflush_all -1\r\nstats items\r\n \r\nnosuch\r\nquit\r\n";

    private final Scratch scratch = new Scratch(256, 4096);
    private final McRequest request = new McRequest();
    private McRequestDecoder decoder = decoder();

    private McRequestDecoder decoder() {
        McRequestDecoder made = new McRequestDecoder(LIMITS, scratch);
        made.setAuthenticated(true);
        return made;
    }

    private void append(String text) {
        ByteBuf packet = Unpooled.copiedBuffer(text, ISO_8859_1);
        decoder.append(packet);
        assertThat(packet.isReadable()).isFalse();
        packet.release();
    }

    private static String shown(McRequest request) {
        StringBuilder text = new StringBuilder(request.verb().toString());
        if (request.verb() == McVerb.INVALID) {
            return text.append(' ')
                    .append(request.error())
                    .append(request.isQuiet() ? " (quiet)" : "")
                    .toString();
        }
        for (int word = 1; word < request.wordCount(); word++) {
            text.append(' ')
                    .append(new String(request.array(), request.offset(word), request.length(word), ISO_8859_1));
        }
        if (request.verb().hasValue()) {
            text.append(" = ")
                    .append(new String(request.array(), request.valueOffset(), request.valueLength(), ISO_8859_1));
        }
        return text.append(request.isQuiet() ? " (quiet)" : "").toString();
    }

    private List<String> drain() throws McProtocolException {
        List<String> requests = new ArrayList<>();
        while (decoder.next(request)) {
            String text = shown(request);
            assertThat(shown(request.toKeep())).as("a kept request").isEqualTo(text);
            requests.add(text);
        }
        return requests;
    }

    private List<String> decode(String text) throws McProtocolException {
        append(text);
        return drain();
    }

    private String refusal(String text) {
        append(text);
        McProtocolException refused = catchThrowableOfType(McProtocolException.class, this::drain);
        assertThat(refused).as(text).isNotNull();
        return refused.line();
    }

    @Test
    void a_session_of_all_commands_is_decoded() throws Exception {
        assertThat(decode(SESSION))
                .containsExactly(
                        "GET a bb c",
                        "SET k 4294967295 -1 3 = \r\n!",
                        "SET k 1 2 0 noreply =  (quiet)",
                        "CAS k 1 2 3 18446744073709551615 noreply = abc (quiet)",
                        "INCR n +05",
                        "DELETE k 0 noreply (quiet)",
                        "META_GET foo b k v O7 q (quiet)",
                        "META_SET foo 5 b c F3 T60 MA = hello",
                        "INVALID CLIENT_ERROR bad command line format",
                        "META_NOOP",
                        "META_ARITHMETIC n N0 J13 D2 MD",
                        "META_DELETE k C5 q (quiet)",
                        "META_DEBUG k",
                        "INVALID CLIENT_ERROR bad data chunk",
                        "INVALID ERROR",
                        "INVALID SERVER_ERROR object too large for cache",
                        "INVALID CLIENT_ERROR invalid flag",
                        "FLUSH_ALL -1",
                        "STATS items",
                        "INVALID ERROR",
                        "INVALID ERROR",
                        "QUIT");
        assertThat(decoder.heldBytes()).isZero();
    }

    @Test
    void however_the_bytes_are_cut_the_requests_are_the_same() throws Exception {
        List<String> whole = decode(SESSION);
        for (int cut = 1; cut < SESSION.length(); cut++) {
            decoder = decoder();
            List<String> requests = new ArrayList<>(decode(SESSION.substring(0, cut)));
            decoder.retain();
            requests.addAll(decode(SESSION.substring(cut)));
            assertThat(requests).as("cut at %d", cut).isEqualTo(whole);
        }
        decoder = decoder();
        List<String> byBytes = new ArrayList<>();
        for (int at = 0; at < SESSION.length(); at++) {
            byBytes.addAll(decode(SESSION.substring(at, at + 1)));
            decoder.retain();
        }
        assertThat(byBytes).as("byte by byte").isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "get|ERROR",
                "GET a|ERROR",
                "set k 0 0|ERROR",
                "set k 0 0 1 noreply more|ERROR",
                "set k -1 0 1|CLIENT_ERROR bad command line format",
                "set k 4294967296 0 1|CLIENT_ERROR bad command line format",
                "set k 0 x 1|CLIENT_ERROR bad command line format",
                "set k 0 9999999999999 1|CLIENT_ERROR bad command line format",
                "set k 0 0 -1|CLIENT_ERROR bad command line format",
                "set k 0 0 2147483647|CLIENT_ERROR bad command line format",
                "set k 0 0 noreply|CLIENT_ERROR bad command line format (quiet)",
                "cas k 0 0 1|ERROR",
                "cas k 0 0 1 18446744073709551616|CLIENT_ERROR bad command line format",
                "incr n|ERROR",
                "incr n -1|CLIENT_ERROR invalid numeric delta argument",
                "touch k|ERROR",
                "touch k x|CLIENT_ERROR invalid exptime argument",
                "gat x k|CLIENT_ERROR invalid exptime argument",
                "delete k 1|CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]",
                "delete k noreply 0|CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]",
                "flush_all x|CLIENT_ERROR invalid exptime argument",
                "flush_all 1 2 3|ERROR",
                "verbosity|ERROR",
                "verbosity x|CLIENT_ERROR bad command line format",
                "mg|ERROR",
                "mg k v v|CLIENT_ERROR duplicate flag",
                "mg k z|CLIENT_ERROR invalid flag",
                "mg k x|CLIENT_ERROR invalid flag",
                "mg k E1|CLIENT_ERROR invalid flag",
                "mg k N|CLIENT_ERROR bad token in command line format",
                "mg ### b|CLIENT_ERROR error decoding key",
                "mg Zm9 b|CLIENT_ERROR error decoding key",
                "mg k O12345678901234567890123456789012|CLIENT_ERROR opaque token too long",
                "mg k 1 2 3 4 5 6 7 8 9 a b c d e f g h i|CLIENT_ERROR options flags are too long",
                "ms k|CLIENT_ERROR bad command line format",
                "ms k S1|CLIENT_ERROR bad command line format",
                "md k z|CLIENT_ERROR invalid or duplicate flag",
                "md k I|CLIENT_ERROR no item can be marked stale here: use mg with a short T, and R where it is read",
                "ma k Dx|CLIENT_ERROR invalid or duplicate flag",
                "ma k Mx|CLIENT_ERROR invalid mode for ma M token",
                "me|CLIENT_ERROR bad command line format"
            })
    void a_malformed_line_has_the_error_that_memcached_has(String line, String error) throws Exception {
        assertThat(decode(line + "\r\nmn\r\n")).containsExactly("INVALID " + error, "META_NOOP");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ms k 3 Mx|CLIENT_ERROR invalid mode for ms M token",
                "ms k 3 MAA|CLIENT_ERROR incorrect length for M token",
                "ms k 3 Fx|CLIENT_ERROR bad command line format",
                "ms k 3 Cx|CLIENT_ERROR bad token in command line format",
                "ms k 3 k k q|CLIENT_ERROR duplicate flag"
            })
    void the_value_behind_a_refused_line_is_no_command(String line, String error) throws Exception {
        assertThat(decode(line + "\r\nmn\r\r\nmn\r\n")).containsExactly("INVALID " + error, "META_NOOP");
    }

    @Test
    void keys_have_250_bytes_at_the_most_and_no_control_characters() throws Exception {
        String longest = "k".repeat(250);
        assertThat(decode("get " + longest + "\r\nget " + longest + "k\r\nget a a\tb\r\nget \u007f\r\nget \u00e9\r\n"))
                .containsExactly(
                        "GET " + longest,
                        "INVALID CLIENT_ERROR bad command line format",
                        "INVALID CLIENT_ERROR bad command line format",
                        "INVALID CLIENT_ERROR bad command line format",
                        "GET \u00e9");
    }

    @Test
    void a_key_in_base64_may_have_any_bytes() throws Exception {
        assertThat(decode("mg AA0KIA== b\r\n")).containsExactly("META_GET \0\r\n  b");
    }

    @Test
    void a_line_without_an_end_is_held_to_a_bound() {
        assertThat(refusal("x".repeat(2100))).isEqualTo("CLIENT_ERROR line too long");
        decoder = decoder();
        assertThat(refusal("get " + "k ".repeat(2100))).isEqualTo("CLIENT_ERROR line too long");
    }

    @Test
    void many_keys_make_a_long_line() throws Exception {
        String keys = ("k".repeat(30) + ' ').repeat(100);
        assertThat(decode("get " + keys + "\r\nget " + "a ".repeat(101) + "\r\n"))
                .hasSize(2)
                .contains("INVALID CLIENT_ERROR more than 100 keys");
    }

    @Test
    void of_a_line_full_of_keys_no_more_are_noted_than_tell_that_they_are_too_many() throws Exception {
        append("gat 1 " + "a ".repeat(2000) + "\r\n");
        assertThat(decoder.next(request)).isTrue();
        assertThat(request.error()).isEqualTo("CLIENT_ERROR more than 100 keys");
        assertThat(request.wordCount()).isLessThan(110);
        assertThat(decoder.next(request)).isFalse();
    }

    @Test
    void a_value_that_is_too_long_is_passed_over_without_being_held() throws Exception {
        assertThat(decode("set k 0 0 1000000000 noreply\r\n"))
                .containsExactly("INVALID SERVER_ERROR object too large for cache (quiet)");
        assertThat(decode("x".repeat(3000))).isEmpty();
        decoder.retain();
        assertThat(decoder.heldBytes()).isZero();
    }

    @Test
    void a_claimed_length_reserves_nothing() throws Exception {
        assertThat(decode("set k 0 0 1000\r\nabc")).isEmpty();
        decoder.retain();
        assertThat(decoder.heldBytes()).isLessThan(100);
    }

    @Test
    void who_is_unknown_may_send_no_more_than_a_password() throws Exception {
        McRequestDecoder strict = new McRequestDecoder(new McLimits(250, 1 << 20, 4096, 100), scratch);
        ByteBuf packet = Unpooled.copiedBuffer("set k 0 0 3000\r\n" + "x".repeat(3000) + "\r\nmn\r\n", ISO_8859_1);
        strict.append(packet);
        packet.release();
        assertThat(strict.next(request)).isTrue();
        assertThat(request.error()).isEqualTo("SERVER_ERROR object too large for cache");
        assertThat(strict.next(request)).isTrue();
        assertThat(request.verb()).isEqualTo(McVerb.META_NOOP);
        ByteBuf keys = Unpooled.copiedBuffer("get " + "k ".repeat(1200), ISO_8859_1);
        strict.append(keys);
        keys.release();
        McProtocolException refused = catchThrowableOfType(McProtocolException.class, () -> strict.next(request));
        assertThat(refused).as("many keys of a stranger").isNotNull();
        assertThat(strict.heldBytes()).isZero();
    }

    @Test
    void other_protocols_are_told_so() {
        for (String hello : List.of(
                "\u0080\u0000\u0000",
                "\u0016\u0003\u0001",
                "POST / HTTP/1.1\r\n",
                "GET / HTTP/1.1\r\n",
                "PUT /k HTTP/2\r\n",
                "Host: a\r\n")) {
            decoder = decoder();
            assertThat(refusal(hello)).startsWith("CLIENT_ERROR ").contains("not");
        }
    }

    @Test
    void a_key_may_look_like_a_version_of_http() throws Exception {
        assertThat(decode("get / HTTP/1.1\r\nmg HTTP/1.1\r\nset HTTP/ 0 0\r\nHTTP/1.1\r\n"))
                .containsExactly("GET / HTTP/1.1", "META_GET HTTP/1.1", "INVALID ERROR", "INVALID ERROR");
    }

    @Test
    void after_an_error_of_the_protocol_nothing_is_read() throws Exception {
        refusal("\u0080");
        assertThat(decode("mn\r\n")).isEmpty();
        assertThat(decoder.heldBytes()).isZero();
    }

    /** Whatever comes, in whatever pieces, is answered or refused, and what is held is bounded. */
    @Test
    void garbage_is_harmless_and_its_cuts_do_not_matter() {
        long seed = Long.getLong("kvorum.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        String[] bits = SESSION.split("(?<=\n)|(?= )", -1);
        for (int round = 0; round < 300; round++) {
            StringBuilder stream = new StringBuilder();
            while (stream.length() < 3000) {
                stream.append(bits[random.nextInt(bits.length)]);
                if (random.nextInt(8) == 0) {
                    stream.append((char) random.nextInt(256));
                }
            }
            String text = stream.toString();
            List<String> whole = answers(text, text.length(), random);
            assertThat(answers(text, 7, random)).as("seed %d", seed).isEqualTo(whole);
        }
    }

    private List<String> answers(String text, int pieceMax, SplittableRandom random) {
        decoder = decoder();
        List<String> requests = new ArrayList<>();
        try {
            for (int at = 0; at < text.length(); ) {
                int end = pieceMax == text.length()
                        ? pieceMax
                        : Math.min(text.length(), at + 1 + random.nextInt(pieceMax));
                append(text.substring(at, end));
                while (decoder.next(request)) {
                    requests.add(shown(request));
                }
                decoder.retain();
                at = end;
            }
        } catch (McProtocolException refused) {
            requests.add(refused.line());
        }
        decoder.close();
        return requests;
    }
}
