package io.kvorum.server.command.memcached;

/** How a value is stored. */
enum StoreMode {
    SET,
    ADD,
    REPLACE,
    APPEND,
    PREPEND;

    /**
     * The mode in a word of the request: the command's name, or the flag {@code M} of {@code ms} with its letter.
     *
     * @param length 0 for the usual mode
     */
    static StoreMode of(byte[] array, int offset, int length) {
        if (length == 0) {
            return SET;
        }
        if (array[offset] == 'M') {
            return switch (array[offset + 1]) {
                case 'E' -> ADD;
                case 'A' -> APPEND;
                case 'P' -> PREPEND;
                case 'R' -> REPLACE;
                default -> SET;
            };
        }
        return switch (array[offset]) {
            case 'a' -> length == 3 ? ADD : APPEND;
            case 'r' -> REPLACE;
            case 'p' -> PREPEND;
            default -> SET;
        };
    }

    /** Whether the old value is part of the new one. */
    boolean keepsOld() {
        return this == APPEND || this == PREPEND;
    }
}
