package io.kvorum.tests.sim.story;

import io.kvorum.tests.sim.cluster.CopyFacts;
import io.kvorum.tests.sim.cluster.LifeEnd;
import java.util.List;

/** One promise of the design, watched over during a run. What breaks it is thrown as a {@link Violation}. */
public interface Check {
    /** The promise in a few words, as violations of it are called. */
    String promise();

    /** A write was made. */
    default void wrote(Story story, Write write) {}

    /** An increment was made. */
    default void counted(Story story, KeyStory key, Increment increment) {}

    /** A copy, which was flushed up to a stamp, has another record, with these siblings. */
    default void changed(Story story, KeyStory key, int node, long flushedUpTo, List<Write> siblings) {}

    /** A client was told what became of its attempt. */
    default void told(Story story, Attempt attempt) {}

    /** A node's process began and found these copies on its disk, where the one before had ended and left those. */
    default void began(Story story, int node, LifeEnd end, List<CopyFacts> left, List<CopyFacts> found) {}

    /** A node no more keeps these writes for an owner. */
    default void hintRemoved(Story story, KeyStory key, int node, int target, List<Write> kept) {}

    /** All faults are over, all nodes run, every key was read from all its owners. */
    default void atEnd(Story story, Ending ending) {}
}
