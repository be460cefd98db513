package io.kvorum.codec.memcached;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

final class McWriterTest {
    private final ByteBuf buffer = Unpooled.buffer();
    private final McWriter writer = new McWriter().attach(buffer);

    @Test
    void replies_are_written_word_by_word() {
        byte[] key = {'k', 0};
        writer.text("VALUE ")
                .bytes(key, 0, 1)
                .letter(' ')
                .unsigned(-1)
                .flag('t')
                .signed(-1)
                .flag('f')
                .signed(42)
                .end();
        writer.base64(key, 0, 2).end();
        assertThat(buffer.toString(ISO_8859_1)).isEqualTo("VALUE k 18446744073709551615 t-1 f42\r\nawA=\r\n");
    }

    @Test
    void a_line_is_one_line() {
        writer.line("SERVER_ERROR a\r\nb \u00e9");
        assertThat(buffer.toString(ISO_8859_1)).isEqualTo("SERVER_ERROR a  b \u00c3\u00a9\r\n");
    }
}
