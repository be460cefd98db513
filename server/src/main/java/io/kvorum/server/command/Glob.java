package io.kvorum.server.command;

/**
 * Redis's patterns over bytes: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, a backslash before what is meant
 * literally. Immutable.
 *
 * <p>Only the last {@code *} is ever gone back to, so that a hostile pattern costs pattern times text and no more.
 */
public final class Glob {
    private final byte[] pattern;

    /** The pattern these bytes are. */
    public Glob(byte[] pattern) {
        this.pattern = pattern.clone();
    }

    boolean matches(byte[] text) {
        return matches(text, 0, text.length);
    }

    /** Whether the slice matches. */
    public boolean matches(byte[] text, int offset, int length) {
        int p = 0;
        int t = offset;
        int end = offset + length;
        int starPattern = -1;
        int starText = -1;
        while (t < end) {
            if (p < pattern.length && pattern[p] == '*') {
                starPattern = p++;
                starText = t;
                continue;
            }
            int next = p < pattern.length ? matchOne(p, text[t] & 0xFF) : -1;
            if (next >= 0) {
                p = next;
                t++;
            } else if (starPattern >= 0) {
                p = starPattern + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p == pattern.length;
    }

    /** Index behind the element at {@code p} if it matches the byte, else -1. */
    private int matchOne(int p, int found) {
        return switch (pattern[p]) {
            case '?' -> p + 1;
            case '[' -> matchClass(p + 1, found);
            case '\\' -> matchLiteral(p + 1 < pattern.length ? p + 1 : p, found);
            default -> matchLiteral(p, found);
        };
    }

    private int matchLiteral(int p, int found) {
        return (pattern[p] & 0xFF) == found ? p + 1 : -1;
    }

    private int matchClass(int start, int found) {
        int p = start;
        boolean negated = p < pattern.length && pattern[p] == '^';
        if (negated) {
            p++;
        }
        boolean hit = false;
        while (p < pattern.length && pattern[p] != ']') {
            if (pattern[p] == '\\' && p + 1 < pattern.length) {
                p++;
                hit |= (pattern[p] & 0xFF) == found;
            } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
                int low = Math.min(pattern[p] & 0xFF, pattern[p + 2] & 0xFF);
                int high = Math.max(pattern[p] & 0xFF, pattern[p + 2] & 0xFF);
                hit |= low <= found && found <= high;
                p += 2;
            } else {
                hit |= (pattern[p] & 0xFF) == found;
            }
            p++;
        }
        return hit != negated ? Math.min(p + 1, pattern.length) : -1;
    }
}
