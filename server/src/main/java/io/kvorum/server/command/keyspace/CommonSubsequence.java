package io.kvorum.server.command.keyspace;

import java.util.ArrayList;
import java.util.List;

/**
 * The longest common subsequence of two values, and of those as long the one that Redis answers. In steps: {@link #fill} until
 * it is done, then {@link #trace} where more than the length is wanted. Owned by one thread.
 *
 * <p>Of the table of lengths one row is kept, along the shorter value, and of each cell one bit, which is all that the way
 * back needs to know: whether it goes on in the first value or in the second.
 */
final class CommonSubsequence {
    /** So many pairs of bytes are compared at the most: 8 MiB of bits, and some tenths of a second. */
    static final long PAIRS_MAX = 1L << 26;

    private final byte[] first;
    private final byte[] second;
    /** Whether the rows of the table are those of the first value. */
    private final boolean firstIsOuter;

    private final byte[] outer;
    private final byte[] inner;
    private final int[] row;
    private final long[] firstGoesOn;
    private final int matchMin;
    private int filled;

    private int firstAt;
    private int secondAt;
    private int textAt;
    private byte[] text = {};
    private final List<Match> matches = new ArrayList<>();
    private int run;

    /**
     * A stretch that both values have.
     *
     * @param first where it begins in the first value
     * @param second where it begins in the second
     * @param length its bytes
     */
    record Match(int first, int second, int length) {}

    /**
     * Begins.
     *
     * @param traced whether the way back will be gone
     * @param matchMin shorter stretches are not kept
     * @throws IllegalArgumentException if there are more than {@link #PAIRS_MAX} pairs
     */
    CommonSubsequence(byte[] first, byte[] second, boolean traced, int matchMin) {
        long pairs = (long) first.length * second.length;
        if (pairs > PAIRS_MAX) {
            throw new IllegalArgumentException(pairs + " pairs");
        }
        this.first = first;
        this.second = second;
        this.matchMin = matchMin;
        firstIsOuter = first.length >= second.length;
        outer = firstIsOuter ? first : second;
        inner = firstIsOuter ? second : first;
        row = new int[inner.length + 1];
        firstGoesOn = new long[traced ? (int) ((pairs + Long.SIZE - 1) / Long.SIZE) : 0];
        firstAt = first.length;
        secondAt = second.length;
    }

    /** How many bytes are needed for values of so many, beside the values. */
    static long bytes(int firstLength, int secondLength, boolean traced) {
        long table = traced ? (long) firstLength * secondLength / Byte.SIZE : 0;
        return table + Math.min(firstLength, secondLength) * (1L + Integer.BYTES);
    }

    /** Compares about so many pairs; returns whether all are. */
    boolean fill(int pairs) {
        int left = inner.length == 0 ? 0 : pairs;
        while (filled < outer.length && left > 0) {
            fillRow(outer[filled], (long) filled * inner.length);
            filled++;
            left -= inner.length;
        }
        return inner.length == 0 || filled == outer.length;
    }

    private void fillRow(byte letter, long bitAt) {
        int diagonal = 0;
        int before = 0;
        for (int i = 1; i < row.length; i++) {
            int above = row[i];
            int longest;
            if (inner[i - 1] == letter) {
                longest = diagonal + 1;
            } else {
                longest = Math.max(above, before);
                if (firstGoesOn.length > 0 && (firstIsOuter ? above > before : before > above)) {
                    long bit = bitAt + i - 1;
                    firstGoesOn[(int) (bit / Long.SIZE)] |= 1L << bit;
                }
            }
            diagonal = above;
            before = longest;
            row[i] = longest;
        }
    }

    /** How long it is. */
    int length() {
        return row[inner.length];
    }

    /** Goes back so many steps; returns whether the beginning is reached. */
    boolean trace(int steps) {
        if (text.length == 0) {
            text = new byte[length()];
            textAt = text.length;
        }
        int left = steps;
        while (firstAt > 0 && secondAt > 0 && left-- > 0) {
            if (first[firstAt - 1] == second[secondAt - 1]) {
                firstAt--;
                secondAt--;
                run++;
                text[--textAt] = first[firstAt];
            } else {
                endRun();
                if (goesOnInFirst()) {
                    firstAt--;
                } else {
                    secondAt--;
                }
            }
        }
        boolean done = firstAt == 0 || secondAt == 0;
        if (done) {
            endRun();
        }
        return done;
    }

    private boolean goesOnInFirst() {
        long bit = firstIsOuter
                ? (firstAt - 1L) * inner.length + secondAt - 1
                : (secondAt - 1L) * inner.length + firstAt - 1;
        return (firstGoesOn[(int) (bit / Long.SIZE)] >>> bit & 1) != 0;
    }

    private void endRun() {
        if (run > 0 && run >= matchMin) {
            matches.add(new Match(firstAt, secondAt, run));
        }
        run = 0;
    }

    /** The bytes that both have in common. */
    byte[] text() {
        return text;
    }

    /** The stretches, the last one first. */
    List<Match> matches() {
        return matches;
    }
}
