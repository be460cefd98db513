package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.storage.version.ValueSlice;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The options of SET.
 *
 * @param onlyAbsent NX: only where there is no value
 * @param onlyPresent XX: only where there is one
 * @param get whether the reply is the value there was
 * @param keepExpiry whether the expiry there was goes on
 * @param condition on the value there is; null if that may be any
 * @param expireAtMillis when the value ends, in milliseconds since 1970; 0 for never
 */
record SetOptions(
        boolean onlyAbsent,
        boolean onlyPresent,
        boolean get,
        boolean keepExpiry,
        @Nullable ValueCondition condition,
        long expireAtMillis) {
    static final SetOptions NONE = new SetOptions(false, false, false, false, null, 0);

    private static final int FIRST_OPTION = 3;
    private static final byte[] NX = ascii("NX");
    private static final byte[] XX = ascii("XX");
    private static final byte[] GET = ascii("GET");
    private static final byte[] KEEPTTL = ascii("KEEPTTL");

    /** Whether the value there is decides anything, so that it has to be read first. */
    boolean reads() {
        return onlyAbsent || onlyPresent || get || keepExpiry || condition != null;
    }

    /** Whether the bytes of the value there is are needed. */
    boolean readsBytes() {
        return get || condition != null;
    }

    /** What is wrong with the condition, now that there is a value to compare; null if nothing is. */
    @Nullable
    String wrongFor(boolean exists) {
        return exists && condition != null && condition.isWrong() ? ValueCondition.NO_DIGEST : null;
    }

    /**
     * Whether the client is shown what GET shows, if the conditions hold: by the reply, or because it named that value, or
     * because there was none.
     */
    boolean showOld(boolean exists) {
        return get || (exists ? condition != null && condition.namesValue() : onlyAbsent || condition != null);
    }

    /** Whether the conditions hold. */
    boolean hold(boolean exists, ValueSlice old) {
        if (condition != null) {
            return exists ? condition.holdsFor(old) : condition.holdsForNone();
        }
        return exists ? !onlyAbsent : !onlyPresent;
    }

    /** Where this request runs: conditions make it a read-modify-write. */
    static Route route(RespRequest request) {
        for (int i = FIRST_OPTION; i < request.argumentCount(); i++) {
            if (request.matches(i, NX)
                    || request.matches(i, XX)
                    || request.matches(i, GET)
                    || request.matches(i, KEEPTTL)
                    || ValueCondition.isNamedAt(request, i)) {
                return Route.MODIFY;
            }
        }
        return Route.WRITE;
    }

    /** Reads the options; null if they are wrong, and then the error is written. */
    static @Nullable SetOptions parse(Call call) {
        RespRequest request = call.request();
        int count = request.argumentCount();
        if (count == FIRST_OPTION) {
            return NONE;
        }
        boolean nx = false;
        boolean xx = false;
        boolean get = false;
        boolean keep = false;
        ValueCondition condition = null;
        ExpiryUnit unit = null;
        int time = 0;
        for (int i = FIRST_OPTION; i < count; i++) {
            ExpiryUnit found = i + 1 < count ? ExpiryUnit.of(request, i) : null;
            if (!xx && condition == null && request.matches(i, NX)) {
                nx = true;
            } else if (!nx && condition == null && request.matches(i, XX)) {
                xx = true;
            } else if (!nx && !xx && condition == null && ValueCondition.isNamedAt(request, i) && i + 1 < count) {
                condition = ValueCondition.at(request, i++);
            } else if (request.matches(i, GET)) {
                get = true;
            } else if (unit == null && request.matches(i, KEEPTTL)) {
                keep = true;
            } else if (found != null && unit == null && !keep) {
                unit = found;
                time = ++i;
            } else {
                call.out().error(CommandErrors.SYNTAX);
                return null;
            }
        }
        long expireAtMillis = 0;
        if (unit != null) {
            expireAtMillis = unit.parse(call, time, call.loop().keys().nowMillis());
            if (expireAtMillis == ExpiryUnit.WRONG) {
                return null;
            }
        }
        return new SetOptions(nx, xx, get, keep, condition, expireAtMillis);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
