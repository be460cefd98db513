package io.kvorum.tests.sim.story;

import org.jspecify.annotations.Nullable;

/** A promise was not kept. An error and no exception, since nodes go on after exceptions of one request. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final transient @Nullable KeyStory key;
    private final String promise;

    /**
     * Says which promise, on what key, and what was seen.
     *
     * @param promise the name of the check
     * @param key null if it is about no key
     */
    public Violation(String promise, @Nullable KeyStory key, String seen) {
        super(promise + ": " + (key == null ? "" : key.name() + ": ") + seen);
        this.promise = promise;
        this.key = key;
    }

    /** Which promise. */
    public String promise() {
        return promise;
    }

    /** The key that it is about, or null. */
    public @Nullable KeyStory key() {
        return key;
    }
}
