package io.kvorum.codec.memcached;

/** What a request asks for. Names are matched as they stand: memcached knows no upper case. */
public enum McVerb {
    GET("get"),
    SET("set"),
    META_GET("mg"),
    META_SET("ms"),
    GETS("gets"),
    ADD("add"),
    CAS("cas"),
    INCR("incr"),
    DECR("decr"),
    DELETE("delete"),
    TOUCH("touch"),
    GAT("gat"),
    GATS("gats"),
    REPLACE("replace"),
    APPEND("append"),
    PREPEND("prepend"),
    META_DELETE("md"),
    META_ARITHMETIC("ma"),
    META_NOOP("mn"),
    META_DEBUG("me"),
    FLUSH_ALL("flush_all"),
    VERSION("version"),
    VERBOSITY("verbosity"),
    STATS("stats"),
    SHUTDOWN("shutdown"),
    QUIT("quit"),
    /** Cannot be run: {@link McRequest#error} is the reply. */
    INVALID("");

    private static final McVerb[] ALL = values();

    private final String word;

    McVerb(String word) {
        this.word = word;
    }

    /** The name. */
    public String word() {
        return word;
    }

    /** Whether it is one of the meta commands, whose arguments are flags of one letter. */
    public boolean isMeta() {
        return this == META_GET
                || this == META_SET
                || this == META_DELETE
                || this == META_ARITHMETIC
                || this == META_NOOP
                || this == META_DEBUG;
    }

    /** Whether a value follows its line. */
    boolean hasValue() {
        return switch (this) {
            case SET, ADD, REPLACE, APPEND, PREPEND, CAS, META_SET -> true;
            default -> false;
        };
    }

    /** The verb with this name; {@link #INVALID} if there is none. */
    static McVerb of(byte[] array, int offset, int length) {
        for (McVerb verb : ALL) {
            if (verb.isNamed(array, offset, length)) {
                return verb;
            }
        }
        return INVALID;
    }

    private boolean isNamed(byte[] array, int offset, int length) {
        if (length != word.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (array[offset + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
