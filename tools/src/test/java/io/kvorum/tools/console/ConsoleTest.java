package io.kvorum.tools.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ConsoleTest {
    @Test
    void a_table_is_as_wide_as_its_cells_and_leaves_no_trailing_blanks() {
        Table table = Table.of("node", "keys", "zone").right(1);
        table.row("n0", 12_345, "").row("a-longer-name", 1, "b");
        assertThat(table.render("  ")).isEqualTo("""
              node            keys  zone
              n0             12345
              a-longer-name      1  b
            """);
    }

    @Test
    void bytes_are_quoted_as_redis_cli_quotes_them() {
        byte[] bytes = "a\n\r\t\b\007\"\\ é\0".getBytes(StandardCharsets.UTF_8);
        assertThat(Quoting.quote(bytes)).isEqualTo("\"a\\n\\r\\t\\b\\a\\\"\\\\ \\xc3\\xa9\\x00\"");
    }

    @Test
    void any_bytes_survive_quoting_and_unquoting() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] bytes = new byte[random.nextInt(50)];
            random.nextBytes(bytes);
            assertThat(Quoting.unquote(Quoting.quote(bytes)))
                    .as("seed %d", seed)
                    .isEqualTo(bytes);
        }
    }

    @Test
    void text_without_quotes_stands_for_itself_and_broken_quotes_are_refused() {
        assertThat(Quoting.unquote("plain \\x00 é")).isEqualTo("plain \\x00 é".getBytes(StandardCharsets.UTF_8));
        for (String broken : List.of("\"open", "\"early\"more", "\"\\q\"", "\"\\x0\"", "\"end\\")) {
            assertThatThrownBy(() -> Quoting.unquote(broken)).as(broken).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void json_keeps_order_escapes_controls_and_loses_no_byte() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("b", Arrays.asList(1L, 2.5, true, null, Double.NaN));
        value.put("a \"\\\n\u0001", "é".getBytes(StandardCharsets.UTF_8));
        value.put("bytes", new byte[] {(byte) 0xff, 0});
        value.put("empty", List.of());
        assertThat(Json.render(value)).isEqualTo("""
            {
              "b": [
                1,
                2.5,
                true,
                null,
                null
              ],
              "a \\"\\\\\\n\\u0001": "é",
              "bytes": {
                "base64": "/wA="
              },
              "empty": []
            }
            """);
    }

    @Test
    void numbers_are_shown_with_the_unit_that_fits() {
        assertThat(List.of(Units.bytes(0), Units.bytes(1023), Units.bytes(1536), Units.bytes(5L << 30)))
                .containsExactly("0 B", "1023 B", "1.5 KiB", "5.0 GiB");
        assertThat(List.of(Units.seconds(59), Units.seconds(120), Units.seconds(185), Units.seconds(100_000)))
                .containsExactly("59 s", "2 min", "3 min 5 s", "1 d 3 h");
    }
}
