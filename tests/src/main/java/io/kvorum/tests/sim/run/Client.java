package io.kvorum.tests.sim.run;

import io.kvorum.server.runtime.RandomSource;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.story.Attempt;
import io.kvorum.tests.sim.story.KeyStory;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client: its connections, one to each node that it has ever asked, and the newest context that it has of each key. */
final class Client {
    private final int number;
    private final RandomSource random;
    private final Map<Integer, Connection> connections = new HashMap<>();
    private final Map<KeyStory, Held> contexts = new HashMap<>();
    private int opened;

    /**
     * A context as a client holds it.
     *
     * @param text what it was given
     * @param seen the writes that it was shown with it
     * @param doubted the write that it left in doubt, if it came with such an error: that may only be made later
     */
    record Held(byte[] text, BitSet seen, @Nullable Attempt doubted) {}

    Client(int number, RandomSource random) {
        this.number = number;
        this.random = random;
    }

    int number() {
        return number;
    }

    @Nullable
    Held held(KeyStory key) {
        return contexts.get(key);
    }

    void hold(KeyStory key, Held context) {
        contexts.put(key, context);
    }

    void send(SimLife life, int loop, Asked asked) {
        Connection known = connections.get(life.node().index());
        if (known == null || !known.isTo(life)) {
            Connection fresh = new Connection(life);
            fresh.open(life.connect(loop, fresh, random.split("connection-" + opened++)));
            connections.put(life.node().index(), fresh);
            known = fresh;
        }
        known.send(asked);
    }

    int waiting() {
        return connections.values().stream().mapToInt(Connection::waiting).sum();
    }
}
