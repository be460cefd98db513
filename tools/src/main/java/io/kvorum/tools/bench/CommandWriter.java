package io.kvorum.tools.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Writes the two commands of the load straight into a buffer. Keys are {@code key:} and twelve digits; values are
 * stretches of one block of random letters, so that they neither repeat nor cost a draw per byte. Owned by one loop.
 */
final class CommandWriter {
    static final long KEYS_MAX = 1_000_000_000_000L;
    private static final int KEY_DIGITS = 12;
    private static final int BLOCK_SPARE = 8_191;

    private final byte[] getHead = ascii("*2\r\n$3\r\nGET\r\n$16\r\nkey:");
    private final byte[] setHead = ascii("*3\r\n$3\r\nSET\r\n$16\r\nkey:");
    private final byte[] valueHead;
    private final byte[] block;
    private final int valueSize;
    private final byte[] digits = new byte[KEY_DIGITS + 2];
    private int blockOffset;

    CommandWriter(int valueSize, RandomGenerator random) {
        this.valueSize = valueSize;
        valueHead = ascii("$" + valueSize + "\r\n");
        block = new byte[valueSize + BLOCK_SPARE];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) ('a' + random.nextInt(26));
        }
        digits[KEY_DIGITS] = '\r';
        digits[KEY_DIGITS + 1] = '\n';
    }

    void write(Operation operation, long key, ByteBuf out) {
        out.writeBytes(operation == Operation.GET ? getHead : setHead);
        long rest = key;
        for (int i = KEY_DIGITS - 1; i >= 0; i--) {
            digits[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        out.writeBytes(digits);
        if (operation == Operation.SET) {
            blockOffset = blockOffset == BLOCK_SPARE ? 0 : blockOffset + 1;
            out.writeBytes(valueHead);
            out.writeBytes(block, blockOffset, valueSize);
            out.writeShort('\r' << 8 | '\n');
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
