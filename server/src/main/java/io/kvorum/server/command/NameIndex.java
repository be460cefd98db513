package io.kvorum.server.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds a row by the bytes of its name in any mixture of cases, without making a string of them. Immutable; for any
 * thread. Open addressing at a load of a quarter at most.
 */
final class NameIndex {
    private final @Nullable TableRow[] slots;
    private final int mask;

    NameIndex(List<TableRow> rows) {
        int size = Integer.highestOneBit(Math.max(4, rows.size() * 4 - 1)) * 2;
        this.slots = new TableRow[size];
        this.mask = size - 1;
        for (TableRow row : rows) {
            byte[] name = row.command().upperName();
            if (find(name, 0, name.length) != null) {
                throw new IllegalArgumentException("two rows are called " + row.command());
            }
            int slot = hash(name, 0, name.length) & mask;
            while (slots[slot] != null) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = row;
        }
    }

    @Nullable
    TableRow find(byte[] array, int offset, int length) {
        int slot = hash(array, offset, length) & mask;
        while (true) {
            TableRow row = slots[slot];
            if (row == null || matches(row.command().upperName(), array, offset, length)) {
                return row;
            }
            slot = (slot + 1) & mask;
        }
    }

    private static boolean matches(byte[] upper, byte[] array, int offset, int length) {
        if (upper.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (upper(array[offset + i]) != upper[i]) {
                return false;
            }
        }
        return true;
    }

    /** Of few bytes: a hostile name of megabytes costs no more than a real one. */
    private static int hash(byte[] array, int offset, int length) {
        int hash = length;
        for (int i = 0; i < Math.min(length, 16); i++) {
            hash = hash * 31 + upper(array[offset + i]);
        }
        return hash ^ hash >>> 7;
    }

    private static int upper(byte found) {
        return found >= 'a' && found <= 'z' ? found - ('a' - 'A') : found;
    }
}
