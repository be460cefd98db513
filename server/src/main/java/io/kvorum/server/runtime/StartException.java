package io.kvorum.server.runtime;

/** The node cannot start as what it is configured to be. The message says what was found, what was expected, what to do. */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
