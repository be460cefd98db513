package io.kvorum.codec.resp;

/**
 * What one message may ask for; the peer that asks for more is refused before anything is reserved for it.
 *
 * @param bulkBytesMax the longest argument or bulk string
 * @param argumentsMax the most arguments of a request, or elements of a reply, nested ones included
 * @param inlineBytesMax the longest inline request or header line
 * @param requestBytesMax the most bytes of one request in all, since arguments of allowed lengths add up
 */
public record RespLimits(int bulkBytesMax, int argumentsMax, int inlineBytesMax, int requestBytesMax) {
    /** 64 MiB an argument (Redis: 512 MB), 1 Mi arguments and 64 KiB inline as in Redis, 256 MiB in all (Redis: 1 GiB). */
    public static final RespLimits DEFAULTS = new RespLimits(64 << 20, 1 << 20, 64 << 10);

    private static final int REQUEST_BYTES_MAX = 1 << 30;

    /** Allows a request four of the longest arguments, but at least 16 MiB and at most 1 GiB. */
    public RespLimits(int bulkBytesMax, int argumentsMax, int inlineBytesMax) {
        this(bulkBytesMax, argumentsMax, inlineBytesMax, (int)
                Math.min(REQUEST_BYTES_MAX, Math.max(16 << 20, 4L * bulkBytesMax)));
    }

    /** Refuses limits that would allow nothing, or a request that does not fit into an array. */
    public RespLimits {
        if (bulkBytesMax < 1 || argumentsMax < 1 || inlineBytesMax < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
        if (requestBytesMax < bulkBytesMax || requestBytesMax > REQUEST_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a request of " + requestBytesMax + " bytes, allowed " + bulkBytesMax + " to " + REQUEST_BYTES_MAX);
        }
    }
}
