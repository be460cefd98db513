package io.kvorum.server.coordinator;

/**
 * The cluster's quorum defaults and the times a request may take.
 *
 * <p>Where R + W > N is asked for, what is required of fewer than N owners meets as well: of any read and any write at least one
 * owner takes part in both. And so does what coordinators require that differ by one about how many owners there are, one of
 * them knowing of the newcomer already: what is required of those {@link #readsTogether together} sees to that.
 *
 * @param n replicas of a key
 * @param r owners that a read hears
 * @param w owners that hold a write before its answer
 * @param dw owners that have a write on disk before its answer
 * @param readTimeoutNanos how long a read may take
 * @param writeTimeoutNanos how long a write or read-modify-write may take
 * @param readAllRatio share of reads that ask all owners, so that staleness is found, 0 to 1
 * @param hedge whether a late answer makes the read ask one more owner
 * @param hedgeMinNanos the shortest wait before it does
 */
public record QuorumPolicy(
        int n,
        int r,
        int w,
        int dw,
        long readTimeoutNanos,
        long writeTimeoutNanos,
        double readAllRatio,
        boolean hedge,
        long hedgeMinNanos) {

    /**
     * The number of owners that a read must hear.
     *
     * @param requested what the client asked for, 0 for the default
     * @param owners how many owners the partition has
     */
    public int reads(int requested, int owners) {
        return required(wanted(requested, r), w, owners);
    }

    /**
     * The number of owners that must hold a write.
     *
     * @param requested what the client asked for, 0 for the default
     * @param owners how many owners the partition has
     */
    public int writes(int requested, int owners) {
        return required(wanted(requested, w), r, owners);
    }

    /** The number of owners that must have a write on disk; as {@link #writes}, but 0 if neither asks for any. */
    public int durableWrites(int requested, int owners) {
        return Math.min(wanted(requested, dw), owners >= n ? owners : majority(owners));
    }

    /**
     * How many of the owners and of one node that is about to join them a read must hear; 0 if {@link #reads} is enough.
     *
     * @param owners how many owners the partition has, the newcomer not counted
     */
    public int readsTogether(int requested, int owners) {
        return together(wanted(requested, r), w, owners, reads(requested, owners), writes(0, owners + 1));
    }

    /** How many of the owners and of one node that is about to join them must hold a write; 0 if {@link #writes} is enough. */
    public int writesTogether(int requested, int owners) {
        return together(wanted(requested, w), r, owners, writes(requested, owners), reads(0, owners + 1));
    }

    private int together(int wanted, int other, int owners, int ofOwners, int othersThen) {
        int needed = owners + 1 + 1 - othersThen;
        return wanted + other > n && needed > ofOwners ? needed : 0;
    }

    private static int wanted(int requested, int standard) {
        return requested > 0 ? requested : standard;
    }

    private static int majority(int owners) {
        return owners / 2 + 1;
    }

    /** Where there are fewer than N owners a majority, but as many as meet with those of the other kind, if these are fewer. */
    private int required(int wanted, int other, int owners) {
        int majority = majority(owners);
        int bound = owners >= n ? owners : Math.max(majority, owners + 1 - Math.min(other, majority));
        return Math.min(wanted, bound);
    }
}
