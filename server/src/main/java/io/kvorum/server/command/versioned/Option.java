package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A word after the arguments that have a place. */
enum Option {
    R(true),
    W(true),
    DW(true),
    STRICT(false),
    META(false),
    EX(true),
    PX(true),
    EXAT(true),
    PXAT(true);

    private static final Option[] ALL = values();

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private final byte[] word = name().getBytes(StandardCharsets.US_ASCII);

    private final boolean hasNumber;

    Option(boolean hasNumber) {
        this.hasNumber = hasNumber;
    }

    /** Whether a number follows. */
    boolean hasNumber() {
        return hasNumber;
    }

    /** The option that an argument names, or null. */
    static @Nullable Option of(RespRequest request, int index) {
        for (Option option : ALL) {
            if (request.matches(index, option.word)) {
                return option;
            }
        }
        return null;
    }
}
