package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReplyScannerTest {
    /** Replies as words: v for a value, n for nothing, the code of an error. */
    private static final class Words implements ReplyScanner.Sink {
        private final List<String> words = new ArrayList<>();

        @Override
        public void onValue() {
            words.add("v");
        }

        @Override
        public void onAbsent() {
            words.add("n");
        }

        @Override
        public void onError(String code) {
            words.add(code);
        }
    }

    private static final String REPLIES = "+OK\r\n" // v
            + "$5\r\na\r\n-b\r\n" // v, with what looks like an error inside
            + "$-1\r\n" // n
            + "-TRYAGAIN too much\r\n" // TRYAGAIN
            + "*2\r\n$-1\r\n*1\r\n:5\r\n" // v: only its parts are absent
            + "*1\r\n$-1\r\n" // v
            + "*-1\r\n" // n
            + "$0\r\n\r\n" // v
            + "_\r\n" // n
            + ">2\r\n+push\r\n:1\r\n" // nothing: answers no request
            + "%1\r\n+a\r\n*0\r\n" // v
            + "*0\r\n" // v
            + ":-12\r\n" // v
            + "-ERR\r\n"; // ERR

    private static final String[] WORDS = {
        "v", "v", "n", "TRYAGAIN", "v", "v", "n", "v", "n", "v", "v", "v", "ERR",
    };

    @Test
    void replies_are_told_apart_wherever_the_packets_are_cut() {
        byte[] bytes = REPLIES.getBytes(StandardCharsets.US_ASCII);
        for (int packet = 1; packet <= bytes.length; packet++) {
            ReplyScanner scanner = new ReplyScanner();
            Words words = new Words();
            for (int at = 0; at < bytes.length; at += packet) {
                ByteBuf part = Unpooled.wrappedBuffer(bytes, at, Math.min(packet, bytes.length - at));
                scanner.scan(part, words);
                assertThat(part.isReadable()).isFalse();
            }
            assertThat(words.words).as("packets of %d bytes", packet).containsExactly(WORDS);
        }
    }

    @Test
    void what_is_not_resp_or_asks_for_too_much_is_refused() {
        for (String wrong :
                List.of("HTTP/1.1 400\r\n", "$99999999999999999999\r\n", "*2147483647\r\n", "+" + "x".repeat(70_000))) {
            ByteBuf in = Unpooled.copiedBuffer(wrong, StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> new ReplyScanner().scan(in, new Words()))
                    .as(wrong.substring(0, 5))
                    .isInstanceOf(ReplyScanner.NotRespException.class);
        }
    }
}
