package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command as data: what the dispatcher needs to run it, COMMAND to describe it and the documentation to explain it.
 * Immutable; for any thread.
 *
 * <p>A command with sub-commands is a row whose {@link #subcommands()} are rows of their own, named
 * {@code container|name} as Redis does, with an arity that counts the container's word.
 */
public final class Command {
    private final String name;
    private final int arity;
    private final Set<CommandFlag> flags;
    private final int firstKey;
    private final int lastKey;
    private final int keyStep;
    private final CommandGroup group;
    private final String since;
    private final String summary;
    private final String guarantee;
    private final Route route;
    private final @Nullable RouteChooser chooser;
    private final List<Command> subcommands;
    private final CommandHandler handler;
    private final byte[] upperName;

    private Command(Builder row, CommandHandler handler) {
        this.name = row.name;
        this.arity = row.arity;
        this.flags = row.flags;
        this.firstKey = row.firstKey;
        this.lastKey = row.lastKey;
        this.keyStep = row.keyStep;
        this.group = row.group;
        this.since = row.since;
        this.summary = row.summary;
        this.guarantee = row.guarantee;
        this.route = row.route;
        this.chooser = row.chooser;
        this.subcommands = row.subcommands;
        this.handler = handler;
        String last = name.substring(name.indexOf('|') + 1);
        this.upperName = last.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins the row of a command; the name in lower case. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** Its full name in lower case: {@code get}, {@code client|getname}. */
    public String name() {
        return name;
    }

    /** Its own word in upper case, as a request spells it. Not to be changed. */
    byte[] upperName() {
        return upperName;
    }

    boolean isSubcommand() {
        return name.indexOf('|') >= 0;
    }

    /** How many arguments it takes, its name included; if negative, at least that many. */
    public int arity() {
        return arity;
    }

    /** Whether a request with so many arguments may be run. */
    public boolean allows(int argumentCount) {
        return arity < 0 ? argumentCount >= -arity : argumentCount == arity;
    }

    /** Its flags. */
    public Set<CommandFlag> flags() {
        return flags;
    }

    /** Whether it has a flag. */
    public boolean is(CommandFlag flag) {
        return flags.contains(flag);
    }

    /** The index of the first key in a request, 0 if there is none. */
    public int firstKey() {
        return firstKey;
    }

    /** The index of the last key; if negative, counted from the end. */
    public int lastKey() {
        return lastKey;
    }

    /** The distance from one key to the next. */
    public int keyStep() {
        return keyStep;
    }

    /** Its chapter. */
    public CommandGroup group() {
        return group;
    }

    /** The first version of Redis, or of Kvorum for its own commands, that has it. */
    public String since() {
        return since;
    }

    /** What it does, in a sentence. */
    public String summary() {
        return summary;
    }

    /** What holds when several clients write at once, or nodes disagree about who is healthy, in a sentence. */
    public String guarantee() {
        return guarantee;
    }

    /** Its sub-commands; empty for most. */
    public List<Command> subcommands() {
        return subcommands;
    }

    /** Where this request runs. */
    Route route(RespRequest request) {
        return chooser == null ? route : chooser.route(request);
    }

    /** Where it runs if no argument says otherwise. */
    public Route route() {
        return route;
    }

    CommandHandler handler() {
        return handler;
    }

    @Override
    public String toString() {
        return name;
    }

    /** A row in the making. */
    public static final class Builder {
        private final String name;
        private int arity = 1;
        private Set<CommandFlag> flags = Set.of();
        private int firstKey;
        private int lastKey;
        private int keyStep;
        private CommandGroup group = CommandGroup.GENERIC;
        private String since = "1.0.0";
        private String summary = "";
        private String guarantee = "Touches no key.";
        private Route route = Route.NONE;
        private @Nullable RouteChooser chooser;
        private List<Command> subcommands = List.of();

        private Builder(String name) {
            this.name = name;
        }

        /** Arguments with the name; negative: at least. */
        public Builder arity(int arguments) {
            this.arity = arguments;
            return this;
        }

        /** What it is. */
        public Builder flags(CommandFlag first, CommandFlag... others) {
            this.flags = Set.copyOf(EnumSet.of(first, others));
            return this;
        }

        /** It has one key, at this index. */
        public Builder keyAt(int index) {
            return keys(index, index, 1);
        }

        /** Where its keys are, as COMMAND tells it. */
        public Builder keys(int first, int last, int step) {
            this.firstKey = first;
            this.lastKey = last;
            this.keyStep = step;
            return this;
        }

        /** Its chapter. */
        public Builder group(CommandGroup chapter) {
            this.group = chapter;
            return this;
        }

        /** The version that first had it. */
        public Builder since(String version) {
            this.since = version;
            return this;
        }

        /** What it does. */
        public Builder summary(String sentence) {
            this.summary = sentence;
            return this;
        }

        /** What it promises when others write too. */
        public Builder guarantee(String sentence) {
            this.guarantee = sentence;
            return this;
        }

        /** Where it runs; {@link Route#NONE} if not said. */
        public Builder routed(Route where) {
            this.route = where;
            return this;
        }

        /** Where it runs, depending on the arguments; {@code usually} is what the documentation says. */
        public Builder routed(Route usually, RouteChooser byArguments) {
            this.route = usually;
            this.chooser = byArguments;
            return this;
        }

        /** Makes the row. */
        public Command handledBy(CommandHandler code) {
            if ((route == Route.READ || route == Route.WRITE || route == Route.MODIFY) && firstKey < 1) {
                throw new IllegalArgumentException(name + " is routed by a key and has none");
            }
            return new Command(this, Objects.requireNonNull(code));
        }

        /** Makes the row of a command that only its sub-commands run. */
        public Command containing(Command... rows) {
            return containing(CommandErrors::wrongArity, rows);
        }

        /** Makes the row of a command with sub-commands that does something without one, too. */
        public Command containing(CommandHandler alone, Command... rows) {
            this.subcommands = List.of(rows);
            return handledBy(alone);
        }
    }
}
