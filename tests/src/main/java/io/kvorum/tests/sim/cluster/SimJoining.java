package io.kvorum.tests.sim.cluster;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.ByteWriter;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.History;
import io.kvorum.server.config.SeedAddress;
import io.kvorum.server.membership.Joining;
import io.kvorum.server.peer.FrameInfo;
import io.kvorum.server.peer.PeerRequestHandler;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.peer.message.JoinAnswer;
import io.kvorum.server.peer.message.MessageType;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.peer.message.Rejected;
import io.kvorum.server.runtime.StartException;
import io.kvorum.tests.sim.world.VirtualTime;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A machine's question to its seeds whether it may join. A process waits for the answer before it does anything else; here the
 * world goes on meanwhile. So a machine is started between two happenings, and never by one.
 */
final class SimJoining implements Joining {
    private static final long ANSWER_NANOS_MAX = VirtualTime.SECOND;
    private static final long GAP_NANOS = 250 * VirtualTime.MILLI;
    private static final int ROUNDS_MAX = 40;

    private final SimNode newcomer;
    private final RandomGenerator random;

    private @Nullable PeerMessage answer;

    SimJoining(SimNode newcomer, RandomGenerator random) {
        this.newcomer = newcomer;
        this.random = random;
    }

    @Override
    public NodeId drawIdentity() {
        return NodeId.of(random.nextLong(), random.nextLong());
    }

    @Override
    public History join(NodeId node, MemberSpec spec) {
        newcomer.cluster().identify(node, newcomer);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            for (SeedAddress seed : newcomer.config().cluster().seeds()) {
                PeerMessage said = ask(newcomer.cluster().nodeAt(seed), new Join(node, spec));
                if (said instanceof JoinAnswer joined) {
                    return history(joined);
                }
                if (said instanceof Rejected rejected) {
                    throw new StartException(seed + " does not let this node in: " + rejected.sentence());
                }
            }
            runUntil(newcomer.cluster().time().nowNanos() + GAP_NANOS, false);
        }
        throw new StartException("no seed of " + newcomer + " answers");
    }

    private static History history(JoinAnswer joined) {
        try {
            return History.decode(new ByteReader(joined.history()));
        } catch (DecodeException damaged) {
            throw new IllegalStateException("a seed answered with a history that is none", damaged);
        }
    }

    private @Nullable PeerMessage ask(SimNode seed, Join question) {
        answer = null;
        ByteWriter bytes = new ByteWriter(64);
        question.encode(bytes);
        byte[] sent = bytes.toByteArray();
        SimCluster cluster = newcomer.cluster();
        cluster.network().send(newcomer.index(), seed.index(), false, () -> {
            SimLife there = seed.life();
            if (there != null) {
                SimLoop loop = there.loopFor(0);
                loop.run(() -> serve(seed, loop, MessageType.JOIN.decode(new ByteReader(sent))));
            }
        });
        runUntil(cluster.time().nowNanos() + ANSWER_NANOS_MAX, true);
        return answer;
    }

    private void serve(SimNode seed, SimLoop loop, PeerMessage question) {
        PeerRequestHandler handler = Objects.requireNonNull(loop.handler(MessageType.JOIN));
        handler.handle(
                PeerTransport.SELF,
                question,
                new FrameInfo(seed.clock().nanoTime() + ANSWER_NANOS_MAX, 0),
                said -> newcomer.cluster().network().send(seed.index(), newcomer.index(), false, () -> answer = said));
    }

    private void runUntil(long untilNanos, boolean orAnswered) {
        VirtualTime time = newcomer.cluster().time();
        while (!(orAnswered && answer != null) && time.step(untilNanos)) {
            // each step is one thing
        }
    }
}
