package io.kvorum.tools.bench;

import io.netty.buffer.ByteBuf;
import java.util.random.RandomGenerator;

/**
 * Writes the two commands of the load straight into a buffer. Keys are {@code key:} and twelve digits; values are
 * stretches of one block of random letters, so that they neither repeat nor cost a draw per byte. Owned by one loop.
 */
final class CommandWriter {
    private static final int KEY_BYTES = 16;
    private static final int KEY_DIGITS_FROM = 4;
    private static final int BLOCK_SPARE = 8_191;

    private final CommandForm form;
    private final byte[] key = {'k', 'e', 'y', ':', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private final byte[] block;
    private final int valueSize;
    private int blockOffset;

    CommandWriter(Protocol protocol, int valueSize, RandomGenerator random) {
        this.valueSize = valueSize;
        form = protocol.commands(valueSize);
        block = new byte[valueSize + BLOCK_SPARE];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) ('a' + random.nextInt(26));
        }
    }

    /** Appends the operation on a key from 0 to 10^12 - 1. */
    void write(Operation operation, long number, ByteBuf out) {
        long rest = number;
        for (int i = KEY_BYTES - 1; i >= KEY_DIGITS_FROM; i--) {
            key[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        if (operation == Operation.GET) {
            out.writeBytes(form.getHead()).writeBytes(key).writeBytes(form.getTail());
            return;
        }
        blockOffset = blockOffset == BLOCK_SPARE ? 0 : blockOffset + 1;
        out.writeBytes(form.setHead())
                .writeBytes(key)
                .writeBytes(form.setTail())
                .writeBytes(block, blockOffset, valueSize)
                .writeShort('\r' << 8 | '\n');
    }
}
