package io.kvorum.server.command;

import java.util.Arrays;

/**
 * Redis's patterns over bytes: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, a backslash before what is meant
 * literally. Immutable.
 *
 * <p>A pattern is read once, into elements that each match one byte, and stars between them; so a class costs the same
 * however long it is. Only the last star is ever gone back to. A hostile pattern costs its own length once and, for each
 * text, that text's length squared at the most.
 */
public final class Glob {
    /** As long as a key can be. What needs a longer text matches none, so that its elements need not be kept. */
    private static final int TEXT_BYTES_MAX = 64 << 10;

    private static final int BYTES = 256;
    private static final int ANY = BYTES;
    private static final int STAR = ANY + 1;

    /** From here on: the number of a class. */
    private static final int CLASSES = STAR + 1;

    private static final int CLASS_WORDS = BYTES / Long.SIZE;

    private int[] elements = new int[16];
    private int count;

    /** Which bytes are in each class, a bit for each. */
    private long[] classes = {};

    private int classesKept;

    /** How many elements are no stars: texts are no shorter. */
    private int least;

    /** The pattern these bytes are. */
    public Glob(byte[] pattern) {
        int p = 0;
        while (p < pattern.length && least <= TEXT_BYTES_MAX) {
            int next = p + 1;
            switch (pattern[p]) {
                case '*' -> {
                    if (count == 0 || elements[count - 1] != STAR) {
                        add(STAR);
                    }
                }
                case '?' -> addOne(ANY);
                case '[' -> next = addClass(pattern, next);
                case '\\' -> {
                    int literal = next < pattern.length ? next : p;
                    addOne(pattern[literal] & 0xFF);
                    next = literal + 1;
                }
                default -> addOne(pattern[p] & 0xFF);
            }
            p = next;
        }
    }

    private void addOne(int element) {
        add(element);
        least++;
    }

    private void add(int element) {
        if (count == elements.length) {
            elements = Arrays.copyOf(elements, 2 * count);
        }
        elements[count++] = element;
    }

    /** Adds the class whose bracket is before {@code start}; returns where the pattern goes on. */
    private int addClass(byte[] pattern, int start) {
        int p = start;
        boolean negated = p < pattern.length && pattern[p] == '^';
        if (negated) {
            p++;
        }
        long[] bits = new long[CLASS_WORDS];
        while (p < pattern.length && pattern[p] != ']') {
            if (pattern[p] == '\\' && p + 1 < pattern.length) {
                p++;
                include(bits, pattern[p] & 0xFF);
            } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
                int from = pattern[p] & 0xFF;
                int to = pattern[p + 2] & 0xFF;
                for (int found = Math.min(from, to); found <= Math.max(from, to); found++) {
                    include(bits, found);
                }
                p += 2;
            } else {
                include(bits, pattern[p] & 0xFF);
            }
            p++;
        }
        keep(bits, negated);
        return Math.min(p + 1, pattern.length);
    }

    private static void include(long[] bits, int found) {
        bits[found / Long.SIZE] |= 1L << found;
    }

    private void keep(long[] bits, boolean negated) {
        int number = classesKept;
        int at = number * CLASS_WORDS;
        if (at == classes.length) {
            classes = Arrays.copyOf(classes, Math.max(CLASS_WORDS, 2 * at));
        }
        for (int i = 0; i < CLASS_WORDS; i++) {
            classes[at + i] = negated ? ~bits[i] : bits[i];
        }
        classesKept++;
        addOne(CLASSES + number);
    }

    boolean matches(byte[] text) {
        return matches(text, 0, text.length);
    }

    /** Whether the slice, which is no longer than a key can be, matches. */
    public boolean matches(byte[] text, int offset, int length) {
        if (length < least) {
            return false;
        }
        int e = 0;
        int t = offset;
        int end = offset + length;
        int starElement = -1;
        int starText = -1;
        while (t < end) {
            if (e < count && elements[e] == STAR) {
                starElement = e++;
                starText = t;
            } else if (e < count && matchesOne(elements[e], text[t] & 0xFF)) {
                e++;
                t++;
            } else if (starElement >= 0) {
                e = starElement + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (e < count && elements[e] == STAR) {
            e++;
        }
        return e == count;
    }

    private boolean matchesOne(int element, int found) {
        if (element < CLASSES) {
            return element == found || element == ANY;
        }
        int at = (element - CLASSES) * CLASS_WORDS;
        return (classes[at + found / Long.SIZE] & 1L << found) != 0;
    }
}
