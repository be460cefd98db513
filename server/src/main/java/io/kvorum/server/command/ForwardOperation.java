package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.coordinator.RequestOptions;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.peer.ReplyHandler;
import io.kvorum.server.peer.message.Forward;
import io.kvorum.server.peer.message.ForwardAnswer;
import io.kvorum.server.peer.message.PeerMessage;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.version.Context;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One command that another node runs for a client of ours (FORWARD in docs/peer-protocol.md), or this one in its turn; where
 * this node may coordinate, and owners are just changing, it is the first. Owned by its loop.
 *
 * <pre>
 *   ask the next healthy settled owner ◄──── not sent, or it did nothing: it may not coordinate, or sees too few others
 *   (of what fallbacks may run, the next healthy one, if no owner answered; it does nothing if it can reach one)
 *     │ sent                          ◄──── lost or late: a read, or a write that supersedes its own attempt
 *     ▼
 *   WAITING ── answer ──► the client gets it as it is; but INDOUBT instead of a refusal if one before it may have run it
 *     ├─ lost or late, any other write ──► INDOUBT: a second owner would write over what came in between
 *     └─ nobody left ──► CLUSTERDOWN, or what the last one said, if none did anything; TRYAGAIN after reads, INDOUBT
 *                        after writes
 * </pre>
 *
 * <p>While a partition changes hands, nodes differ about its owners for a moment, and these are one less; when an owner is just
 * back, not every loop is connected to it yet; when one was silent for a moment, its next answer shows that it is there. So
 * if none did anything and that may be why, it begins anew with the owners as they are known then, as long as the time lets it.
 */
final class ForwardOperation extends Deadline implements ReplyHandler, CapturedReply.Receiver {
    private static final int NOBODY = -1;
    private static final int[] NOBODY_ELSE = {};
    private static final byte[] NO_KEY = {};
    private static final byte[] NOT_COORDINATOR = CommandErrors.encoded(Failure.NOT_COORDINATOR);
    private static final String IN_DOUBT = "-INDOUBT ";
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What is held back of the time given to the other node, so that its own answer comes before we give up. */
    private static final long ANSWER_NANOS_MAX = 50 * NANOS_PER_MILLI;

    /** How long the first pause is before the owners are looked at again; each is twice as long as the one before it. */
    private static final long FIRST_PAUSE_NANOS = 5 * NANOS_PER_MILLI;

    private static final long PAUSE_NANOS_MAX = 40 * NANOS_PER_MILLI;

    /** How many pauses are made for the connection to who runs a read-modify-write. */
    private static final int FIRST_AWAITED_MAX = 3;

    private static final RequestOptions ONE = new RequestOptions(0, 1, 0, false);

    private final CommandLoop loop;
    private final int partition;
    private final Command command;
    private final Forward forward;
    private final boolean reads;
    private final boolean repeatable;
    private final boolean modifies;
    private final PendingReply reply;

    /** What the client has seen of keys, and of this one when it asked; null without a session, or if no reply is sent. */
    private final @Nullable SeenContexts contexts;

    private final @Nullable Context seen;
    private final byte[] key;

    private final long startNanos;
    private final long deadlineNanos;
    private final boolean mayBeStoodInFor;

    /** Whether this node runs it before others are asked, where it may coordinate. */
    private final boolean hereFirst;

    private ClusterView view;
    private int[] owners;

    /** Behind the owners; none of what only they may run. */
    private int[] fallbacks;

    /** The place in the preference list of who was asked last; -1 for nobody, or for this node out of its turn. */
    private int place = -1;

    private boolean ranHere;

    private long call;
    private boolean waiting;
    private boolean pausing;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private int firstAwaited;

    /** Who was sent the command last and did not answer: it may have run it. */
    private int unansweredPeer = NOBODY;

    /** Whether an owner answered that it did nothing: then owners can be reached. */
    private boolean ownerAnswered;

    /** Whether an owner answered that it is none, or has not all of the data. */
    private boolean disowned;

    /** What the owner said that was asked last and did nothing, in RESP; empty if there was none. */
    private byte[] refusal = new byte[0];

