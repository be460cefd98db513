package io.kvorum.tests.sim.run;

import io.kvorum.tests.sim.plan.Plan;
import io.kvorum.tests.sim.plan.Step;
import io.kvorum.tests.sim.story.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Makes a plan that fails as short as it goes: first its shortest beginning that still breaks the same promise, then
 * without every step that is not needed (Zeller's delta debugging, in its plain form). Chance is the seed's, so what is left
 * out shifts nothing of what came before it.
 */
public final class Shrinker {
    private static final int RUNS_MAX = 600;

    private final Function<Plan, Simulation.Result> runner;
    private final String promise;
    private int runs;

    private Shrinker(Function<Plan, Simulation.Result> runner, String promise) {
        this.runner = runner;
        this.promise = promise;
    }

    /** The shortest plan found that breaks the same promise. */
    public static Plan shrink(Plan plan, String promise) {
        return shrink(plan, promise, shorter -> Simulation.run(shorter, Timeline.none()));
    }

    /** The same for runs that are run in some other way. */
    public static Plan shrink(Plan plan, String promise, Function<Plan, Simulation.Result> runner) {
        Shrinker shrinker = new Shrinker(runner, promise);
        return shrinker.thin(shrinker.beginning(plan));
    }

    private Plan beginning(Plan plan) {
        int enough = plan.steps().size();
        int tooFew = -1;
        while (enough - tooFew > 1 && runs < RUNS_MAX) {
            int middle = (enough + tooFew) / 2;
            if (breaks(plan.with(plan.steps().subList(0, middle)))) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return plan.with(plan.steps().subList(0, enough));
    }

    private Plan thin(Plan plan) {
        Plan best = plan;
        int size = Math.max(1, best.steps().size() / 2);
        while (runs < RUNS_MAX) {
            boolean thinner = false;
            for (int from = best.steps().size() - size; from > -size && runs < RUNS_MAX; from -= size) {
                Plan without = without(best, Math.max(0, from), from + size);
                if (breaks(without)) {
                    best = without;
                    thinner = true;
                }
            }
            if (size == 1 && !thinner) {
                break;
            }
            size = Math.max(1, size / 2);
        }
        return best;
    }

    private boolean breaks(Plan plan) {
        runs++;
        return promise.equals(runner.apply(plan).broken());
    }

    private static Plan without(Plan plan, int from, int to) {
        List<Step> left = new ArrayList<>(plan.steps().subList(0, from));
        left.addAll(plan.steps()
                .subList(Math.min(to, plan.steps().size()), plan.steps().size()));
        return plan.with(left);
    }
}
