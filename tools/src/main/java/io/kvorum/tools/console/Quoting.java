package io.kvorum.tools.console;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Bytes as printable text and back, the way redis-cli writes them: in double quotes, with {@code \n \r \t \a \b},
 * {@code \\}, {@code \"} and {@code \xhh} for all that is not printable ASCII.
 */
public final class Quoting {
    private static final String NAMED = "n\nr\rt\ta\007b\b\\\\\"\"";

    private Quoting() {}

    public static String quote(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length + 2).append('"');
        for (byte value : bytes) {
            char c = (char) (value & 0xff);
            int named = nameOf(c);
            if (named >= 0) {
                out.append('\\').append(NAMED.charAt(named));
            } else if (c >= ' ' && c < 0x7f) {
                out.append(c);
            } else {
                out.append("\\x").append(String.format(Locale.ROOT, "%02x", (int) c));
            }
        }
        return out.append('"').toString();
    }

    /**
     * The bytes that quoted text stands for; text that does not begin with a quote stands for its UTF-8 bytes.
     *
     * @throws IllegalArgumentException if the closing quote is missing or stands before the end, or an escape is none
     */
    public static byte[] unquote(String text) {
        if (!text.startsWith("\"")) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 1;
        while (at < text.length() && text.charAt(at) != '"') {
            int end = text.offsetByCodePoints(at, 1);
            if (text.charAt(at) != '\\') {
                out.writeBytes(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
                at = end;
            } else {
                at = unescape(text, at, out);
            }
        }
        if (at != text.length() - 1) {
            throw new IllegalArgumentException("the closing quote is " + (at < text.length() ? "early" : "missing"));
        }
        return out.toByteArray();
    }

    private static int unescape(String text, int at, ByteArrayOutputStream out) {
        char c = at + 1 < text.length() ? text.charAt(at + 1) : '\0';
        if (c == 'x' && at + 3 < text.length()) {
            int high = Character.digit(text.charAt(at + 2), 16);
            int low = Character.digit(text.charAt(at + 3), 16);
            if (high >= 0 && low >= 0) {
                out.write(high << 4 | low);
                return at + 4;
            }
        }
        for (int i = 0; i < NAMED.length(); i += 2) {
            if (NAMED.charAt(i) == c) {
                out.write(NAMED.charAt(i + 1));
                return at + 2;
            }
        }
        throw new IllegalArgumentException(
                "unknown escape at character " + at + "; there are \\n \\r \\t \\a \\b \\xhh");
    }

    private static int nameOf(char c) {
        for (int i = 0; i < NAMED.length(); i += 2) {
            if (NAMED.charAt(i + 1) == c) {
                return i;
            }
        }
        return -1;
    }
}
