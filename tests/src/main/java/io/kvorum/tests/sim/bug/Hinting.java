package io.kvorum.tests.sim.bug;

import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.WriteAnswer;
import io.kvorum.storage.hint.ForwardingHintStore;
import io.kvorum.storage.hint.HintStore;
import io.kvorum.tests.sim.cluster.Sabotage;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** What may go wrong with what is kept for others. */
final class Hinting {
    private Hinting() {}

    /** A hint goes when it is sent. */
    static Sabotage removedWhenSent() {
        return hints(real -> new ForwardingHintStore(real) {
            @Override
            public void scan(UUID target, long fromPositionHigh, int bytesMax, ScanCallback callback) {
                super.scan(target, fromPositionHigh, bytesMax, part -> {
                    callback.scanned(part);
                    List<byte[]> records = part == null ? List.of() : part.records();
                    records.forEach(record -> super.remove(target, 0, record, removed -> {}));
                });
            }

            @Override
            public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
                // All at one position, so that it is known where they are.
                super.put(target, 0, record, callback);
            }
        });
    }

    /** What is merged into a hint while it is on its way goes with it. */
    static Sabotage removedUnseen() {
        return hints(real -> new ForwardingHintStore(real) {
            @Override
            public void remove(UUID target, long positionHigh, byte[] record, RemoveCallback callback) {
                super.remove(target, positionHigh, record, removed -> {
                    callback.done(removed);
                    if (!removed) {
                        super.scan(target, positionHigh, 1, part -> {
                            if (part != null && !part.records().isEmpty()) {
                                super.remove(
                                        target, positionHigh, part.records().get(0), gone -> {});
                            }
                        });
                    }
                });
            }
        });
    }

    /** Nobody looks for what is kept. */
    static Sabotage neverHandedOff() {
        return hints(real -> new ForwardingHintStore(real) {
            @Override
            public void scan(UUID target, long fromPositionHigh, int bytesMax, ScanCallback callback) {
                callback.scanned(new Part(List.of(), true, 0));
            }
        });
    }

    /** A fallback says that it keeps what it does not. */
    static Sabotage notKept() {
        return new Handling(
                MessageType.HINTED_WRITE,
                (life, request, answer, real) -> answer.answer(new WriteAnswer(WriteAnswer.Status.DURABLE)));
    }

    /** What a fallback makes supersedes all that it keeps of the key, whatever its client has seen. */
    static Sabotage overAll() {
        return hints(real -> new ForwardingHintStore(real) {
            @Override
            public void put(UUID target, long positionHigh, byte[] record, PutCallback callback) {
                super.put(target, positionHigh, Shipping.delta(record), callback);
            }
        });
    }

    /** A fallback goes on under the actor that it had, whatever it still keeps of the key. */
    static Sabotage underOneActor() {
        return new Sabotage() {
            @Override
            public RandomGenerator hintActors(RandomGenerator real) {
                long actor = real.nextLong();
                return () -> actor;
            }
        };
    }

    private static Sabotage hints(UnaryOperator<HintStore> tampering) {
        return new Sabotage() {
            @Override
            public HintStore hints(HintStore real) {
                return tampering.apply(real);
            }
        };
    }
}
