package io.kvorum.server.command.manual;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An argument of a command. Immutable.
 *
 * @param name what it is called where commands are explained
 * @param type what it is
 * @param keyUse of a key, the place in {@link ManualEntry#keys()} of what is done with it
 * @param token the word before it, or which it is; null if it has none
 * @param since the version that first had it; null if it is as old as the command
 * @param optional whether it may be left out
 * @param multiple whether it may be repeated
 * @param tokenRepeated whether, if it is repeated, its word is, too
 * @param children what a {@code oneof} or a {@code block} is made of; else empty
 */
public record Argument(
        String name,
        ArgumentType type,
        int keyUse,
        @Nullable String token,
        @Nullable String since,
        boolean optional,
        boolean multiple,
        boolean tokenRepeated,
        List<Argument> children) {
    /** How many words it has at least in a request. */
    public int leastWords() {
        return optional ? 0 : leastWordsIfThere();
    }

    private int leastWordsIfThere() {
        int word = token == null ? 0 : 1;
        return switch (type) {
            case PURE_TOKEN -> 1;
            case ONEOF ->
                word
                        + children.stream()
                                .mapToInt(Argument::leastWordsIfThere)
                                .min()
                                .orElse(0);
            case BLOCK ->
                word + children.stream().mapToInt(Argument::leastWords).sum();
            default -> word + 1;
        };
    }

    /** Whether every request has as many words of it. */
    public boolean isFixed() {
        return !optional
                && !multiple
                && children.stream().allMatch(Argument::isFixed)
                && (type != ArgumentType.ONEOF
                        || children.stream()
                                        .mapToInt(Argument::leastWordsIfThere)
                                        .distinct()
                                        .count()
                                == 1);
    }
}
