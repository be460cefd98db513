package io.kvorum.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Replies as words: v for a value, n for nothing, the code of an error. */
final class ReplyWords implements ReplyScanner.Sink {
    private final List<String> words = new ArrayList<>();

    /** Reads the replies in packets of every size, and expects the same words each time. */
    static void assertRead(Supplier<ReplyScanner> scanners, String replies, String... expected) {
        byte[] bytes = replies.getBytes(StandardCharsets.US_ASCII);
        for (int packet = 1; packet <= bytes.length; packet++) {
            ReplyScanner scanner = scanners.get();
            ReplyWords sink = new ReplyWords();
            for (int at = 0; at < bytes.length; at += packet) {
                ByteBuf part = Unpooled.wrappedBuffer(bytes, at, Math.min(packet, bytes.length - at));
                scanner.scan(part, sink);
                assertThat(part.isReadable()).isFalse();
            }
            assertThat(sink.words).as("packets of %d bytes", packet).containsExactly(expected);
        }
    }

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
