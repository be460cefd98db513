package io.kvorum.tests.compare;

/** What was asked for cannot be had on this machine as it is; the message says what to do. */
public final class CannotCompareException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what to do. */
    public CannotCompareException(String message) {
        super(message);
    }
}
