package io.kvorum.tests.sim.run;

import io.kvorum.tests.sim.plan.Plan;
import io.kvorum.tests.sim.plan.Planner;
import io.kvorum.tests.sim.plan.Step;
import io.kvorum.tests.sim.story.KeyStory;
import io.kvorum.tests.sim.story.Timeline;
import io.kvorum.tests.sim.story.Violation;
import java.util.ArrayList;
import java.util.List;

/** A run that failed, for a person: what broke, the fewest steps that still break it, and what happened to the key. */
public final class Report {
    private static final String NO_KEY = "";

    private Report() {}

    /** The lines for a seed that fails; one that says so if it does not. */
    public static List<String> of(long seed, int nodes) {
        Plan whole = Planner.plan(seed, nodes);
        Simulation.Result first = Simulation.run(whole, Timeline.none());
        String promise = first.broken();
        if (promise == null) {
            return List.of("seed " + seed + " breaks nothing");
        }
        Plan shortest = Shrinker.shrink(whole, promise);
        Simulation.Result again = Simulation.run(shortest, Timeline.none());
        Throwable failure = again.failure();
        KeyStory key = failure instanceof Violation violation ? violation.key() : null;
        List<String> lines = new ArrayList<>();
        lines.add("seed " + seed + (nodes > 0 ? " with " + nodes + " nodes" : "") + " breaks: " + first.failure());
        lines.add("of its " + whole.steps().size() + " steps these are enough, on " + whole.shape() + ":");
        for (Step step : shortest.steps()) {
            lines.add("  " + step);
        }
        lines.add("with them it breaks: " + failure);
        lines.add("what happens" + (key == null ? ":" : " to " + key.name() + ":"));
        Timeline timeline = Timeline.of(key == null ? NO_KEY : key.name());
        lines.addAll(Simulation.run(shortest, timeline).timeline());
        if (failure != null && !(failure instanceof Violation)) {
            for (StackTraceElement frame : failure.getStackTrace()) {
                lines.add("    at " + frame);
            }
        }
        return lines;
    }
}
