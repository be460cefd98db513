package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.ExpiryUnit;
import io.kvorum.server.coordinator.RequestOptions;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What stands after the arguments that have a place, in any order and any case; where nothing is said of a quorum, what
 * the connection has chosen.
 *
 * @param quorum what is asked of quorums
 * @param meta whether each value comes with flags, expiry and stamp
 * @param expireAtMillis when the value ends, in milliseconds since 1970; 0 for never
 */
record Options(RequestOptions quorum, boolean meta, long expireAtMillis) {
    private static final Set<Option> EXPIRIES = EnumSet.of(Option.EX, Option.PX, Option.EXAT, Option.PXAT);
    private static final int WRONG = -1;

    /** Reads the arguments from an index on; null if they are wrong, and then the error is written. */
    static @Nullable Options parse(Call call, int from, Set<Option> allowed) {
        RespRequest request = call.request();
        RequestOptions quorum = call.options();
        if (request.argumentCount() == from) {
            return new Options(quorum, false, 0);
        }
        Set<Option> seen = EnumSet.noneOf(Option.class);
        long expireAtMillis = 0;
        for (int i = from; i < request.argumentCount(); i++) {
            Option option = Option.of(request, i);
            if (option == null || !allowed.contains(option)) {
                call.out().error(CommandErrors.SYNTAX + ": " + known(call, allowed));
                return null;
            }
            boolean repeated = !seen.add(option);
            boolean secondExpiry = EXPIRIES.contains(option) && count(seen) > 1;
            if (repeated || secondExpiry || (option.hasNumber() && i + 1 == request.argumentCount())) {
                call.out().error(CommandErrors.SYNTAX + ": " + wrongUse(option, repeated, secondExpiry));
                return null;
            }
            if (EXPIRIES.contains(option)) {
                ExpiryUnit unit = ExpiryUnit.valueOf(option.name());
                expireAtMillis = unit.parse(call, ++i, call.loop().keys().nowMillis());
                if (expireAtMillis == ExpiryUnit.WRONG) {
                    return null;
                }
            } else if (option.hasNumber()) {
                int number = replicas(call, option, ++i);
                if (number == WRONG) {
                    return null;
                }
                quorum = with(quorum, option, number);
            } else if (option == Option.STRICT) {
                quorum = new RequestOptions(quorum.r(), quorum.w(), quorum.dw(), true);
            }
        }
        return new Options(quorum, seen.contains(Option.META), expireAtMillis);
    }

    /** Reads a number of replicas, 0 to N; or writes the error and returns a negative number. */
    static int replicas(Call call, Option option, int index) {
        RespRequest request = call.request();
        int n = call.view().ring().n();
        if (!request.isLong(index) || request.asLong(index) < 0 || request.asLong(index) > n) {
            call.out()
                    .error("ERR " + option + " must be 0, which is the cluster's default, to " + n
                            + ", the number of replicas");
            return WRONG;
        }
        return (int) request.asLong(index);
    }

    /** These options with another number of replicas. */
    static RequestOptions with(RequestOptions options, Option option, int number) {
        return new RequestOptions(
                option == Option.R ? number : options.r(),
                option == Option.W ? number : options.w(),
                option == Option.DW ? number : options.dw(),
                options.strict());
    }

    private static long count(Set<Option> seen) {
        return seen.stream().filter(EXPIRIES::contains).count();
    }

    private static String known(Call call, Set<Option> allowed) {
        return call.command().name().toUpperCase(Locale.ROOT) + " has the options "
                + allowed.stream().map(Options::usage).collect(Collectors.joining(", "));
    }

    private static String usage(Option option) {
        return option.hasNumber() ? option + " n" : option.toString();
    }

    private static String wrongUse(Option option, boolean repeated, boolean secondExpiry) {
        if (repeated) {
            return option + " stands there twice";
        }
        return secondExpiry ? "a value has one expiry" : option + " needs a number";
    }
}
