package io.kvorum.tests.compare;

/** What was asked for cannot be had on this machine as it is; the message says what to do. */
final class CannotCompareException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotCompareException(String message) {
        super(message);
    }
}
