package io.kvorum.tests.faults;

import io.kvorum.tests.durability.MachinePauses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which failures are as promised, with one node at a time in trouble. Clients of the others meet none, but for requests that
 * the node in trouble had been passed: increments, which one owner must run, and where not every node owns every key, plain
 * writes; these are in doubt, or to be asked for again. Clients of the node itself may be refused, in the classes of errors that say what is true. And
 * whoever runs answers by the deadline. What was under way while the machine itself stood still, or a deadline before or after,
 * is nobody's failure.
 */
final class Verdict {
    /** What a busy machine adds to a deadline. */
    private static final long SLACK_NANOS = 500_000_000L;

    /** For as long the machine must have stood still to be held responsible. */
    private static final long STANDSTILL_NANOS = 200_000_000L;

    private static final Set<Operation> PASSED_ON = EnumSet.of(Operation.INCR);
    private static final Set<Operation> PASSED_ON_BY_OTHERS = EnumSet.of(Operation.INCR, Operation.SET, Operation.DEL);
    private static final Set<String> IN_FLIGHT = Set.of("INDOUBT", "TRYAGAIN");
    private static final Set<String> HONEST = Set.of("INDOUBT", "CLUSTERDOWN", "TRYAGAIN", "LOADING", Incident.BROKEN);

    private final List<Episode> episodes;
    private final Set<Operation> passedOn;
    private final long deadlineNanos;
    private final MachinePauses pauses;

    /**
     * A verdict on what happened during these.
     *
     * @param allOwnAll whether every node owns every key
     * @param deadline of every request
     * @param pauses of the machine, since before the first request
     */
    Verdict(List<Episode> episodes, boolean allOwnAll, Duration deadline, MachinePauses pauses) {
        this.pauses = pauses;
        this.deadlineNanos = deadline.toNanos();
        this.episodes = episodes;
        this.passedOn = allOwnAll ? PASSED_ON : PASSED_ON_BY_OTHERS;
    }

    /** What is not as promised, one sentence each. */
    List<String> complaints(List<Incident> incidents) {
        List<String> complaints = new ArrayList<>();
        for (Incident incident : incidents) {
            if (!(isPromised(incident) && isInTime(incident)) && !isExcused(incident)) {
                complaints.add(describe(incident));
            }
        }
        return complaints;
    }

    /** How many failures there were of each kind, for people. */
    Map<String, Integer> summary(List<Incident> incidents) {
        Map<String, Integer> summary = new TreeMap<>();
        for (Incident incident : incidents) {
            Episode episode = episodeOf(incident);
            String where = episode == null ? "in peace" : (episode.node() == incident.node() ? "at it" : "at others");
            String what = incident.problem().isEmpty() ? "(slow)" : incident.problem();
            summary.merge(
                    (episode == null ? "" : episode.fault() + " ") + where + " " + incident.operation() + " " + what,
                    1,
                    Integer::sum);
        }
        return summary;
    }

    /** Whether the machine stood still when it was under way. */
    boolean isExcused(Incident incident) {
        return pauses.touch(incident.sentNanos(), incident.overNanos(), deadlineNanos, STANDSTILL_NANOS);
    }

    private boolean isPromised(Incident incident) {
        return incident.problem().isEmpty()
                || touching(incident)
                        .anyMatch(episode -> incident.node() == episode.node()
                                ? HONEST.contains(incident.problem())
                                : passedOn.contains(incident.operation()) && mayEndSo(incident));
    }

    /** It was passed to the node in trouble, which left it in doubt, or did nothing and said so when it was too late. */
    private boolean mayEndSo(Incident incident) {
        return IN_FLIGHT.contains(incident.problem())
                || (incident.problem().equals("CLUSTERDOWN")
                        && 2 * (incident.overNanos() - incident.sentNanos()) >= deadlineNanos);
    }

    private boolean isInTime(Incident incident) {
        return incident.overNanos() - incident.sentNanos() <= deadlineNanos + SLACK_NANOS
                || touching(incident)
                        .anyMatch(episode -> incident.node() == episode.node()
                                && !episode.fault().nodeRuns());
    }

    private Stream<Episode> touching(Incident incident) {
        return episodes.stream().filter(episode -> episode.touches(incident, deadlineNanos + SLACK_NANOS));
    }

    /** The last that touches it, for people. */
    private @Nullable Episode episodeOf(Incident incident) {
        return touching(incident).reduce((earlier, later) -> later).orElse(null);
    }

    private String describe(Incident incident) {
        Episode episode = episodeOf(incident);
        String when = episode == null
                ? "in peace"
                : (incident.sentNanos() - episode.beginNanos()) / 1_000_000 + " ms into: " + episode;
        return String.format(
                "%s at n%d took %d ms and answered '%s', %s",
                incident.operation(), incident.node(), incident.tookMillis(), incident.text(), when);
    }
}
