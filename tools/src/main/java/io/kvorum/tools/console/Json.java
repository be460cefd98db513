package io.kvorum.tools.console;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps, lists, strings, numbers, booleans, nulls and byte arrays as JSON, indented by two. Bytes that are
 * UTF-8 become a string, any others an object {@code {"base64": "…"}}, so that nothing is lost.
 */
public final class Json {
    private Json() {}

    /**
     * Renders a value, ended by a line feed.
     *
     * @throws IllegalArgumentException if something in it is none of the types above
     */
    public static String render(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, "\n");
        return out.append('\n').toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, String line) {
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number) {
            // JSON knows neither infinity nor NaN.
            out.append(Double.isFinite(number) ? number.toString() : "null");
        } else if (value instanceof String text) {
            string(out, text);
        } else if (value instanceof byte[] bytes) {
            bytes(out, bytes, line);
        } else if (value instanceof Map<?, ?> map) {
            map(out, map, line);
        } else if (value instanceof List<?> list) {
            list(out, list, line);
        } else {
            throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private static void map(StringBuilder out, Map<?, ?> map, String line) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        String inner = line + "  ";
        out.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<?, ?> entry = entries.next();
            out.append(inner);
            string(out, String.valueOf(entry.getKey()));
            out.append(": ");
            write(out, entry.getValue(), inner);
            out.append(entries.hasNext() ? "," : "");
        }
        out.append(line).append('}');
    }

    private static void list(StringBuilder out, List<?> list, String line) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        String inner = line + "  ";
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            out.append(i == 0 ? "" : ",").append(inner);
            write(out, list.get(i), inner);
        }
        out.append(line).append(']');
    }

    private static void bytes(StringBuilder out, byte[] bytes, String line) {
        try {
            string(
                    out,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException notText) {
            map(out, Map.of("base64", Base64.getEncoder().encodeToString(bytes)), line);
        }
    }

    private static void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' || c == 0x7f ? String.format(Locale.ROOT, "\\u%04x", (int) c) : c);
            }
        }
        out.append('"');
    }
}
