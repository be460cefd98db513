package io.kvorum.ring;

/**
 * MD5 (RFC 1321) of a slice, without allocation and without state.
 *
 * <p>The JDK's {@code MessageDigest} is a mutable object that allocates its result; a position is computed for every
 * request, on any event loop. This is a pure function instead. It spreads keys; it protects nothing.
 */
final class Md5 {
    private static final int[] SINES = sines();
    private static final byte[] SHIFTS = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

    private Md5() {}

    /** Writes the digest of {@code array[offset, offset + length)}, read big-endian, as two halves into {@code highLow}. */
    static void digest(byte[] array, int offset, int length, long[] highLow) {
        long ab = 0x67452301_efcdab89L;
        long cd = 0x98badcfe_10325476L;
        int blocks = (int) (((long) length + 8) / 64) + 1;
        for (int block = 0; block < blocks; block++) {
            int a = (int) (ab >>> 32);
            int b = (int) ab;
            int c = (int) (cd >>> 32);
            int d = (int) cd;
            for (int step = 0; step < 64; step++) {
                int round = step >>> 4;
                int mixed = mix(round, b, c, d);
                int word = word(array, offset, length, block * 64L + 4L * wordIndex(round, step), blocks * 64L - 8);
                int rotated = Integer.rotateLeft(a + mixed + SINES[step] + word, SHIFTS[round * 4 + (step & 3)]);
                a = d;
                d = c;
                c = b;
                b += rotated;
            }
            ab = pair((int) (ab >>> 32) + a, (int) ab + b);
            cd = pair((int) (cd >>> 32) + c, (int) cd + d);
        }
        highLow[0] = pair(Integer.reverseBytes((int) (ab >>> 32)), Integer.reverseBytes((int) ab));
        highLow[1] = pair(Integer.reverseBytes((int) (cd >>> 32)), Integer.reverseBytes((int) cd));
    }

    private static long pair(int high, int low) {
        return ((long) high << 32) | (low & 0xffff_ffffL);
    }

    private static int mix(int round, int b, int c, int d) {
        return switch (round) {
            case 0 -> (b & c) | (~b & d);
            case 1 -> (d & b) | (~d & c);
            case 2 -> b ^ c ^ d;
            default -> c ^ (b | ~d);
        };
    }

    private static int wordIndex(int round, int step) {
        return switch (round) {
                    case 0 -> step;
                    case 1 -> 5 * step + 1;
                    case 2 -> 3 * step + 5;
                    default -> 7 * step;
                }
                & 15;
    }

    /** Returns the little-endian word at {@code at} of the padded message: the bytes, 0x80, zeros, the length in bits. */
    private static int word(byte[] array, int offset, int length, long at, long lengthAt) {
        if (at + 4 <= length) {
            int i = offset + (int) at;
            return (array[i] & 0xff)
                    | (array[i + 1] & 0xff) << 8
                    | (array[i + 2] & 0xff) << 16
                    | (array[i + 3] & 0xff) << 24;
        }
        if (at >= lengthAt) {
            return (int) (((long) length * 8) >>> (8 * (at - lengthAt)));
        }
        int word = 0;
        for (int i = 0; i < 4; i++) {
            long index = at + i;
            int octet = index < length ? array[offset + (int) index] & 0xff : index == length ? 0x80 : 0;
            word |= octet << (8 * i);
        }
        return word;
    }

    private static int[] sines() {
        int[] sines = new int[64];
        for (int i = 0; i < sines.length; i++) {
            sines[i] = (int) (long) Math.floor(Math.abs(StrictMath.sin(i + 1)) * 0x1p32);
        }
        return sines;
    }
}
