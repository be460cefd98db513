package io.kvorum.tools.ctl;

import io.kvorum.tools.console.ExitCode;

/** What ends a ctl command early: a message for the user that says what to do, and the exit code. */
final class CtlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CtlException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The server said an error; its text, and a hint where its code is one that people run into. */
    static CtlException serverError(String error) {
        int space = error.indexOf(' ');
        String code = space < 0 ? error : error.substring(0, space);
        String hint = switch (code) {
            case "NOAUTH" -> "\nGive the password with --password, or in KVORUM_PASSWORD.";
            case "WRONGPASS" -> "\nThe password is the node's requirepass, or that of the ACL user default.";
            case "CLUSTERDOWN" -> "\n`ctl status` shows which nodes are down.";
            case "INDOUBT" ->
                error.contains("ctx=")
                        ? "\nRepeat the command with --context and the context after ctx= to settle it."
                        : "";
            case "ERR" ->
                error.contains("unknown command")
                        ? "\nIs this a Kvorum node, and no older?"
                        : error.contains("add FORCE") ? "\nHere that is --force." : "";
            default -> "";
        };
        return new CtlException(ExitCode.FAILED, error + hint);
    }

    static CtlException cannotConnect(String host, int port, String reason) {
        return new CtlException(
                ExitCode.CANNOT_CONNECT,
                "cannot connect to " + host + ":" + port + ": " + reason
                        + "\nIs the node running there? Name another one with --host and --port.");
    }

    /** Connected, but without the answer. */
    static CtlException noAnswer(String host, int port, String reason) {
        return new CtlException(
                ExitCode.CANNOT_CONNECT,
                "no answer from " + host + ":" + port + ": " + reason
                        + "\nThe command may have been carried out. Look at the node's log, or ask another node.");
    }

    /** What was waited for has not come about. */
    static CtlException late(String what) {
        return new CtlException(ExitCode.FAILED, what);
    }

    /** An answer of a shape that this version does not know. */
    static CtlException unexpected(String what) {
        return new CtlException(
                ExitCode.FAILED, "the server's answer is not understood (" + what + "); use the ctl of its version");
    }

    /** What was wrong, without what to do about it. */
    String firstLine() {
        String message = String.valueOf(getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    int exitCode() {
        return exitCode;
    }
}
