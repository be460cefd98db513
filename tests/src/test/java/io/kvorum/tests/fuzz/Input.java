package io.kvorum.tests.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Takes an input apart. It never runs out: what is missing is zero, so that every input means something. */
final class Input {
    private final byte[] bytes;
    private int at;

    Input(byte[] bytes) {
        this.bytes = bytes;
    }

    int u8() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    long u64() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | u8();
        }
        return value;
    }

    boolean isEmpty() {
        return at == bytes.length;
    }

    /** The next bytes, as many as there are up to {@code length}. */
    byte[] take(int length) {
        int taken = Math.min(length, bytes.length - at);
        at += taken;
        return Arrays.copyOfRange(bytes, at - taken, at);
    }

    byte[] rest() {
        return take(bytes.length - at);
    }

    /** The bytes cut at places drawn from a seed: most pieces are short, as the ends of packets are what matters. */
    static List<byte[]> cut(byte[] whole, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < whole.length; ) {
            int length = random.nextInt(8) == 0 ? random.nextInt(1, 400) : random.nextInt(1, 12);
            int to = Math.min(whole.length, from + length);
            pieces.add(Arrays.copyOfRange(whole, from, to));
            from = to;
        }
        return pieces;
    }

    /** The bytes one by one. */
    static List<byte[]> single(byte[] whole) {
        List<byte[]> pieces = new ArrayList<>(whole.length);
        for (byte one : whole) {
            pieces.add(new byte[] {one});
        }
        return pieces;
    }
}
