package io.kvorum.tools.bench;

/** A target that does not answer, does not speak the protocol or does not let us in: nothing can be measured. */
public final class CannotConnectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotConnectException(String message) {
        super(message);
    }
}
