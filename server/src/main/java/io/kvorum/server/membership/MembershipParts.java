package io.kvorum.server.membership;

import io.kvorum.ring.MemberSpec;
import io.kvorum.server.config.MembershipConfig;
import io.kvorum.server.runtime.Clock;
import io.kvorum.server.runtime.TaskLoop;
import io.kvorum.storage.version.StampClock;
import java.util.random.RandomGenerator;

/**
 * What the membership is made of.
 *
 * @param founded who this node is; stays the caller's to close
 * @param self what this node says of itself, with the ports it really listens on
 * @param config the measures
 * @param bootId random, the same as in this node's handshakes
 * @param livesKnownUpTo no life of this node that its directory knows of began after this stamp
 * @param stamps the node's hybrid clock
 * @param clock the machine's clocks
 * @param random for the choice of gossip partners
 * @param control the thread that owns all this
 * @param flushTarget the copies
 */
public record MembershipParts(
        Founded founded,
        MemberSpec self,
        MembershipConfig config,
        long bootId,
        long livesKnownUpTo,
        StampClock stamps,
        Clock clock,
        RandomGenerator random,
        TaskLoop control,
        FlushTarget flushTarget) {}
