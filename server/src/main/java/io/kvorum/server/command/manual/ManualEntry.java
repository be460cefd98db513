package io.kvorum.server.command.manual;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know of a command or sub-command beside its row. Immutable.
 *
 * @param complexity how its cost grows
 * @param arguments in their order, without its name
 * @param keys what it does with which of its keys
 * @param tips what a client of a cluster, or a proxy, should know
 * @param replacement what is used instead; null if it is as good as ever
 * @param history what came later than the command itself
 */
public record ManualEntry(
        String complexity,
        List<Argument> arguments,
        List<KeyUse> keys,
        List<String> tips,
        @Nullable Change replacement,
        List<Change> history) {
    /** Of a command that the manual does not have. */
    static final ManualEntry NONE = new ManualEntry("", List.of(), List.of(), List.of(), null, List.of());

    /**
     * What is so since a version.
     *
     * @param since the version, of Redis or, for a command that it has not, of Kvorum
     * @param text what
     */
    public record Change(String since, String text) {}
}
