package io.kvorum.tests.compare;

import io.kvorum.tests.compare.Match.Pair;
import java.io.IOException;
import java.util.List;

/**
 * What a key takes, on servers that held nothing before: the growth of what they have and of what they use, by keys
 * and copies. One sample: bytes, unlike times, do not depend on what else the machine does.
 */
final class MemoryPerKey implements Experiment {
    private final Plan plan;
    private final Load load;
    private final Progress progress;

    MemoryPerKey(Plan plan, Load load, Progress progress) {
        this.plan = plan;
        this.load = load;
        this.progress = progress;
    }

    private record Sample(double residentBytes, double liveBytes) {}

    @Override
    public List<Row> run(Match match) throws IOException, InterruptedException {
        String what = plan.memoryKeys() + " keys";
        progress.say(match.nodes(), what, 1, 1);
        List<Pair<Sample>> pairs = List.of(match.pair(this::measure));
        return List.of(
                match.row("fill", what, 0, Measure.RESIDENT_PER_KEY, pairs, Sample::residentBytes),
                match.row("fill", what, 0, Measure.LIVE_PER_KEY, pairs, Sample::liveBytes));
    }

    /**
     * Asking for live bytes collects a JVM's garbage. Before the fill, that makes empty servers comparable; after it,
     * resident memory is read first, with the garbage that the fill has left: no operator collects it.
     */
    private Sample measure(Side side) throws IOException, InterruptedException {
        long liveEmpty = side.liveBytes();
        long residentEmpty = side.residentBytes();
        load.fill(side, plan.memoryKeys());
        long resident = side.residentBytes();
        long live = side.liveBytes();
        load.look(side, plan.memoryKeys());
        double records = (double) plan.memoryKeys() * side.copies();
        return new Sample((resident - residentEmpty) / records, (live - liveEmpty) / records);
    }
}
