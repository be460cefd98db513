package io.kvorum.tools.console;

/** What a tool's exit tells a script; the same for all of them. */
public final class ExitCode {
    public static final int OK = 0;

    /** The server answered, with an error; or a child that should run has died. */
    public static final int FAILED = 1;

    /** The command line makes no sense; picocli's own value. */
    public static final int USAGE = 2;

    /** No answer: refused, unreachable, timed out, or the other side does not speak RESP. */
    public static final int CANNOT_CONNECT = 3;

    private ExitCode() {}
}
