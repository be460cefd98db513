package io.kvorum.storage.checkpoint;

import io.kvorum.storage.disk.Disk;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * What the file of sums beside a log file says: how many of the log file's bytes were made durable, and the sum of each of
 * its pages up to there. It is a row of blocks, each written after the log's own bytes were forced, and forced before
 * anything else is written, so that only the last can be torn:
 *
 * <pre>
 * u32 from     end of the block before, 0 in the first
 * u32 end      bytes of the log file that are durable
 * u32 sum …    one for each page from the one of the first new byte to the one of the last: the CRC32C of the page's
 *              bytes up to the end
 * u32 CRC32C   of the log file's address and of all above
 * </pre>
 *
 * <p>All big endian.
 *
 * @param sealed end of the last whole block
 * @param committed end of the last whole block that does not fill the file, or 0: Xodus makes a file durable when it
 *     commits and when the file is full, so this is where a commit ended
 * @param pages a sum for each page, of its bytes up to the end of the last block; as many as the longest file has
 * @param blocksEnd where in the file of sums the last whole block ends
 */
record LogSums(int sealed, int committed, int[] pages, int blocksEnd) {
    /** The unit of sums and of reads; of the format on disk. */
    static final int PAGE_BYTES = 8 << 10;

    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int SUMS_AT = 8;
    private static final int BLOCK_BYTES_MIN = 16;

    /**
     * Reads all blocks but one at the end that was torn.
     *
     * @param path of the file of sums
     * @param address of the log file
     * @param fileBytes how long a log file can be
     * @throws CheckpointDamagedException if the file is gone or a block is broken that others follow
     */
    static LogSums read(Disk disk, Path path, long address, int fileBytes) throws IOException {
        if (!disk.exists(path)) {
            throw new CheckpointDamagedException(path, 0, "the sums of a log file's pages are gone");
        }
        byte[] file = disk.readAll(path);
        int[] pages = new int[pageCount(fileBytes)];
        int sealed = 0;
        int committed = 0;
        int at = 0;
        while (u32(file, at, -1) == sealed && isBlock(file, at, address, fileBytes)) {
            int end = u32(file, at + 4, 0);
            int page = sealed / PAGE_BYTES;
            int sumsEnd = at + blockBytes(sealed, end) - 4;
            for (int sumAt = at + SUMS_AT; sumAt < sumsEnd; sumAt += 4) {
                pages[page++] = u32(file, sumAt, 0);
            }
            sealed = end;
            committed = end < fileBytes ? end : committed;
            at = sumsEnd + 4;
        }
        for (int later = at + 4; later + BLOCK_BYTES_MIN <= file.length; later += 4) {
            if (u32(file, later, 0) >= sealed && isBlock(file, later, address, fileBytes)) {
                throw new CheckpointDamagedException(path, at, "a block of sums is broken that others follow");
            }
        }
        return new LogSums(sealed, committed, pages, at);
    }

    /** Returns the block that seals a log file's bytes from one place to another. */
    static byte[] block(long address, int from, int end, int[] pages) {
        byte[] block = new byte[blockBytes(from, end)];
        U32.set(block, 0, from);
        U32.set(block, 4, end);
        int page = from / PAGE_BYTES;
        for (int at = SUMS_AT; at < block.length - 4; at += 4) {
            U32.set(block, at, pages[page++]);
        }
        U32.set(block, block.length - 4, sum(block, 0, block.length - 4, address));
        return block;
    }

    /** How many pages so many bytes fill or begin. */
    static int pageCount(int bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    private static boolean isBlock(byte[] file, int at, long address, int fileBytes) {
        int from = u32(file, at, -1);
        int end = u32(file, at + 4, -1);
        if (from < 0 || end <= from || end > fileBytes) {
            return false;
        }
        int length = blockBytes(from, end);
        return length <= file.length - at && sum(file, at, length - 4, address) == u32(file, at + length - 4, 0);
    }

    private static int blockBytes(int from, int end) {
        return SUMS_AT + 4 * (pageCount(end) - from / PAGE_BYTES) + 4;
    }

    private static int sum(byte[] block, int at, int length, long address) {
        byte[] prefix = new byte[Long.BYTES];
        U64.set(prefix, 0, address);
        CRC32C crc = new CRC32C();
        crc.update(prefix);
        crc.update(block, at, length);
        return (int) crc.getValue();
    }

    private static int u32(byte[] file, int at, int ifNone) {
        return at + 4 <= file.length ? (int) U32.get(file, at) : ifNone;
    }
}
