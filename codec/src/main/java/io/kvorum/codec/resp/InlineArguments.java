package io.kvorum.codec.resp;

/**
 * The words of an inline request, by Redis's rules ({@code sdssplitargs}).
 *
 * <p>Words are parted by blanks. Double quotes hold {@code \n \r \t \b \a}, {@code \xHH} and any other character after a
 * backslash; single quotes hold {@code \'} alone. A closing quote must end the word. A NUL ends the line, as it ends a
 * string in C. Words are unescaped in place: they only get shorter.
 */
final class InlineArguments {
    static final int UNBALANCED = -1;

    private final byte[] array;
    private final int end;
    private int from;
    private int to;

    private InlineArguments(byte[] array, int start, int end) {
        this.array = array;
        this.from = start;
        this.end = end;
    }

    /** Notes the words between the two indexes in {@code into} and returns how many, or {@link #UNBALANCED}. */
    static int split(byte[] array, int start, int end, RespRequest into) {
        InlineArguments line = new InlineArguments(array, start, end);
        int[] slices = into.slices();
        int count = 0;
        while (line.skipBlanks()) {
            int wordStart = line.from;
            line.to = wordStart;
            if (!line.readWord()) {
                return UNBALANCED;
            }
            if (2 * count == slices.length) {
                slices = into.grow(slices);
            }
            slices[2 * count] = wordStart - start;
            slices[2 * count + 1] = line.to - wordStart;
            count++;
        }
        return count;
    }

    private boolean skipBlanks() {
        while (isBlank(peek(0))) {
            from++;
        }
        return peek(0) != 0;
    }

    private boolean readWord() {
        while (true) {
            int c = peek(0);
            switch (c) {
                case 0 -> {
                    return true;
                }
                case ' ', '\n', '\r', '\t' -> {
                    from++;
                    return true;
                }
                case '"', '\'' -> {
                    from++;
                    return c == '"' ? readDoubleQuoted() : readSingleQuoted();
                }
                default -> keep(c, 1);
            }
        }
    }

    private boolean readDoubleQuoted() {
        while (true) {
            int c = peek(0);
            if (c == 0) {
                return false;
            } else if (c == '"') {
                return endOfWord();
            } else if (c == '\\' && peek(1) == 'x' && hex(peek(2)) >= 0 && hex(peek(3)) >= 0) {
                keep(hex(peek(2)) << 4 | hex(peek(3)), 4);
            } else if (c == '\\' && peek(1) != 0) {
                keep(unescaped(peek(1)), 2);
            } else {
                keep(c, 1);
            }
        }
    }

    private boolean readSingleQuoted() {
        while (true) {
            int c = peek(0);
            if (c == 0) {
                return false;
            } else if (c == '\'') {
                return endOfWord();
            } else if (c == '\\' && peek(1) == '\'') {
                keep('\'', 2);
            } else {
                keep(c, 1);
            }
        }
    }

    private boolean endOfWord() {
        from++;
        return peek(0) == 0 || isBlank(peek(0));
    }

    private void keep(int value, int consumed) {
        array[to++] = (byte) value;
        from += consumed;
    }

    /** The unread byte at this distance, 0 to 255; 0 beyond the end. */
    private int peek(int distance) {
        return from + distance < end ? array[from + distance] & 0xFF : 0;
    }

    private static int unescaped(int c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    private static int hex(int c) {
        return Character.digit(c, 16);
    }

    private static boolean isBlank(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
