package io.kvorum.codec.binary;

/**
 * Bytes that are not what their format says: where, which field, what was found and what would have been allowed.
 *
 * <p>It carries no stack trace: it answers to foreign bytes, which must be cheap to refuse, and the offset and field say
 * more than the frames of a decoder would.
 */
public final class DecodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String field;
    private final String found;
    private final String allowed;

    /** Field and values are for people; {@code offset} counts bytes from the start of the reader's slice. */
    public DecodeException(int offset, String field, String found, String allowed) {
        super(field + " at byte " + offset + ": found " + found + ", allowed " + allowed, null, false, false);
        this.offset = offset;
        this.field = field;
        this.found = found;
        this.allowed = allowed;
    }

    /** Bytes from the start of the slice being read to the field. */
    public int offset() {
        return offset;
    }

    /** The field's name, or its kind where the caller gave no name. */
    public String field() {
        return field;
    }

    /** What stood there. */
    public String found() {
        return found;
    }

    /** What could have stood there. */
    public String allowed() {
        return allowed;
    }
}
