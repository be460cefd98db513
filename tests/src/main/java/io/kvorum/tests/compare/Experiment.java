package io.kvorum.tests.compare;

import java.io.IOException;
import java.util.List;

/** One way of looking at a match: puts loads on both sides in turn, and makes rows of what they showed. */
interface Experiment {
    /** Measures; the sides are up, and nobody else uses them. */
    List<Row> run(Match match) throws IOException, InterruptedException;
}
