package io.kvorum.codec.resp;

import java.util.Arrays;
import java.util.Objects;

/**
 * Puts a request together from slices of one array: of another request, or of what came from elsewhere than a client.
 *
 * <p>Owned by one event loop; may be used again after {@link #begin}, which makes the request given out before invalid.
 */
public final class RespRequestBuilder {
    private static final int SLICES_INITIAL = 16;

    private final RespRequest request = new RespRequest();
    private byte[] array = {};
    private int[] slices = new int[SLICES_INITIAL];
    private int count;

    /** A builder that has not begun. */
    public RespRequestBuilder() {}

    /** Begins a request whose arguments lie in {@code source}, which is shared and not copied. */
    public RespRequestBuilder begin(byte[] source) {
        array = source;
        count = 0;
        return this;
    }

    /** Adds an argument. */
    public RespRequestBuilder add(int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        if (2 * count == slices.length) {
            slices = Arrays.copyOf(slices, slices.length * 2);
        }
        slices[2 * count] = offset;
        slices[2 * count + 1] = length;
        count++;
        return this;
    }

    /** The request, which has at least its name. */
    public RespRequest request() {
        if (count == 0) {
            throw new IllegalStateException("a request without a name");
        }
        request.fill(array, 0, slices, count);
        return request;
    }
}
