package io.kvorum.tests.sim.story;

import io.kvorum.tests.sim.cluster.SimCluster;
import org.jspecify.annotations.Nullable;

/** How a run ended, when everything was healed and every key read. */
public interface Ending {
    /** The nodes. */
    SimCluster cluster();

    /** The record that a node has of a key, or null. */
    byte @Nullable [] record(int node, KeyStory key);

    /** The record that the first owner of a key has, or null. */
    byte @Nullable [] record(KeyStory key);

    /** The last attempt to read a key, which asked all its owners. */
    Attempt lastRead(KeyStory key);
}
