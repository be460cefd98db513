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
        if (here && !view.isBetweenOwners(partition) && !lacksConnection(loop, view, partition)) {
            call.command().handler().run(call);
        } else if (here || !redirect.answers(call, view, partition, position[0])) {
            // Where owners are few for a moment, somebody has to try again for the client.
            new ForwardOperation(loop, view, partition, call, here).start();
        }
    }

    /**
     * Whether an owner is well, and this loop is still making its connection: other loops have theirs, or that would not be
     * known. After a return of the owner that takes a moment.
     */
    static boolean lacksConnection(CommandLoop loop, ClusterView view, int partition) {
        for (int owner : view.owners(partition)) {
            if (owner != PeerTransport.SELF
                    && view.isHealthy(owner)
                    && !loop.transport().isConnected(owner)) {
                return true;
            }
        }
        return false;
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
