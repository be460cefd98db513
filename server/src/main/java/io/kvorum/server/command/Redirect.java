package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.ring.Member;
import io.kvorum.ring.Partitioner;
import io.kvorum.server.membership.ClusterView;

/**
 * Answers {@code MOVED} instead of passing a command on, where that is configured and the client has asked for the slots: it
 * has an old picture of them, or took another owner, and will take the shorter way next time. Owned by its loop.
 */
final class Redirect {
    private static final int SLOT_SHIFT = 50;

    private final CommandLoop loop;
    private final long[] position = new long[2];

    Redirect(CommandLoop loop) {
        this.loop = loop;
    }

    /** Replies where a command on a key of this partition runs; false if it is to be passed on. */
    boolean answers(Call call, ClusterView view, int partition, long positionHigh) {
        if (!mayAnswer(call) || view.ring().partitioner() != Partitioner.SLOTS) {
            return false;
        }
        int owner = view.firstHealthySettledOwner(partition);
        Member member = owner > 0 ? view.ring().member(view.member(owner)) : null;
        if (member == null || member.respPort() <= 0 || member.host().isEmpty()) {
            return false;
        }
        call.out().error("MOVED " + (positionHigh >>> SLOT_SHIFT) + " " + member.host() + ":" + member.respPort());
        return true;
    }

    /** Replies where a command on several keys runs, if all are of one partition, and that is not here. */
    boolean answersAll(Call call) {
        if (!mayAnswer(call) || call.command().firstKey() == 0) {
            return false;
        }
        ClusterView view = loop.keys().view();
        RespRequest request = call.request();
        Command command = call.command();
        int last = command.lastKey() < 0 ? request.argumentCount() + command.lastKey() : command.lastKey();
        long first = 0;
        for (int key = command.firstKey(); key <= last; key += command.keyStep()) {
            view.ring().partitioner().position(request.array(), request.offset(key), request.length(key), position);
            if (key == command.firstKey()) {
                first = position[0];
            } else if (view.partitionOf(position[0]) != view.partitionOf(first)) {
                return false;
            }
        }
        int partition = view.partitionOf(first);
        return !view.settledHere(partition) && answers(call, view, partition, first);
    }

    private boolean mayAnswer(Call call) {
        return loop.facts().redirects() && call.session().knowsSlots() && !call.isPassedOn();
    }
}
