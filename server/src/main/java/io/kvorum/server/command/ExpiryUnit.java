package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The four ways in which arguments say when a value ends. */
public enum ExpiryUnit {
    /** In so many seconds. */
    EX(1000, false),
    /** In so many milliseconds. */
    PX(1, false),
    /** At this second since 1970. */
    EXAT(1000, true),
    /** At this millisecond since 1970. */
    PXAT(1, true);

    /** Instead of a time: the argument was wrong, and the error is written. */
    public static final long WRONG = -1;

    private static final ExpiryUnit[] ALL = values();

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private final byte[] word = name().getBytes(StandardCharsets.US_ASCII);

    private final long millis;
    private final boolean absolute;

    ExpiryUnit(long millis, boolean absolute) {
        this.millis = millis;
        this.absolute = absolute;
    }

    /** The unit that an argument names, or null. */
    public static @Nullable ExpiryUnit of(RespRequest request, int index) {
        for (ExpiryUnit unit : ALL) {
            if (request.matches(index, unit.word)) {
                return unit;
            }
        }
        return null;
    }

    /** Reads a time as milliseconds since 1970, above 0; or writes Redis's error and returns {@link #WRONG}. */
    public long parse(Call call, int index, long nowMillis) {
        RespRequest request = call.request();
        if (!request.isLong(index)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
            return WRONG;
        }
        long number = request.asLong(index);
        long base = absolute ? 0 : nowMillis;
        if (number <= 0 || number > (Long.MAX_VALUE - base) / millis) {
            call.out().error("ERR invalid expire time in '" + call.command().name() + "' command");
            return WRONG;
        }
        return base + number * millis;
    }
}
