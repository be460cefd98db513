package io.kvorum.server.command.memcached;

/**
 * What became of a change, as one node tells another.
 *
 * @see #code
 */
enum Outcome {
    DONE(0, "STORED", "HD"),
    NOT_STORED(1, "NOT_STORED", "NS"),
    EXISTS(2, "EXISTS", "EX"),
    NOT_FOUND(3, "NOT_FOUND", "NF"),
    TOO_LARGE(4, "", ""),
    NON_NUMERIC(5, "", "");

    private static final Outcome[] ALL = values();

    private final int code;
    private final String text;
    private final String meta;

    Outcome(int code, String text, String meta) {
        this.code = code;
        this.text = text;
        this.meta = meta;
    }

    /** Its number between nodes, which never changes. */
    int code() {
        return code;
    }

    /** The reply to a storage command; empty if it is an error. */
    String text() {
        return text;
    }

    /** The first word of the reply to a meta command; empty if it is an error. */
    String meta() {
        return meta;
    }

    /** What a number of another node means. */
    static Outcome of(long code) {
        for (Outcome outcome : ALL) {
            if (outcome.code == code) {
                return outcome;
            }
        }
        throw new IllegalStateException("outcome " + code + " of another version");
    }
}
