package io.kvorum.tests.compare;

import java.io.PrintWriter;

/** Says on standard error what is being done. */
public final class Progress {
    private final PrintWriter out;

    /** Says it there. */
    public Progress(PrintWriter out) {
        this.out = out;
    }

    void say(int nodes, String what, int pair, int pairs) {
        say((nodes == 1 ? "1 node, " : nodes + " nodes, ")
                + what
                + (pairs == 1 ? "" : ", pair " + pair + " of " + pairs));
    }

    /** A line. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }
}
