package io.kvorum.server.background;

/** What an operator wants of a job. */
public enum Mode {
    /** As the controller says. */
    AUTO,
    /** It rests, but for what must be so that nothing else stops. */
    PAUSED,
    /** It takes no pauses, whatever clients notice. */
    BOOSTED
}
