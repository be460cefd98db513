package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;

/**
 * Sends commands on one key to a node that may coordinate them (any node takes any command): reads and plain
 * writes stay here if this node is a settled owner, read-modify-writes go to the first healthy settled owner. Writes that
 * depend on nothing that is there go to a fallback where no owner can be reached. What was passed on once is never passed on
 * again. Owned by its loop.
 */
final class Router {
    private final CommandLoop loop;
    private final Redirect redirect;
    private final long[] position = new long[2];

    Router(CommandLoop loop) {
        this.loop = loop;
        this.redirect = new Redirect(loop);
    }

    /** Runs the call's handler here, or passes its request on. */
    void route(Call call) {
        RespRequest request = call.request();
        int key = call.command().firstKey();
        int offset = request.offset(key);
        int length = request.length(key);
        if (length == 0 || length > loop.facts().keyBytesMax()) {
            call.out().error("ERR a key must have 1 to " + loop.facts().keyBytesMax() + " bytes");
            return;
        }
        ClusterView view = loop.keys().view();
        view.ring().partitioner().position(request.array(), offset, length, position);
        int partition = view.partitionOf(position[0]);
        call.place(view, partition, position[0], position[1]);
        if (call.isPassedOn()) {
            runPassedOn(call, view, partition);
            return;
        }
        boolean here = call.route() == Route.MODIFY
                ? view.firstHealthySettledOwner(partition) == PeerTransport.SELF
                : view.settledHere(partition);
        if (here && !view.isBetweenOwners(partition) && !maySoonSucceedOnly(call, view, partition)) {
            call.command().handler().run(call);
        } else if (here || !redirect.answers(call, view, partition, position[0])) {
            // Where owners are few for a moment, somebody has to try again for the client. Meanwhile
            // another may have become the one who runs read-modify-writes.
            boolean hereFirst = here && call.route() != Route.MODIFY;
            new ForwardOperation(loop, view, partition, call, hereFirst).start();
        }
    }

    /** Whether there are too few owners to ask for what the call needs, and that may be over in a moment. */
    private boolean maySoonSucceedOnly(Call call, ClusterView view, int partition) {
        return isUnclear(loop, view, partition) && isShort(call, view, partition);
    }

    /**
     * Whether it will be clear in a moment if an owner can be asked: it is well, and this loop is still connecting to it as
     * other loops have done; or it owes an answer, and its connection stands.
     */
    static boolean isUnclear(CommandLoop loop, ClusterView view, int partition) {
        for (int owner : view.owners(partition)) {
            if (owner != PeerTransport.SELF
                    && view.isHealthy(owner) != loop.transport().isConnected(owner)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this node and the owners that it can ask are fewer than the call needs. */
    private boolean isShort(Call call, ClusterView view, int partition) {
        int[] owners = view.owners(partition);
        int askable = 0;
        for (int owner : owners) {
            boolean counts = owner == PeerTransport.SELF
                    || (view.isHealthy(owner)
                            && view.isSettled(partition, owner)
                            && loop.transport().isReachable(owner));
            askable += counts ? 1 : 0;
        }
        boolean reads = call.route() != Route.WRITE;
        boolean writes = call.route() != Route.READ;
        return (reads && askable < loop.keys().required(false, call.options(), owners.length))
                || (writes && askable < loop.keys().required(true, call.options(), owners.length));
    }

    /** Runs the handler of a call on several keys, unless the client is told to go elsewhere. */
    void routeAll(Call call) {
        if (!redirect.answersAll(call)) {
            call.command().handler().run(call);
        }
    }

    /** Two nodes may disagree about who is healthy, so that the first healthy owner is not looked for again. */
    private void runPassedOn(Call call, ClusterView view, int partition) {
        if (view.settledHere(partition)) {
            call.command().handler().run(call);
        } else if (call.mayBeStoodInFor() && isLastResort(view, partition)) {
            call.standIn();
            call.command().handler().run(call);
        } else {
            call.fail(Failure.NOT_COORDINATOR);
        }
    }

    /** Whether this node is a fallback, and can reach no owner that may coordinate. */
    private boolean isLastResort(ClusterView view, int partition) {
        for (int owner : view.owners(partition)) {
            if (owner == PeerTransport.SELF
                    || (view.isHealthy(owner)
                            && view.isSettled(partition, owner)
                            && loop.transport().isReachable(owner))) {
                return false;
            }
        }
        for (int fallback : view.fallbacks(partition)) {
            if (fallback == PeerTransport.SELF) {
                return true;
            }
        }
        return false;
    }
}
