package io.kvorum.server.config;

import java.util.List;

/**
 * How the values of a property are written, and which are allowed. Immutable.
 *
 * @param <T> what a value is in the program
 */
abstract class ConfigType<T> {
    /**
     * Reads a value.
     *
     * @throws BadValueException if the text is no such value, or none that is allowed
     */
    abstract T parse(String text);

    /** Writes a value so that {@link #parse} reads the same. */
    abstract String format(T value);

    /** What may be written, in words for a message and a page: {@code "1ms to 1m"}. */
    abstract String allowed();

    /** A value as it may be written. */
    abstract String example();

    /** Values that must be read, and read the same when written again: at least the smallest and the largest. */
    abstract List<String> samples();

    /** Texts that must be refused: at least one that is no such value, and those just outside what is allowed. */
    abstract List<String> nonsense();

    /** Whether a value is a list: a sequence in a file, separated by commas elsewhere. */
    boolean isList() {
        return false;
    }

    /** Whether a value must not be shown. */
    boolean isSecret() {
        return false;
    }

    /** Says that a text cannot be a value; the message completes "found x, …". */
    static final class BadValueException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadValueException(String why) {
            super(why, null, false, false);
        }
    }
}
