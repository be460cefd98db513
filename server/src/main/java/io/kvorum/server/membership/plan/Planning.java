package io.kvorum.server.membership.plan;

/** A change that has been worked out, or the reason why there is none. */
public sealed interface Planning permits PlannedChange, Planning.Refused {
    /**
     * There is no such change.
     *
     * @param sentence what was wrong, what was expected, what to do
     */
    record Refused(String sentence) implements Planning {}
}
