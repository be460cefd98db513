package io.kvorum.codec.memcached;

/**
 * A client's bytes are not memcached's text protocol, or ask for more than the limits allow, and nothing behind them can
 * be understood: the message is the reply, a line without its end, and then the connection is closed.
 *
 * <p>It carries no stack trace: whoever sends garbage must not be able to make us walk stacks.
 */
public final class McProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String line;

    McProtocolException(String line) {
        super(line, null, false, false);
        this.line = line;
    }

    /** The reply. */
    public String line() {
        return line;
    }
}
