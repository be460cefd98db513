package io.kvorum.tools.console;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Failures of the network in the words of a user, without class names and addresses said twice. */
public final class Failures {
    private Failures() {}

    /** One short phrase, such as "connection refused". */
    public static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "unknown reason";
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof UnknownHostException) {
            return "unknown host";
        }
        if (message.toLowerCase(Locale.ROOT).contains("connection refused")) {
            return "connection refused";
        }
        if (cause instanceof SocketTimeoutException || message.contains("timed out")) {
            return "no answer in time";
        }
        if (cause instanceof ConnectException && message.contains("unreachable")) {
            return "unreachable";
        }
        return message;
    }
}
