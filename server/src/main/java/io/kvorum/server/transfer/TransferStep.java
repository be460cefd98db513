package io.kvorum.server.transfer;

import io.kvorum.ring.Move;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.PreferenceList;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One move as a node sees it that has a part in it: who takes the place of another, who joins the owners, or, where an owner
 * has no successor, each of those that stay: all are to have what the leaving one had, and the first tells.
 *
 * @param move what the history wants
 * @param sources peer numbers of those that must consent, and whose copies are compared
 * @param witnesses peer numbers of the other owners: they must know of all changes before, and answer, since one less will
 * @param fresh whether this node has nothing of the partition yet, and pulls it; who stays, or comes back, only compares
 * @param leads whether this node tells when the step is done; others that stay have only to be done, too
 * @param digest names this very step: equal on two nodes if both see the same owners and the same move
 */
record TransferStep(
        Move move, List<Integer> sources, List<Integer> witnesses, boolean fresh, boolean leads, long digest) {
    private static final long PRIME = 0x100000001b3L;

    /** Copies the lists. */
    TransferStep {
        sources = List.copyOf(sources);
        witnesses = List.copyOf(witnesses);
    }

    int partition() {
        return move.partition();
    }

    /** The steps of a partition that this node has to take now: one at most, but for consents of different plans. */
    static List<TransferStep> here(ClusterView view, int partition) {
        PreferenceList list = view.ring().preferenceList(partition);
        List<TransferStep> steps = new ArrayList<>(1);
        for (Move move : list.moves()) {
            if (isActive(list, move) && isReceiver(list, move, view.member(PeerTransport.SELF))) {
                steps.add(new TransferStep(
                        move,
                        owners(view, partition, move, true),
                        owners(view, partition, move, false),
                        move.to() != null && !list.isReturning(move.to()),
                        view.member(PeerTransport.SELF).equals(leader(list, move)),
                        digest(list, move)));
            }
        }
        return steps;
    }

    /** Whether a move may be under way: it was consented to, or nothing comes before it. */
    static boolean isActive(PreferenceList list, Move move) {
        return move.consented() || move.equals(list.activeMove());
    }

    /** Whether a node has to get what another gives up: who is to own it, or, without a successor, who stays. */
    static boolean isReceiver(PreferenceList list, Move move, NodeId node) {
        NodeId to = move.to();
        return to == null
                ? list.isSettled(node) && !node.equals(move.from()) && !list.hasConsented(node)
                : to.equals(node);
    }

    /** Who tells that a move is done; null if nobody is left to. */
    private static @Nullable NodeId leader(PreferenceList list, Move move) {
        return move.to() != null
                ? move.to()
                : list.settled().stream()
                        .filter(owner -> isReceiver(list, move, owner))
                        .findFirst()
                        .orElse(null);
    }

    /** Names the step that a move is: the same on all nodes that see the same owners. */
    static long digest(PreferenceList list, Move move) {
        long digest = mixed(mixed(mixed(PRIME, move.partition()), move.from()), move.to());
        for (NodeId owner : list.settled()) {
            digest = mixed(digest, owner);
        }
        return digest;
    }

    /** Names, towards others that stay, not the step but that they are done with it. */
    static long doneDigest(long digest) {
        return mixed(digest, 2);
    }

    /** Whether others that stay must be done before this node tells. */
    boolean waitsForOthers() {
        return leads && move.to() == null && !witnesses.isEmpty();
    }

    /** Whether an owner is missing until this is done, since one has given its place up. */
    boolean isOwnerMissing() {
        return move.consented() || (move.to() != null && !fresh);
    }

    /** The other owners that give something to this one, or those that do not. */
    private static List<Integer> owners(ClusterView view, int partition, Move move, boolean giving) {
        List<Integer> owners = new ArrayList<>();
        for (int owner : view.owners(partition)) {
            boolean gives = move.from() == null || move.from().equals(view.member(owner));
            if (owner != PeerTransport.SELF && gives == giving) {
                owners.add(owner);
            }
        }
        return owners;
    }

    private static long mixed(long digest, @Nullable NodeId node) {
        return node == null
                ? mixed(digest, 1)
                : mixed(
                        mixed(digest, node.uuid().getMostSignificantBits()),
                        node.uuid().getLeastSignificantBits());
    }

    private static long mixed(long digest, long value) {
        long mixed = (digest ^ value) * PRIME;
        return mixed ^ (mixed >>> 32);
    }

    /** Two steps are one if they name the same; their sources may have got other numbers only in another life. */
    boolean isSame(TransferStep other) {
        return digest == other.digest && sources.equals(other.sources) && witnesses.equals(other.witnesses);
    }
}
