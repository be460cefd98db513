package io.kvorum.storage.engine;

/** The node's stamp clock, as an engine sees it. For any thread; never returns the same stamp twice. */
@FunctionalInterface
public interface StampSource {
    /** Draws the next stamp of this node, newer than the one given. */
    long next(long newestSeen);
}
