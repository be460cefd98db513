package io.kvorum.server.command.memcached;

import static io.kvorum.server.command.memcached.McCounters.Counter.CMD_GET;
import static io.kvorum.server.command.memcached.McCounters.Counter.CMD_TOUCH;
import static io.kvorum.server.command.memcached.McCounters.Counter.GET_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.GET_MISSES;
import static io.kvorum.server.command.memcached.McCounters.Counter.TOUCH_HITS;
import static io.kvorum.server.command.memcached.McCounters.Counter.TOUCH_MISSES;

import io.kvorum.codec.memcached.McRequest;
import io.kvorum.server.command.Command;
import io.kvorum.server.command.ReplyQueue;
import io.kvorum.server.command.Session;
import org.jspecify.annotations.Nullable;

/**
 * {@code mg}: an item, and who is to make it anew. Owned by its loop.
 *
 * <pre>
 *   read ── there ──► siblings, or R and little time left: ask for the lease ──► W, or Z; X besides where there are siblings
 *     │        └────► empty: ask whether somebody has it ──► Z, or nothing
 *     └─ not there ──► N: add an empty item ── added ──► ask for the lease ──► W
 *                                             └ somebody was faster ──► read once more
 * </pre>
 */
final class MetaGet extends Exchange {
    private static final String WON = " W";
    private static final String TAKEN = " Z";
    private static final String STALE = " X";

    private Stage stage = Stage.READ;
    private boolean wasFaster;

    /** Kept while the lease is asked for. */
    private @Nullable Item item;

    private enum Stage {
        READ,
        VIVIFY,
        LEASE
    }

    MetaGet(McDispatcher owner, Command command, McRequest request, Session session, ReplyQueue replies) {
        super(owner, command, request, session, replies);
    }

    @Override
    void answered(StepReply reply) {
        switch (stage) {
            case READ -> read(reply);
            case VIVIFY -> vivified(reply);
            case LEASE -> show(lease((int) reply.number()));
        }
    }

    private static String lease(int given) {
        return switch (given) {
            case McCommands.LEASE_GIVEN -> WON;
            case McCommands.LEASE_TAKEN -> TAKEN;
            default -> "";
        };
    }

    private void read(StepReply reply) {
        McRequest request = request();
        Item found = owner.item();
        boolean there = found.read(reply);
        if (!wasFaster) {
            count(request, there);
        }
        if (!there) {
            vivify(request);
            return;
        }
        if (request.findFlag('h') >= 0 || request.findFlag('l') >= 0) {
            // What is told is from before this read.
            owner.recall(found);
        }
        remember(request, found);
        if (found.liveSiblings > 1 || isToBeRecached(request, found)) {
            askForLease(found.toKeep(), false);
        } else if (found.length == 0) {
            askForLease(found.toKeep(), true);
        } else {
            MetaFormats.shown(this, found, "");
        }
    }

    /** A read with {@code u} leaves no trace. */
    private void remember(McRequest request, Item found) {
        if (request.findFlag('u') < 0) {
            owner.remember(found);
        }
    }

    private void count(McRequest request, boolean there) {
        McCounters.Part counters = owner.counters();
        boolean touches = request.findFlag('T') >= 0;
        counters.add(touches ? CMD_TOUCH : CMD_GET);
        if (touches) {
            counters.add(there ? TOUCH_HITS : TOUCH_MISSES);
        } else {
            counters.add(there ? GET_HITS : GET_MISSES);
        }
    }

    private boolean isToBeRecached(McRequest request, Item found) {
        int recache = request.findFlag('R');
        return recache >= 0
                && found.expireAtMillis != Expiry.NEVER
                && Expiry.secondsLeft(found.expireAtMillis, owner.nowMillis()) < MetaFormats.seconds(request, recache);
    }

    private void vivify(McRequest request) {
        int vivify = request.findFlag('N');
        if (vivify < 0 || wasFaster) {
            MetaFormats.missed(this);
            return;
        }
        stage = Stage.VIVIFY;
        step(owner.steps().store(), owner.steps().vivify(request, vivify));
    }

    private void vivified(StepReply reply) {
        reply.number();
        if (Outcome.of(reply.number()) == Outcome.DONE) {
            McRequest request = request();
            long seconds = MetaFormats.seconds(request, request.findFlag('N'));
            Item made = Item.empty(reply.number(), Expiry.atMillis(seconds, owner.nowMillis()));
            remember(request, made);
            askForLease(made, false);
        } else {
            wasFaster = true;
            stage = Stage.READ;
            step(owner.steps().commandOf(request()), owner.steps().readAgain(request()));
        }
    }

    private void askForLease(Item kept, boolean onlyAsks) {
        item = kept;
        stage = Stage.LEASE;
        step(owner.steps().lease(), owner.steps().askForLease(request(), kept.token, onlyAsks));
    }

    private void show(String lease) {
        Item kept = item;
        if (kept == null) {
            throw new IllegalStateException("a lease of nothing");
        }
        String stale = kept.liveSiblings > 1 ? STALE : "";
        MetaFormats.shown(this, kept, lease.equals(TAKEN) ? lease + stale : stale + lease);
    }

    /** Where nobody can be asked for the lease, nobody gets it. */
    @Override
    void failed(String codeAndText) {
        if (stage == Stage.LEASE) {
            show(TAKEN);
        } else {
            super.failed(codeAndText);
        }
    }
}
