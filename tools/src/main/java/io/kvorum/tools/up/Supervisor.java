package io.kvorum.tools.up;

import io.kvorum.tools.console.ExitCode;
import io.kvorum.tools.console.Units;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Watches the nodes of one {@code up}: says when they are ready, says when one dies and leaves the others alone, stops
 * them all in bounded time. Owned by the control thread; tells what is to be done through {@link Effects}.
 *
 * <pre>
 *   node:    STARTING ──probe answers──▶ READY ──exit──▶ GONE        cluster:  RUNNING ──stop──▶ STOPPING ──▶ finished
 *               └──────────────exit──────────────────────▲                        └──last node gone─────────────▲
 * </pre>
 */
final class Supervisor {
    static final long PROBE_EVERY_NANOS = 100_000_000L;
    static final long REPORT_WAITING_NANOS = 10_000_000_000L;

    /** SIGTERM has this long; the rest of the five seconds is for the kernel to take down what is killed. */
    static final long STOP_GRACE_NANOS = 4_000_000_000L;

    static final long GIVE_UP_NANOS = STOP_GRACE_NANOS + 700_000_000L;

    /** What the supervisor wants done. Nodes are counted from 0. */
    interface Effects {
        void say(String text);

        /** Asks the node whether it is ready, after the delay, and reports with {@link #onProbe}. */
        void probe(int node, long delayNanos);

        void terminate(int node);

        void kill(int node);

        /** Calls {@link #onWake} after the delay. */
        void wake(long delayNanos);

        /** The end; nothing is called any more. */
        void finish(int exitCode);
    }

    private enum State {
        STARTING,
        READY,
        GONE
    }

    private final ClusterSpec cluster;
    private final State[] states;
    private final String[] details;
    private long startedNanos;
    private long stopNanos;
    private boolean announced;
    private boolean stopping;
    private boolean killed;
    private boolean finished;

    Supervisor(ClusterSpec cluster) {
        this.cluster = cluster;
        int count = cluster.nodes().size();
        states = new State[count];
        details = new String[count];
        for (int i = 0; i < count; i++) {
            states[i] = State.STARTING;
            details[i] = "not answering yet";
        }
    }

    /** All processes have been started. */
    void onStarted(long nowNanos, Effects effects) {
        startedNanos = nowNanos;
        for (int node = 0; node < states.length; node++) {
            effects.probe(node, PROBE_EVERY_NANOS);
        }
        effects.wake(REPORT_WAITING_NANOS);
    }

    void onProbe(int node, boolean ready, String detail, long nowNanos, Effects effects) {
        if (stopping || states[node] != State.STARTING) {
            return;
        }
        details[node] = detail;
        if (!ready) {
            effects.probe(node, PROBE_EVERY_NANOS);
            return;
        }
        states[node] = State.READY;
        announceIfReady(nowNanos, effects);
    }

    /**
     * A process is gone.
     *
     * @param exitCode 128 + n if signal n ended it
     * @param logTail the last lines of its log
     */
    void onExit(int node, int exitCode, List<String> logTail, long nowNanos, Effects effects) {
        if (states[node] == State.GONE) {
            throw new IllegalStateException("second exit of " + name(node));
        }
        states[node] = State.GONE;
        if (!stopping) {
            effects.say(deathNotice(node, exitCode, logTail));
            announceIfReady(nowNanos, effects);
        }
        if (count(State.GONE) == states.length) {
            if (!stopping) {
                effects.say("No node is left.\n");
            }
            finish(stopping ? ExitCode.OK : ExitCode.FAILED, effects);
        }
    }

    /** The user wants an end. A second wish changes nothing. */
    void onStop(long nowNanos, Effects effects) {
        if (stopping || finished) {
            return;
        }
        stopping = true;
        stopNanos = nowNanos;
        effects.say("Stopping.\n");
        for (int node = 0; node < states.length; node++) {
            if (states[node] != State.GONE) {
                effects.terminate(node);
            }
        }
        effects.wake(STOP_GRACE_NANOS);
    }

    void onWake(long nowNanos, Effects effects) {
        if (finished) {
            return;
        }
        if (!stopping) {
            reportWaiting(nowNanos, effects);
        } else if (nowNanos - stopNanos >= GIVE_UP_NANOS) {
            finish(ExitCode.FAILED, effects);
        } else if (nowNanos - stopNanos >= STOP_GRACE_NANOS && !killed) {
            killed = true;
            for (int node = 0; node < states.length; node++) {
                if (states[node] != State.GONE) {
                    effects.say(name(node) + " does not stop; killed.\n");
                    effects.kill(node);
                }
            }
            effects.wake(GIVE_UP_NANOS - STOP_GRACE_NANOS);
        }
    }

    private void announceIfReady(long nowNanos, Effects effects) {
        if (!announced && count(State.READY) > 0 && count(State.STARTING) == 0) {
            announced = true;
            effects.say(Banner.ready(cluster.nodes(), isReady(), nowNanos - startedNanos));
        }
    }

    private void reportWaiting(long nowNanos, Effects effects) {
        if (count(State.STARTING) == 0) {
            return;
        }
        String waiting = IntStream.range(0, states.length)
                .filter(node -> states[node] == State.STARTING)
                .mapToObj(node -> "  " + name(node) + "  " + details[node] + "; log "
                        + cluster.nodes().get(node).log() + "\n")
                .collect(Collectors.joining());
        long seconds = (nowNanos - startedNanos) / 1_000_000_000L;
        effects.say("Still waiting after " + Units.seconds(seconds) + ":\n" + waiting);
        effects.wake(REPORT_WAITING_NANOS);
    }

    private String deathNotice(int node, int exitCode, List<String> logTail) {
        String how = exitCode > 128
                ? String.format(Locale.ROOT, "was ended by signal %d", exitCode - 128)
                : exitCode == 0
                        ? "was told to stop, and did"
                        : String.format(Locale.ROOT, "has died with exit code %d", exitCode);
        StringBuilder text =
                new StringBuilder(name(node)).append(' ').append(how).append("; the others go on. Its log, ");
        text.append(cluster.nodes().get(node).log()).append(", ends with:\n");
        for (String line : logTail) {
            text.append("  | ").append(line).append('\n');
        }
        return text.toString();
    }

    private void finish(int exitCode, Effects effects) {
        finished = true;
        effects.finish(exitCode);
    }

    private List<Boolean> isReady() {
        return IntStream.range(0, states.length)
                .mapToObj(node -> states[node] == State.READY)
                .toList();
    }

    private int count(State state) {
        int count = 0;
        for (State one : states) {
            if (one == state) {
                count++;
            }
        }
        return count;
    }

    private String name(int node) {
        return cluster.nodes().get(node).name();
    }
}
