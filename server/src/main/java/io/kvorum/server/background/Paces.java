package io.kvorum.server.background;

import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import java.util.HashMap;
import java.util.Map;

/**
 * The paces of a job with each of the nodes that it works with. They go on side by side, none is held up by another, and have
 * the job's share together. Owned by the control thread.
 */
public final class Paces {
    final Budget budget;
    final BackgroundJob job;
    final TaskLoop control;
    final Clock clock;
    private final Map<Integer, Pace> byPeer = new HashMap<>();

    /** Of a job that works with nobody yet. */
    public Paces(Budget budget, BackgroundJob job, TaskLoop control, Clock clock) {
        this.budget = budget;
        this.job = job;
        this.control = control;
        this.clock = clock;
    }

    /** The pace with one peer. */
    public Pace with(int peer) {
        return byPeer.computeIfAbsent(peer, any -> new Pace(this));
    }

    /** With how many peers the job works now, or would if it did not rest. */
    int active() {
        int active = 0;
        for (Pace pace : byPeer.values()) {
            active += pace.isActive() ? 1 : 0;
        }
        return active;
    }
}
