package io.kvorum.tests.sim.world;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A page of a file: its bytes now, which may lie in a map of the file, and those that the disk has for certain. */
final class SimPage {
    /** Bytes of a page. */
    static final int BYTES = 4096;

    private static final int SECTOR_BYTES = 512;
    private static final byte[] ZEROS = new byte[BYTES];

    private byte[] array;
    private int at;
    private byte[] saved = ZEROS;

    /** What the page was when a force of it failed: the system takes it for saved until it is another. */
    private byte @Nullable [] givenUp;

    /** A page of zeros in a part of an array. */
    SimPage(byte[] array, int at) {
        this.array = array;
        this.at = at;
    }

    /** How many pages so many bytes take. */
    static int count(int bytes) {
        return (int) ((bytes + (long) BYTES - 1) / BYTES);
    }

    void read(int from, int length, ByteBuffer into) {
        into.put(array, at + from, length);
    }

    void write(int from, int length, ByteBuffer bytes) {
        bytes.get(array, at + from, length);
        givenUp = null;
    }

    /** Makes what is from a place on zeros. */
    void clear(int from) {
        Arrays.fill(array, at + from, at + BYTES, (byte) 0);
        givenUp = null;
    }

    /** Gives the page another place, with the bytes that it has; whoever knows the old one changes nothing any more. */
    void moveTo(byte[] other, int otherAt) {
        System.arraycopy(array, at, other, otherAt, BYTES);
        array = other;
        at = otherAt;
    }

    /** Writes a part of the page to the disk, unless the system believes that it is there. */
    void save(int from, int length) {
        byte[] failed = givenUp;
        if (failed != null && Arrays.equals(failed, 0, BYTES, array, at, at + BYTES)) {
            return;
        }
        givenUp = null;
        if (!Arrays.equals(saved, from, from + length, array, at + from, at + from + length)) {
            System.arraycopy(array, at + from, ownSaved(), from, length);
        }
    }

    /** A force of the page fails. */
    void giveUp() {
        if (!Arrays.equals(saved, 0, BYTES, array, at, at + BYTES)) {
            givenUp = Arrays.copyOfRange(array, at, at + BYTES);
        }
    }

    /** Damages one bit, here and on the disk. */
    void flip(int byteAt, int bit) {
        array[at + byteAt] ^= (byte) (1 << bit);
        ownSaved()[byteAt] ^= (byte) (1 << bit);
    }

    /** Each sector that was not saved is as it was, as it should be, or torn. */
    void powerFails(RandomGenerator random) {
        for (int sector = 0; sector < BYTES; sector += SECTOR_BYTES) {
            int from = at + sector;
            int first = Arrays.mismatch(saved, sector, sector + SECTOR_BYTES, array, from, from + SECTOR_BYTES);
            if (first >= 0) {
                int last = SECTOR_BYTES - 1;
                while (saved[sector + last] == array[from + last]) {
                    last--;
                }
                tear(sector + first, sector + last + 1, random);
            }
        }
        givenUp = null;
        System.arraycopy(saved, 0, array, at, BYTES);
    }

    /** Cuts off what is from a place on, here and on the disk. */
    void lose(int from) {
        clear(from);
        if (saved != ZEROS) {
            Arrays.fill(saved, from, BYTES, (byte) 0);
        }
    }

    private void tear(int from, int to, RandomGenerator random) {
        int middle = random.nextInt(from, to + 1);
        switch (random.nextInt(5)) {
            case 0 -> copy(from, to);
            case 1 -> copy(from, middle);
            case 2 -> copy(middle, to);
            case 3 -> copy(middle, random.nextInt(middle, to + 1));
            default -> {
                // as it was
            }
        }
    }

    private void copy(int from, int to) {
        System.arraycopy(array, at + from, ownSaved(), from, to - from);
    }

    private byte[] ownSaved() {
        if (saved == ZEROS) {
            saved = new byte[BYTES];
        }
        return saved;
    }
}
