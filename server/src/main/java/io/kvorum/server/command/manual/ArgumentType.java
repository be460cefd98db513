package io.kvorum.server.command.manual;

import org.jspecify.annotations.Nullable;

/** What an argument of a command is, as COMMAND DOCS of Redis 7 tells it. */
public enum ArgumentType {
    STRING("string"),
    INTEGER("integer"),
    DOUBLE("double"),
    KEY("key"),
    PATTERN("pattern"),
    UNIX_TIME("unix-time"),
    /** Its word, and nothing behind it. */
    PURE_TOKEN("pure-token"),
    /** One of its arguments. */
    ONEOF("oneof"),
    /** All of its arguments, in this order. */
    BLOCK("block");

    private final String redisName;

    ArgumentType(String redisName) {
        this.redisName = redisName;
    }

    /** The name in COMMAND DOCS. */
    public String redisName() {
        return redisName;
    }

    /** The type of that name; null if there is none. */
    static @Nullable ArgumentType named(String name) {
        for (ArgumentType type : values()) {
            if (type.redisName.equals(name)) {
                return type;
            }
        }
        return null;
    }
}
