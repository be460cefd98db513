package io.kvorum.server.command.manual;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a command does with some of its keys: a key specification of Redis 7. Immutable.
 *
 * @param flags as Redis calls them: {@code RO}, {@code RW}, {@code OW} or {@code RM}, then {@code access} and so on
 * @param first the index of the first of these keys; 0 if they are those that the command's row names
 * @param last the index of the last one, counted from the first; if negative, from the end
 * @param note what the flags do not say; null if nothing
 */
public record KeyUse(
        List<String> flags, int first, int last, @Nullable String note) {
    private static final String NO_KEY = "not_key";
    private static final String VARIABLE = "variable_flags";

    /** Whether these are keys at all, and not what goes to the same place as a key would. */
    public boolean areKeys() {
        return !flags.contains(NO_KEY);
    }

    /** Whether the other arguments say which of the flags hold. */
    public boolean isVariable() {
        return flags.contains(VARIABLE);
    }

    /** The same with a note. */
    KeyUse noted(String text) {
        return new KeyUse(flags, first, last, text);
    }
}
