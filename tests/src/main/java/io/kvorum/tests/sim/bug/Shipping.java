package io.kvorum.tests.sim.bug;

import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.message.CompareAnswer;
import io.kvorum.server.peer.message.EventsAnswer;
import io.kvorum.server.peer.message.FetchAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.NewestStampAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.ReadAnswer;
import io.kvorum.server.peer.message.Refusal;
import io.kvorum.server.peer.message.Write;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.Flush;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.tests.sim.cluster.ForwardingEngine;
import io.kvorum.tests.sim.cluster.Sabotage;
import io.kvorum.tests.sim.cluster.SimLife;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What may go wrong with what nodes tell each other. */
final class Shipping {
    private static final int DEAF = 1;

    private Shipping() {}

    /** A write travels as the value that is new, under the vector of all that its coordinator has seen. */
    static Sabotage deltas() {
        return new Sabotage() {
            @Override
            public PeerMessage request(PeerMessage real) {
                return real instanceof Write write
                        ? new Write(write.positionHigh(), write.positionLow(), delta(write.record()), write.durable())
                        : real;
            }
        };
    }

    /** A read is answered with the newest value, under the vector of all. */
    static Sabotage readDeltas() {
        return new Sabotage() {
            @Override
            public PeerMessage answer(PeerMessage real) {
                if (real instanceof ReadAnswer answer) {
                    byte[] record = answer.record();
                    return record == null ? real : new ReadAnswer(answer.status(), delta(record));
                }
                return real;
            }
        };
    }

    /** What is passed on is run twice. */
    static Sabotage twice() {
        return new Handling(MessageType.FORWARD, (life, request, answer, real) -> {
            real.handle(answer);
            real.handle(unheard -> {});
        });
    }

    /** A flush takes what is older than the clock of the node that was asked for it. */
    static Sabotage oneClock() {
        return new Sabotage() {
            @Override
            public PeerMessage answer(PeerMessage real) {
                return real instanceof NewestStampAnswer ? new NewestStampAnswer(0) : real;
            }

            @Override
            public StorageEngine engine(StorageEngine real) {
                return new ForwardingEngine(real) {
                    @Override
                    public long newestStamp() {
                        return 0;
                    }
                };
            }
        };
    }

    /** Who is asked whether copies differ says that they do not. */
    static Sabotage allEqual() {
        return new Sabotage() {
            @Override
            public PeerMessage answer(PeerMessage real) {
                return real instanceof CompareAnswer ? CompareAnswer.EQUAL : real;
            }
        };
    }

    /** What another owner has is asked for, and not kept. */
    static Sabotage nothingFetched() {
        return new Sabotage() {
            @Override
            public PeerMessage answer(PeerMessage real) {
                return real instanceof FetchAnswer answer ? new FetchAnswer(answer.done(), List.of()) : real;
            }
        };
    }

    /** One node says that it has heard the news, and has not. */
    static Sabotage deafToNews() {
        return new Sabotage() {
            @Override
            public Map<MessageType, PeerRequestHandler> handlers(
                    SimLife life, Map<MessageType, PeerRequestHandler> real) {
                Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(real);
                if (life.node().index() == DEAF) {
                    handlers.put(
                            MessageType.EVENTS, (peer, request, info, answer) -> answer.answer(new EventsAnswer(0)));
                    handlers.put(MessageType.GOSSIP, (peer, request, info, answer) -> {});
                }
                return handlers;
            }
        };
    }

    /** Nobody tells a node that lost its copies what was in them. */
    static Sabotage refusedPulls() {
        return new Handling(
                MessageType.PULL,
                (life, request, answer, real) -> answer.answer(new Refusal("not now, and not later")));
    }

    /** The newest value alone, under the vector of all. */
    static byte[] delta(byte[] record) {
        long newest = RecordBytes.siblings(record).stream()
                .mapToLong(sibling -> sibling.dot().stamp())
                .max()
                .orElse(0);
        byte[] delta = Flush.without(record, newest - 1);
        return delta == null ? record : delta;
    }
}