    /** Makes the operation; {@code hereFirst} if this node may coordinate, and is to try before others. */
    ForwardOperation(CommandLoop loop, ClusterView view, int partition, Call call, boolean hereFirst) {
        this.loop = loop;
        this.view = view;
        this.partition = partition;
        this.command = call.command();
        this.reads = call.route() == Route.READ;
        this.contexts = reads && call.isMuted() ? null : call.session().seen();
        this.seen = call.seen();
        this.key = contexts == null ? NO_KEY : call.keyRef().bytes();
        this.forward = message(call, seen);
        this.modifies = call.route() == Route.MODIFY;
        this.repeatable = reads || command.is(CommandFlag.REPEATABLE);
        this.startNanos = call.startNanos();
        this.deadlineNanos = call.deadlineNanos();
        this.mayBeStoodInFor = call.mayBeStoodInFor();
        this.hereFirst = hereFirst;
        this.owners = view.coordinators(partition);
        this.fallbacks = mayBeStoodInFor ? view.fallbacks(partition) : NOBODY_ELSE;
        this.reply = call.defer();
        if (command.is(CommandFlag.WRITE)) {
            // A repeatable command may say itself how many it needs: one has it in any case.
            reply.writesElsewhere(repeatable ? ONE : call.options());
        }
    }

    void start() {
        begin(startNanos);
    }

    private void begin(long nowNanos) {
        ranHere = hereFirst && view.settledHere(partition);
        if (ranHere) {
            runHere();
        } else {
            askNext(nowNanos);
        }
    }

    /** Begins anew with the owners as they are known now; nobody has done anything. */
    private void startOver(long nowNanos) {
        view = loop.keys().view();
        owners = view.coordinators(partition);
        fallbacks = mayBeStoodInFor ? view.fallbacks(partition) : NOBODY_ELSE;
        place = -1;
        ownerAnswered = false;
        disowned = false;
        refusal = new byte[0];
        begin(nowNanos);
    }

    @Override
    public void onReply(int peer, PeerMessage answer) {
        if (!stopWaiting()) {
            return;
        }
        if (!(answer instanceof ForwardAnswer forwarded)) {
            // It failed over the command, or over an answer too long to send: it may have run.
            unanswered(peer, loop.clock().nanoTime());
        } else if (forwarded.attempted()) {
            remember(forwarded.seen());
            answered(Unpooled.wrappedBuffer(forwarded.reply()));
        } else {
            didNothing(forwarded.reply());
        }
    }

