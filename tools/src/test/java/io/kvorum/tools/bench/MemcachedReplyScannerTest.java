package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemcachedReplyScannerTest {
    private static final String REPLIES = "VERSION 1.6.18\r\n" // v
            + "STORED\r\n" // v
            + "VALUE key:1 0 5\r\nab\r\nc\r\nEND\r\n" // v, with line ends inside
            + "END\r\n" // n
            + "VALUE key:2 0 3 77\r\nEND\r\nEND\r\n" // v, which looks like an end, with a cas
            + "VALUE key:3 4294967295 0\r\n\r\nEND\r\n" // v
            + "SERVER_ERROR out of memory storing object\r\n" // SERVER_ERROR
            + "END\r\n" // n
            + "NOT_STORED\r\n" // NOT_STORED
            + "CLIENT_ERROR bad command line format\r\n" // CLIENT_ERROR
            + "ERROR\r\n"; // ERROR

    private static final String[] WORDS = {
        "v", "v", "v", "n", "v", "v", "SERVER_ERROR", "n", "NOT_STORED", "CLIENT_ERROR", "ERROR",
    };

    @Test
    void replies_are_told_apart_wherever_the_packets_are_cut() {
        ReplyWords.assertRead(MemcachedReplyScanner::new, REPLIES, WORDS);
    }

    @Test
    void what_is_not_memcached_or_asks_for_too_much_is_refused() {
        for (String wrong : List.of(
                "+OK\r\n",
                "STORED\n",
                "\n",
                "VALUE key:1 0\r\n",
                "VALUE key:1 0 x\r\n",
                "VALUE key:1 0 99999999999\r\n",
                "VALUE " + "x".repeat(3_000))) {
            ByteBuf in = Unpooled.copiedBuffer(wrong, StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> new MemcachedReplyScanner().scan(in, new ReplyWords()))
                    .as(wrong)
                    .isInstanceOf(ReplyScanner.NotUnderstoodException.class);
        }
    }
}
