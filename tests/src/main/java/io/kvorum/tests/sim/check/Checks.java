package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Check;
import java.util.List;

/** All promises. */
public final class Checks {
    private Checks() {}

    /** New checks for one run. */
    public static List<Check> all() {
        return List.of(
                new NothingIsLost(),
                new NothingComesBack(),
                new SiblingsAreConcurrent(),
                new ReadsSeeWhatWasDone(),
                new ContextsCoverWhatWasShown(),
                new IncrementsAreExact(),
                new ExpiriesStand(),
                new RefusedLeavesNoTrace(),
                new FlushTakesWhatWasBefore(),
                new ActorsEnd(),
                new LivesGoOn(),
                new HintsArrive(),
                new CopiesAgree(),
                new RingsAgree());
    }

    /** New checks for one run of one promise alone; none if it is looked after by the run itself. */
    public static List<Check> of(String promise) {
        return all().stream().filter(check -> check.promise().equals(promise)).toList();
    }
}