    @Override
    public void onLost(int peer) {
        if (stopWaiting()) {
            unanswered(peer, loop.clock().nanoTime());
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (pausing) {
            pausing = false;
            // The loop may have stood still meanwhile.
            if (isTimeFor(nowNanos)) {
                startOver(nowNanos);
            } else {
                nobodyLeft();
            }
        } else if (waiting) {
            int peer = peerAt(place);
            waiting = false;
            loop.transport().forget(peer, call);
            loop.health().late(peer);
            unanswered(peer, nowNanos);
        }
    }

    private void remember(byte @Nullable [] encoded) {
        SeenContexts remembering = contexts;
        Context after = encoded == null ? null : CarriedContext.decode(loop.contexts(), encoded);
        if (remembering != null && after != null) {
            remembering.note(key, seen, after);
        }
    }

    /** The reply of this very node, whose turn it was. */
    @Override
    public void onReply(ByteBuf encoded) {
        answered(encoded);
    }

    @Override
    public void onRefused(Failure failure) {
        didNothing(CommandErrors.encoded(failure));
    }

    /** An owner that is cut off from the others, and still trusted here, must not have the last word. */
    private void didNothing(byte[] error) {
        ownerAnswered |= place < owners.length;
        disowned |= place < owners.length && Arrays.equals(error, NOT_COORDINATOR);
        // That a fallback sees an owner says nothing about the owners.
        if (place < owners.length || !Arrays.equals(error, NOT_COORDINATOR)) {
            refusal = error;
        }
        long nowNanos = loop.clock().nanoTime();
        if (isTimeFor(nowNanos) && !isFirstHere()) {
            askNext(nowNanos);
        } else {
            nobodyLeft();
        }
    }

    /**
     * Whether this node is the one to run it, as it runs what comes to other loops of its own and what others pass to it: what
     * it refused then is not run elsewhere.
     */
    private boolean isFirstHere() {
        return modifies
                && peerAt(place) == PeerTransport.SELF
                && view.firstHealthySettledOwner(partition) == PeerTransport.SELF
                && !view.isBetweenOwners(partition);
    }

    /** Whether there is time enough to begin at this moment: a write begun with too little of it would end in doubt. */
    private boolean isTimeFor(long beginNanos) {
        long remaining = deadlineNanos - beginNanos;
        return remaining > 0 && (reads || 2 * remaining >= deadlineNanos - startNanos);
    }

    /**
     * Whether owners may have refused, or not been found, because they are just changing, or it is not clear yet whether one
     * is there: then that is over soon.
     */
    private boolean isPassing() {
        ClusterView newest = loop.keys().view();
        return disowned
                || view.isBetweenOwners(partition)
                || newest.isBetweenOwners(partition)
                || !newest.agreesOn(partition, view)
                || Router.isUnclear(loop, newest, partition);
    }

    private void answered(ByteBuf encoded) {
        boolean failed = startsWith(encoded, "-");
        // What is in doubt here names the context of its attempt, which also supersedes what the given one does.
        if (failed && unansweredPeer != NOBODY && !reads && !startsWith(encoded, IN_DOUBT)) {
            // This owner did nothing, but one before it may have.
            reply.error(inDoubt(loop.clock().nanoTime()));
        } else {
            reply.out().raw(encoded);
            reply.done();
        }
    }

    private static boolean startsWith(ByteBuf encoded, String text) {
        return encoded.readableBytes() >= text.length()
                && text.contentEquals(
                        encoded.getCharSequence(encoded.readerIndex(), text.length(), StandardCharsets.US_ASCII));
    }

    private boolean stopWaiting() {
        boolean expected = waiting;
        waiting = false;
        loop.wheel().cancel(this);
        return expected;
    }

    private void askNext(long nowNanos) {
        while (nextPlace()) {
            int peer = peerAt(place);
            if (peer == PeerTransport.SELF) {
                runHere();
                return;
            }
            // A repeatable command leaves time for the owners behind this one.
            long remaining = Math.max(0, deadlineNanos - nowNanos);
            long patience = repeatable && hasNextPlace() ? remaining / 2 : remaining;
            long toldNanos = nowNanos + patience - Math.min(patience / 10, ANSWER_NANOS_MAX);
            waiting = true;
            call = loop.transport().call(peer, forward, toldNanos, this);
            if (call != PeerTransport.NOT_SENT) {
                if (waiting) {
                    loop.wheel().schedule(this, nowNanos + patience);
                }
                return;
            }
            waiting = false;
            if (isFirstToCome(peer) && isTimeFor(nowNanos + pauseNanos)) {
                firstAwaited++;
                pause(nowNanos);
                return;
            }
        }
        nobodyLeft();
    }

    /**
     * Whether the connection to who runs this is still being made. Other loops pass what they have for the key to that one,
     * and a read-modify-write is atomic only if all do; but it waits for a moment only.
     */
    private boolean isFirstToCome(int peer) {
        return modifies
                && !ownerAnswered
                && unansweredPeer == NOBODY
                && firstAwaited < FIRST_AWAITED_MAX
                && !loop.transport().isConnected(peer);
    }

    private void unanswered(int peer, long nowNanos) {
        unansweredPeer = peer;
        if (repeatable && nowNanos - deadlineNanos < 0) {
            askNext(nowNanos);
        } else if (reads) {
            reply.error(readUnanswered());
        } else {
            reply.error(inDoubt(nowNanos));
        }
    }

    private void nobodyLeft() {
        long nowNanos = loop.clock().nanoTime();
        if (unansweredPeer == NOBODY && isPassing() && isTimeFor(nowNanos + pauseNanos)) {
            pause(nowNanos);
            return;
        }
        if (unansweredPeer != NOBODY) {
            reply.error(reads ? readUnanswered() : inDoubt(loop.clock().nanoTime()));
        } else if (refusal.length > 0) {
            reply.raw(refusal);
        } else {
            reply.error(clusterDown());
        }
    }

    private void pause(long nowNanos) {
        pausing = true;
        loop.wheel().schedule(this, nowNanos + pauseNanos);
        pauseNanos = Math.min(PAUSE_NANOS_MAX, 2 * pauseNanos);
    }

    /** Turns to the next one that may be asked. */
    private boolean nextPlace() {
        int next = placeAfter(place);
        if (next >= 0) {
            place = next;
        }
        return next >= 0;
    }

    /** Whether an owner is behind this one: fallbacks are for when owners are not there, and not for when they are slow. */
    private boolean hasNextPlace() {
        int next = placeAfter(place);
        return next >= 0 && next < owners.length;
    }

    private int placeAfter(int last) {
        int end = owners.length + (ownerAnswered ? 0 : fallbacks.length);
        for (int next = last + 1; next < end; next++) {
            int peer = peerAt(next);
            boolean settled = next >= owners.length || view.isSettled(partition, peer);
            boolean again = ranHere && peer == PeerTransport.SELF;
            if (peer >= 0 && view.isHealthy(peer) && settled && !again) {
                return next;
            }
        }
        return -1;
    }

    private int peerAt(int listed) {
        return listed < owners.length ? owners[listed] : fallbacks[listed - owners.length];
    }

    private void runHere() {
        RespRequest request = Requests.of(forward.arguments());
        RequestOptions options = new RequestOptions(forward.r(), forward.w(), forward.dw(), forward.strict());
        Session session = Session.virtual(forward.protocol(), forward.siblings(), options, contexts);
        loop.dispatcher().runInner(request, session, new CapturedReply(loop, this), true, deadlineNanos);
    }

    private String clusterDown() {
        int reachable = 0;
        for (int owner : owners) {
            if (view.isHealthy(owner)
                    && (owner == PeerTransport.SELF || loop.transport().isReachable(owner))) {
                reachable++;
            }
        }
        RequestOptions options = new RequestOptions(forward.r(), forward.w(), forward.dw(), forward.strict());
        return String.format(
                Locale.ROOT,
                "CLUSTERDOWN need %d of %d replicas for %s, %d reachable%s",
                loop.keys().required(!reads, options, owners.length),
                owners.length,
                reads ? "reads" : "writes",
                reachable,
                reachable > 0 ? " but none of them can coordinate now" : "");
    }

    private String readUnanswered() {
        return "TRYAGAIN no owner answered within " + waitedMillis(loop.clock().nanoTime()) + " ms";
    }

    private String inDoubt(long nowNanos) {
        String text =
                "INDOUBT the write was passed to " + loop.facts().memberName().apply(unansweredPeer)
                        + " which did not answer within " + waitedMillis(nowNanos) + " ms; it may still become visible";
        // What is repeatable carries a context, and that is what a repetition needs.
        return command.is(CommandFlag.REPEATABLE)
                ? text + " ctx=" + new String(forward.arguments().get(2), StandardCharsets.ISO_8859_1)
                : text;
    }

    private long waitedMillis(long nowNanos) {
        return (nowNanos - startNanos) / NANOS_PER_MILLI;
    }

    private static Forward message(Call call, @Nullable Context seen) {
        RespRequest request = call.request();
        List<byte[]> arguments = new ArrayList<>(request.argumentCount());
        // The parts of a multi-key command still begin with that command's name.
        arguments.add(
                call.command().isSubcommand() ? request.copy(0) : call.command().upperName());
        for (int i = 1; i < request.argumentCount(); i++) {
            arguments.add(request.copy(i));
        }
        RequestOptions options = call.options();
        Session session = call.session();
        return new Forward(
                session.protocol(),
                session.siblings(),
                options.r(),
                options.w(),
                options.dw(),
                options.strict(),
                session.seen() != null,
                CarriedContext.encode(call.loop().contexts(), seen),
                arguments);
    }
}
