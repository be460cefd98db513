package io.kvorum.tests.sim.bug;

import io.kvorum.ring.Position;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.Write;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.server.runtime.RandomSource;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimLife;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.random.RandomGenerator;

/** What replicas may do wrong with a record that a coordinator sends. */
final class Writing {
    private static final WriteAnswer MERGED = new WriteAnswer(WriteAnswer.Status.MERGED);

    private Writing() {}

    /** Says that it is written, and writes it some other time. */
    static Sabotage early(long seed) {
        RandomGenerator random = new RandomSource(seed).generator("early");
        return new Handling(MessageType.WRITE, (life, request, answer, real) -> {
            answer.answer(MERGED);
            life.control().schedule(random.nextLong(500) * VirtualTime.MILLI, () -> real.handle(unheard -> {}));
        });
    }

    /** Keeps what came last, and nothing of what was there. */
    static Sabotage lastWins() {
        return new Handling(MessageType.WRITE, (life, request, answer, real) -> {
            Write write = (Write) request;
            update(life, write, (current, scope) -> write.record());
            answer.answer(MERGED);
        });
    }

    /** Merges nothing where both have seen the same writes. */
    static Sabotage withoutAmendments() {
        return new Handling(MessageType.WRITE, (life, request, answer, real) -> {
            boolean[] same = new boolean[1];
            update(life, (Write) request, (current, scope) -> {
                same[0] = current != null
                        && RecordBytes.vector(current).equals(RecordBytes.vector(((Write) request).record()));
                return current;
            });
            if (same[0]) {
                answer.answer(MERGED);
            } else {
                real.handle(answer);
            }
        });
    }

    private static void update(SimLife life, Write write, Mutation mutation) {
        byte[] record = write.record();
        int length = RecordBytes.keyLength(record);
        Position position =
                life.membership().view().ring().partitioner().positionOf(record, RecordBytes.KEY_AT, length);
        int partition = life.membership().view().partitionOf(position.high());
        life.engine().update(partition, position.high(), record, RecordBytes.KEY_AT, length, mutation);
    }
}
