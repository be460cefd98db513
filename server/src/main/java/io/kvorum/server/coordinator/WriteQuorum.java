package io.kvorum.server.coordinator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one write needs to be acknowledged, and how much of it is there. Counts by place in the preference list: an owner and
 * whoever stands in for it are one place, and count once, whoever holds the record; so that W acknowledgements are W nodes
 * (Dynamo §4.6). Owned by the loop of the write; places are less than 32.
 */
final class WriteQuorum {
    private final int required;
    private final int durableRequired;
    private final boolean strict;

    /** Null unless somebody counts besides the owners. */
    private final @Nullable Newcomer newcomer;

    /** A bit for each place. */
    private int held;

    private int durable;

    /** Places that a hint was the first to hold the record for. */
    private int hinted;

    /** Places that a hint keeps the record for without counting. */
    private int keptOnly;

    /**
     * Nothing is there.
     *
     * @param required how many places must hold the record
     * @param durableRequired how many must have it on disk
     * @param strict whether hints are kept without counting
     * @param newcomer who must hold it besides, or as one of them; null if nobody
     */
    WriteQuorum(int required, int durableRequired, boolean strict, @Nullable Newcomer newcomer) {
        this.required = required;
        this.durableRequired = durableRequired;
        this.strict = strict;
        this.newcomer = newcomer;
    }

    boolean isStrict() {
        return strict;
    }

    boolean wantsDurable() {
        return durableRequired > 0;
    }

    @Nullable
    Newcomer newcomer() {
        return newcomer;
    }

    /** How many places hold the record. */
    int acks() {
        return Integer.bitCount(held);
    }

    /** How many have it on disk. */
    int durableAcks() {
        return Integer.bitCount(durable);
    }

    /** The owner at a place holds the record, or another for it. */
    void hold(int place, boolean onDisk) {
        held |= 1 << place;
        if (onDisk) {
            durable |= 1 << place;
        }
    }

    /** A fallback keeps the record for the owner at a place, with a hint. */
    void hint(int place, boolean onDisk) {
        if (strict) {
            // It needs no bare hint, and counts for nothing.
            keptOnly |= 1 << place;
            return;
        }
        hinted |= (1 << place) & ~held;
        hold(place, onDisk);
    }

    /** Whether anybody keeps the record for this place, counting or not. */
    boolean isKept(int place) {
        return ((held | keptOnly) & (1 << place)) != 0;
    }

    boolean isDurable(int place) {
        return (durable & (1 << place)) != 0;
    }

    boolean isMet() {
        return isMetBy(acks(), durableAcks()) && (newcomer == null || newcomer.completes(acks()));
    }

    /**
     * Whether it is met if all that may answer yet hold the record, on disk too.
     *
     * @param mayCome a bit for each of their places
     */
    boolean isInReach(int mayCome) {
        int most = Integer.bitCount(held | mayCome);
        return isMetBy(most, Integer.bitCount(durable | mayCome)) && (newcomer == null || newcomer.couldComplete(most));
    }

    private boolean isMetBy(int acks, int durableAcks) {
        return acks >= required && durableAcks >= durableRequired;
    }

    /** What was counted is over: the write is made once more. */
    void reset() {
        held = 0;
        durable = 0;
        hinted = 0;
        keptOnly = 0;
        if (newcomer != null) {
            newcomer.reset();
        }
    }

    /**
     * Why it cannot possibly be met; null if it may.
     *
     * @param reachable how many places can be reached, fallbacks included if they count
     * @param owners how many there are
     * @param noCoordinator whether nobody may make the version, however many can be reached
     */
    @Nullable
    Failure unreachable(int reachable, int owners, boolean noCoordinator) {
        int needed = Math.max(required, durableRequired);
        String text;
        if (reachable < needed || noCoordinator) {
            text = String.format(
                    Locale.ROOT,
                    "need %d of %d replicas for writes, %d reachable%s",
                    needed,
                    owners,
                    reachable,
                    reachable < needed ? "" : " but none of them can coordinate now");
        } else if (newcomer != null && !newcomer.isReachableFor(reachable)) {
            text = String.format(
                    Locale.ROOT,
                    "need %d of %d replicas for writes while one joins, %d reachable",
                    newcomer.together(),
                    owners + 1,
                    reachable);
        } else {
            return null;
        }
        return new Failure(Failure.Kind.CLUSTERDOWN, text);
    }

    /** The failure of a write that may have happened, with how many have it. */
    Failure inDoubt(long waitedMillis) {
        int hints = Integer.bitCount(hinted);
        String asHints = hints == 0 ? "" : String.format(Locale.ROOT, ", %d of them as a hint", hints);
        String onDisk =
                wantsDurable() ? String.format(Locale.ROOT, ", %d of %d durably", durableAcks(), durableRequired) : "";
        return new Failure(
                Failure.Kind.INDOUBT,
                String.format(
                        Locale.ROOT,
                        "write reached %d of %d replicas%s%s%s within %d ms; it may still become visible",
                        acks(),
                        needed(),
                        asHints,
                        onDisk,
                        asHints.isEmpty() && onDisk.isEmpty() ? "" : ",",
                        waitedMillis));
    }

    /** Where the owners would be enough, it is the one that joins them that was waited for. */
    private int needed() {
        return newcomer != null && acks() >= required && !newcomer.completes(acks()) ? newcomer.together() : required;
    }
}
