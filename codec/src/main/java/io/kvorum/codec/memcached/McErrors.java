package io.kvorum.codec.memcached;

/** memcached's error lines, word for word: clients match on them. */
public final class McErrors {
    /** A command that there is not, or with too few or too many arguments. */
    public static final String ERROR = "ERROR";

    /** An argument that is not what it should be. */
    public static final String BAD_FORMAT = "CLIENT_ERROR bad command line format";

    /** The value is not followed by the end of a line. */
    public static final String BAD_CHUNK = "CLIENT_ERROR bad data chunk";

    /** The value is longer than may be. */
    public static final String TOO_LARGE = "SERVER_ERROR object too large for cache";

    /** incr and decr of what is no number. */
    public static final String NON_NUMERIC = "CLIENT_ERROR cannot increment or decrement non-numeric value";

    static final String BAD_DELTA = "CLIENT_ERROR invalid numeric delta argument";
    static final String BAD_INITIAL = "CLIENT_ERROR invalid numeric initial value";
    static final String BAD_META_DELTA = "CLIENT_ERROR invalid numeric delta value";
    static final String BAD_EXPTIME = "CLIENT_ERROR invalid exptime argument";
    static final String DELETE_USAGE = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]";
    static final String DUPLICATE_FLAG = "CLIENT_ERROR duplicate flag";
    static final String INVALID_FLAG = "CLIENT_ERROR invalid flag";
    static final String INVALID_OR_DUPLICATE_FLAG = "CLIENT_ERROR invalid or duplicate flag";
    static final String BAD_TOKEN = "CLIENT_ERROR bad token in command line format";
    static final String BAD_KEY = "CLIENT_ERROR error decoding key";
    static final String LONG_OPAQUE = "CLIENT_ERROR opaque token too long";
    static final String MODE_LENGTH = "CLIENT_ERROR incorrect length for M token";
    static final String BAD_SET_MODE = "CLIENT_ERROR invalid mode for ms M token";
    static final String BAD_ARITHMETIC_MODE = "CLIENT_ERROR invalid mode for ma M token";
    static final String NO_STALE_ITEMS =
            "CLIENT_ERROR no item can be marked stale here: use mg with a short T, and R where it is read";
    static final String MANY_FLAGS_GET = "CLIENT_ERROR options flags are too long";
    static final String MANY_FLAGS = "CLIENT_ERROR options flags too long";

    private McErrors() {}
}
