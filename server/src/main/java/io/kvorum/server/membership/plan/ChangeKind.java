package io.kvorum.server.membership.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an operator may want of the membership. */
public enum ChangeKind {
    /** Members that have no tokens get their share; without names all of them. */
    JOIN(0, Integer.MAX_VALUE),
    /** Members give all that they have to the others, and go. */
    LEAVE(1, Integer.MAX_VALUE),
    /** Members that do not come back are fenced; the others make new copies of what they had. */
    REMOVE(1, Integer.MAX_VALUE),
    /** A member that does not come back is fenced, and another one gets its tokens. */
    REPLACE(2, 2),
    /** Tokens are spread anew over all members. */
    REBALANCE(0, 0);

    private final int namesMin;
    private final int namesMax;

    ChangeKind(int namesMin, int namesMax) {
        this.namesMin = namesMin;
        this.namesMax = namesMax;
    }

    /** The kind of that name, in whatever case; null if there is none. */
    public static @Nullable ChangeKind of(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.name().equalsIgnoreCase(name))
                .findFirst()
                .orElse(null);
    }

    /** All names, for who gave another one. */
    public static String labels() {
        return Arrays.stream(values()).map(ChangeKind::label).collect(Collectors.joining(", "));
    }

    /** Its name in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it can be asked of so many members. */
    boolean takes(int names) {
        return names >= namesMin && names <= namesMax;
    }

    /** How it is asked for. */
    String usage() {
        return switch (this) {
            case JOIN -> "JOIN [name ...]";
            case LEAVE -> "LEAVE name [name ...]";
            case REMOVE -> "REMOVE name [name ...] [FORCE]";
            case REPLACE -> "REPLACE old new [FORCE]";
            case REBALANCE -> "REBALANCE";
        };
    }
}
