package io.kvorum.tests.sim.check;

import io.kvorum.tests.sim.story.Check;
import io.kvorum.tests.sim.story.Story;
import io.kvorum.tests.sim.story.Violation;
import io.kvorum.tests.sim.story.Write;
import java.util.HashMap;
import java.util.Map;

/**
 * An actor is that of one life of one copy: it ends when the copy is lost, since it vouches only for what it never forgot
 * (design §3, field-notes 3.2).
 */
final class ActorsEnd implements Check {
    private static final String PROMISE = "actors end";

    private final Map<Long, Life> lives = new HashMap<>();

    private record Life(int node, int partition, int losses) {}

    @Override
    public String promise() {
        return PROMISE;
    }

    @Override
    public void wrote(Story story, Write write) {
        Life life = new Life(write.node(), write.key().partition(), write.losses());
        Life first = lives.putIfAbsent(write.dot().actor(), life);
        if (first != null && !first.equals(life)) {
            throw new Violation(PROMISE, write.key(), write + " was made in " + life + " under an actor of " + first);
        }
    }
}
