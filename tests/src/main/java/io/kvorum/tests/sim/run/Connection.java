package io.kvorum.tests.sim.run;

import io.kvorum.codec.resp.RespReply;
import io.kvorum.tests.sim.cluster.SimDoor;
import io.kvorum.tests.sim.cluster.SimLife;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A client's connection to one life of a node, with the commands that it has no reply to yet. */
final class Connection implements SimDoor.Client {
    private final SimLife life;
    private final Deque<Asked> waiting = new ArrayDeque<>();
    private @Nullable SimDoor door;

    Connection(SimLife life) {
        this.life = life;
    }

    void open(SimDoor to) {
        door = to;
    }

    boolean isTo(SimLife other) {
        return life.equals(other) && door != null && !door.isBroken();
    }

    int waiting() {
        return waiting.size();
    }

    void send(Asked asked) {
        SimDoor open = door;
        if (open == null) {
            throw new IllegalStateException("a connection that was not opened");
        }
        waiting.add(asked);
        open.send(asked.words());
    }

    @Override
    public void onReply(RespReply reply) {
        Asked asked = waiting.poll();
        if (asked == null) {
            throw new IllegalStateException("a reply that nobody asked for: " + reply);
        }
        asked.answered().answered(reply);
    }

    @Override
    public void onBroken() {
        for (Asked asked = waiting.poll(); asked != null; asked = waiting.poll()) {
            asked.answered().answered(null);
        }
    }
}
