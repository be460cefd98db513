package io.kvorum.tests.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes inputs as damage and malice do: bits, numbers, lengths, ends, and pieces of other inputs. */
final class Mutator {
    private static final int CHANGES_MAX = 4;

    private static final List<byte[]> NUMBERS = List.of(
            new byte[] {0, 0},
            new byte[] {-1},
            new byte[] {0x7F, -1},
            new byte[] {0x7F, -1, -1, -1},
            new byte[] {-1, -1, -1, -1},
            new byte[] {-128, 0, 0, 0},
            new byte[] {0x7F, -1, -1, -1, -1, -1, -1, -1},
            new byte[] {-1, -1, -1, -1, -1, -1, -1, -1},
            // LEB128: 2³¹ - 1, 2³² - 1, a number in a longer form than its shortest, one that never ends.
            new byte[] {-1, -1, -1, -1, 0x07},
            new byte[] {-1, -1, -1, -1, 0x0F},
            new byte[] {-128, 0},
            new byte[] {-128, -128, -128, -128, -128, -128, -128, -128, -128, -128});

    private static final List<String> DIGITS = List.of(
            "0", "-1", "1", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9".repeat(19), "00", "");

    private final SplittableRandom random;

    Mutator(SplittableRandom random) {
        this.random = random;
    }

    /** One to {@value #CHANGES_MAX} changes of one of the inputs, cut to the longest allowed. */
    byte[] mutate(List<byte[]> inputs, int bytesMax) {
        byte[] input = inputs.get(random.nextInt(inputs.size()));
        for (int changes = random.nextInt(1, CHANGES_MAX + 1); changes > 0; changes--) {
            input = change(input, inputs);
        }
        return input.length > bytesMax ? Arrays.copyOf(input, bytesMax) : input;
    }

    private byte[] change(byte[] input, List<byte[]> inputs) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(input.length);
        int length = random.nextInt(1, 1 + Math.min(16, input.length - at));
        switch (random.nextInt(10)) {
            case 0, 1 -> {
                byte[] changed = input.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
                return changed;
            }
            case 2 -> {
                byte[] changed = input.clone();
                changed[at] = (byte) random.nextInt();
                return changed;
            }
            case 3 -> {
                byte[] changed = input.clone();
                changed[at] += (byte) random.nextInt(-2, 3);
                return changed;
            }
            case 4 -> {
                byte[] number = NUMBERS.get(random.nextInt(NUMBERS.size()));
                return replaced(input, at, random.nextBoolean() ? number.length : 0, number);
            }
            case 5 -> {
                return withOtherDigits(input, at);
            }
            case 6 -> {
                return Arrays.copyOf(input, at);
            }
            case 7 -> {
                return replaced(input, at, length, new byte[0]);
            }
            case 8 -> {
                return replaced(input, at, 0, Arrays.copyOfRange(input, at, at + length));
            }
            default -> {
                byte[] other = inputs.get(random.nextInt(inputs.size()));
                int from = random.nextInt(other.length + 1);
                byte[] piece = Arrays.copyOfRange(other, from, random.nextInt(from, other.length + 1));
                return replaced(input, at, random.nextBoolean() ? piece.length : 0, piece);
            }
        }
    }

    /** The first run of digits from here on, in its place another number. */
    private byte[] withOtherDigits(byte[] input, int from) {
        int start = from;
        while (start < input.length && !isDigit(input[start])) {
            start++;
        }
        int end = start;
        while (end < input.length && isDigit(input[end])) {
            end++;
        }
        byte[] digits = DIGITS.get(random.nextInt(DIGITS.size())).getBytes(US_ASCII);
        return replaced(input, start, end - start, digits);
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static byte[] replaced(byte[] input, int at, int length, byte[] by) {
        int end = Math.min(input.length, at + length);
        byte[] result = new byte[at + by.length + input.length - end];
        System.arraycopy(input, 0, result, 0, at);
        System.arraycopy(by, 0, result, at, by.length);
        System.arraycopy(input, end, result, at + by.length, input.length - end);
        return result;
    }
}
