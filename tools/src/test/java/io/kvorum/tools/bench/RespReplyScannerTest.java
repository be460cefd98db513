package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RespReplyScannerTest {
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
        ReplyWords.assertRead(RespReplyScanner::new, REPLIES, WORDS);
    }

    @Test
    void what_is_not_resp_or_asks_for_too_much_is_refused() {
        for (String wrong :
                List.of("HTTP/1.1 400\r\n", "$99999999999999999999\r\n", "*2147483647\r\n", "+" + "x".repeat(70_000))) {
            ByteBuf in = Unpooled.copiedBuffer(wrong, StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> new RespReplyScanner().scan(in, new ReplyWords()))
                    .as(wrong.substring(0, 5))
                    .isInstanceOf(ReplyScanner.NotUnderstoodException.class);
        }
    }
}
