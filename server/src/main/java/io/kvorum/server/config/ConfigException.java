package io.kvorum.server.config;

import java.util.List;

/** The configuration cannot be used. The message says of each mistake where it is, what was found and what is allowed. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line for each mistake; at least one. */
    public List<String> problems() {
        return problems;
    }
}
