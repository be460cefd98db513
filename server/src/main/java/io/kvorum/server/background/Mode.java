package io.kvorum.server.background;

/** What an operator wants of a job. */
public enum Mode {
    /** As the controller says. */
    AUTO,
    /** It rests, but for what must be so that nothing else stops. */
    PAUSED,
    /** It gets what it gets on an idle node, whatever clients notice. */
    BOOSTED
}
