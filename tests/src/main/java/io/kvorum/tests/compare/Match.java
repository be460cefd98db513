package io.kvorum.tests.compare;

import io.kvorum.tools.runtime.NanoClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Both sides, running at the same time and loaded one after the other; the one that waits does nothing. Closing ends
 * both.
 */
final class Match implements AutoCloseable {
    private final int nodes;
    private final List<Limit> limits;
    private final Side kvorum;
    private final Side contender;

    private Match(int nodes, List<Limit> limits, Side kvorum, Side contender) {
        this.nodes = nodes;
        this.limits = limits;
        this.kvorum = kvorum;
        this.contender = contender;
    }

    /** What is done with one side of a pair. */
    interface Turn<T> {
        T take(Side side) throws IOException, InterruptedException;
    }

    /** What is done with one side, and not measured. */
    interface Step {
        void take(Side side) throws IOException, InterruptedException;
    }

    /** What came of both turns of a pair. */
    record Pair<T>(T kvorum, T contender) {}

    /**
     * Starts both sides and waits until they take commands.
     *
     * @param directory where each of them gets a directory of its own
     */
    static Match start(Contender subject, Contender contender, int nodes, Path directory, NanoClock clock)
            throws IOException {
        Path fresh = Files.createTempDirectory(directory, nodes + "-nodes-");
        Side first = Side.start(subject, nodes, fresh.resolve("kvorum"));
        try {
            Side second = Side.start(contender, nodes, fresh.resolve("contender"));
            try {
                first.awaitReady(clock);
                second.awaitReady(clock);
                return new Match(nodes, contender.limits(), first, second);
            } catch (IOException | RuntimeException notReady) {
                second.close();
                throw notReady;
            }
        } catch (IOException | RuntimeException notStarted) {
            first.close();
            throw notStarted;
        }
    }

    int nodes() {
        return nodes;
    }

    /** What both sides have to say of themselves when all is measured. */
    List<String> remarks() throws IOException {
        List<String> remarks = new ArrayList<>(kvorum.remarks());
        remarks.addAll(contender.remarks());
        return remarks;
    }

    /** First Kvorum's turn, then the contender's. */
    <T> Pair<T> pair(Turn<T> turn) throws IOException, InterruptedException {
        T first = turn.take(kvorum);
        return new Pair<>(first, turn.take(contender));
    }

    /** The same, of which nothing comes. */
    void each(Step step) throws IOException, InterruptedException {
        step.take(kvorum);
        step.take(contender);
    }

    /**
     * One measure of all pairs.
     *
     * @param depth the pipeline depth under which a limit may hold; 0 for none
     */
    <T> Row row(
            String operation,
            String load,
            int depth,
            Measure measure,
            List<Pair<T>> pairs,
            ToDoubleFunction<T> sample) {
        List<Double> first = new ArrayList<>();
        List<Double> second = new ArrayList<>();
        for (Pair<T> pair : pairs) {
            first.add(sample.applyAsDouble(pair.kvorum()));
            second.add(sample.applyAsDouble(pair.contender()));
        }
        return new Row(nodes, operation, load, measure, first, second, Limit.find(limits, measure, nodes, depth));
    }

    @Override
    public void close() {
        kvorum.close();
        contender.close();
    }
}
