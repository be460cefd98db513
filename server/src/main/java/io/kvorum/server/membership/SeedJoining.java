package io.kvorum.server.membership;

import io.kvorum.codec.binary.ByteReader;
import io.kvorum.codec.binary.DecodeException;
import io.kvorum.ring.MemberSpec;
import io.kvorum.ring.NodeId;
import io.kvorum.ring.history.History;
import io.kvorum.server.config.ClusterConfig;
import io.kvorum.server.config.SeedAddress;
import io.kvorum.server.peer.HandshakeKey;
import io.kvorum.server.peer.PeerIdentity;
import io.kvorum.server.peer.PeerSettings;
import io.kvorum.server.peer.SeedCall;
import io.kvorum.server.peer.message.Join;
import io.kvorum.server.runtime.StartException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the seeds of a cluster, one after the other and again at growing gaps, to let this node in. Used by the thread that
 * starts the node; closed from any.
 */
public final class SeedJoining implements Joining, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SeedJoining.class);
    private static final long GAP_MILLIS_FIRST = 250;
    private static final long GAP_MILLIS_MAX = 5_000;

    private final ClusterConfig config;
    private final PeerSettings settings;
    private final HandshakeKey key;
    private final RandomGenerator random;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Volatile instead of handed over: who closes ends the question that is under way. */
    private volatile @Nullable SeedCall underWay;

    /**
     * Joins the parts.
     *
     * @param random for the identity and for nonces: unforeseeable in earnest
     */
    public SeedJoining(ClusterConfig config, PeerSettings settings, HandshakeKey key, RandomGenerator random) {
        this.config = config;
        this.settings = settings;
        this.key = key;
        this.random = random;
    }

    @Override
    public NodeId drawIdentity() {
        return NodeId.of(random.nextLong(), random.nextLong());
    }

    @Override
    public History join(NodeId node, MemberSpec spec) {
        PeerIdentity self = PeerIdentity.newcomer(node, spec.name(), random.nextLong(), config.name());
        long gapMillis = GAP_MILLIS_FIRST;
        String told = "";
        while (true) {
            List<String> problems = new ArrayList<>();
            for (SeedAddress seed : config.seeds()) {
                try {
                    return ask(seed, self, new Join(node, spec));
                } catch (IOException | DecodeException problem) {
                    problems.add(seed + ": " + problem.getMessage());
                }
            }
            String problem = String.join("; ", problems);
            if (!problem.equals(told)) {
                LOG.warn("no seed lets this node into cluster \"{}\" yet ({}); asking on", config.name(), problem);
                told = problem;
            }
            if (isClosedWithin(gapMillis)) {
                throw new StartException("closed before any seed of cluster \"" + config.name()
                        + "\" let this node in (" + problem + ")");
            }
            gapMillis = Math.min(GAP_MILLIS_MAX, 2 * gapMillis);
        }
    }

    private History ask(SeedAddress seed, PeerIdentity self, Join question) throws IOException {
        try (SeedCall call = new SeedCall(self, settings, key, random)) {
            underWay = call;
            if (closed.getCount() == 0) {
                throw new IOException("this node is closed");
            }
            ByteReader answer = new ByteReader(call.ask(seed, question));
            History history = History.decode(answer);
            answer.expectEnd("history");
            return history;
        } catch (SeedCall.RefusedException refused) {
            throw new StartException(seed + " does not let this node in: " + refused.getMessage(), refused);
        }
    }

    private boolean isClosedWithin(long millis) {
        try {
            return closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Gives up; whoever waits for an answer gets a StartException. */
    @Override
    public void close() throws IOException {
        closed.countDown();
        SeedCall call = underWay;
        if (call != null) {
            call.close();
        }
    }
}
