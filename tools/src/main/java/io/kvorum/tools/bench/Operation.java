package io.kvorum.tools.bench;

import java.util.Locale;

/** What the load consists of. */
enum Operation {
    GET,
    SET;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
