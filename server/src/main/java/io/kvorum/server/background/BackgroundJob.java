package io.kvorum.server.background;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a node does beside answering. */
public enum BackgroundJob {
    /** Brings what changed to the checkpoint store. When the journal gets too long it goes on without pauses. */
    CHECKPOINT,
    /** Compares copies with other owners, and brings both up to date. */
    ANTI_ENTROPY,
    /** Hands what was kept for a node that was away to it. */
    HANDOFF,
    /** Takes away what is expired; where a node is alone, what is dead for long, too. */
    SWEEPING,
    /** Agrees with other owners on what is dead for longer than the grace, and lets go of it. */
    REAPING,
    /** Takes partitions over that a plan gives to this node. */
    TRANSFER;

    /** All of them, in the order in which they are shown. */
    public static final List<BackgroundJob> ALL = List.of(values());

    /** Its name in commands, metrics and the log. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The job with this name, in any case; null if there is none. */
    public static @Nullable BackgroundJob of(String label) {
        return ALL.stream()
                .filter(job -> job.label().equalsIgnoreCase(label))
                .findFirst()
                .orElse(null);
    }

    /** All names, for people. */
    public static String labels() {
        return String.join(
                ", ", Arrays.stream(values()).map(BackgroundJob::label).toList());
    }
}
