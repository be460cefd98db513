package io.kvorum.server.reaping;

import java.util.Arrays;
import java.util.BitSet;

/** Records of one partition that may go: where they lie, and their hashes. Owned by one thread. */
final class Candidates {
    private static final int FIRST = 16;

    private long[] positions = new long[FIRST];
    private long[] hashes = new long[FIRST];
    private int size;

    void add(long position, long hash) {
        if (size == positions.length) {
            positions = Arrays.copyOf(positions, 2 * size);
            hashes = Arrays.copyOf(hashes, 2 * size);
        }
        positions[size] = position;
        hashes[size++] = hash;
    }

    int size() {
        return size;
    }

    long position(int place) {
        return positions[place];
    }

    long[] positions(int from, int to) {
        return Arrays.copyOfRange(positions, from, to);
    }

    long[] hashes(int from, int to) {
        return Arrays.copyOfRange(hashes, from, to);
    }

    /** Adds those of another's that are in a set, by their places there, from a place to another. */
    void addAll(Candidates other, int from, int to, BitSet places) {
        for (int i = from; i < to; i++) {
            if (places.get(i - from)) {
                add(other.positions[i], other.hashes[i]);
            }
        }
    }

    /** Lets go of the room that is not used. */
    void trim() {
        positions = Arrays.copyOf(positions, size);
        hashes = Arrays.copyOf(hashes, size);
    }
}
