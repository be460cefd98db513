package io.kvorum.server.background;

/** What the controller made of what it saw. */
public enum Decision {
    /** Nothing is in the way of background work. */
    FREE("nothing is in its way"),
    /** It gets more again, little by little. */
    GROWING("clients are served in time again"),
    /** It gets a little more: the last minute is still above the target. */
    CAREFUL("the last minute is above the target"),
    /** It gets no more yet: what the last decision brought is not to be seen before. */
    HELD("it was slowed a moment ago"),
    /** It gets half: clients wait too long. */
    SLOWED_BY_LATENCY("clients wait too long"),
    /** It gets half: what event loops are given waits too long. */
    SLOWED_BY_QUEUES("event loops are behind");

    private final String reason;

    Decision(String reason) {
        this.reason = reason;
    }

    /** The same for people. */
    public String reason() {
        return reason;
    }
}
