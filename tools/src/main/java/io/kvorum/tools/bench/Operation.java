package io.kvorum.tools.bench;

import java.util.Locale;

/** What the load consists of. */
public enum Operation {
    /** Reads a key. */
    GET,
    /** Writes one. */
    SET;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
