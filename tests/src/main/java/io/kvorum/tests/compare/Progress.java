package io.kvorum.tests.compare;

import java.io.PrintWriter;

/** Says on standard error what is being done, a line for each pair. */
final class Progress {
    private final PrintWriter out;

    Progress(PrintWriter out) {
        this.out = out;
    }

    void say(int nodes, String what, int pair, int pairs) {
        out.println((nodes == 1 ? "1 node, " : nodes + " nodes, ")
                + what
                + (pairs == 1 ? "" : ", pair " + pair + " of " + pairs));
        out.flush();
    }
}
