package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.runtime.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A multi-key command as commands on one key each, run side by side, whose replies become one, in order. Owned by its
 * loop.
 *
 * <pre>
 *   MGET a b c  →  GET a │ GET b │ GET c  →  [reply a, reply b, reply c]
 * </pre>
 *
 * One part that fails makes the whole reply an error, which says how many of the keys it is about. A write of which
 * some parts went well and others failed is in doubt as a whole.
 *
 * <p>Of very many keys not all are under way at once: no more than a few milliseconds' work for each turn of the timers,
 * so that the loop serves others; no more than some hundreds that other nodes are asked for, so that others' requests do
 * not queue up there; and no more than a few megabytes of replies to come, going by those that came. Each part has the whole time limit for itself. What the parts have answered is held on the client's account; if that ends
 * with the client, the parts that have not begun never do.
 */
public final class Gather extends Deadline {
    /** So many parts are begun in a turn of the timers at the most. */
    static final int TURN_MAX = 2048;

    /** No part is begun when those of this turn have taken so long. */
    private static final long TURN_NANOS = 2_000_000;

    /** So many parts are waited for at the most: enough to keep the others busy. */
    static final int OPEN_MAX = 256;

    /** The replies that are under way should be no more than this. */
    private static final long OPEN_BYTES_MAX = 4 << 20;

    /** What a reply costs beside its bytes. */
    private static final int REPLY_OVERHEAD_BYTES = 24;

    private static final String WRITTEN_WITHOUT_REPLY =
            "INDOUBT the writes were made, but their reply could not be; the node's log says more";

    private final CommandLoop loop;
    private final TableRow row;
    private final Session session;
    private final Replies client;
    private final long patienceNanos;
    private final boolean writes;
    private final LastWrite lastWrite;
    private final Combiner combiner;
    private final int stride;
    private final byte[][] replies;
    private final RespRequestBuilder builder = new RespRequestBuilder();
    private RespRequest request;
    private final ReplySizes sizes = new ReplySizes();
    private int begun;
    private int answered;
    private int turnLeft = TURN_MAX;
    private boolean running;
    private long heldBytes;
    private boolean abandoned;
    private @Nullable PendingReply pending;

    /** What a session's client will have seen if the reply is no error; null if there is none, or the parts write. */
    private @Nullable WithheldContexts withheld;

    private Gather(Parts parts, Session session, Command command, int stride, Combiner combiner, RespRequest request) {
        this.loop = parts.loop;
        this.row = loop.table().row(command);
        this.session = session;
        this.client = parts.client;
        this.patienceNanos = parts.patienceNanos;
        this.writes = parts.write;
        this.lastWrite = parts.lastWrite;
        this.combiner = combiner;
        this.stride = stride;
        this.request = request;
        this.replies = new byte[(request.argumentCount() - 1) / stride][];
    }

    /**
     * What the parts of a command have in common.
     *
     * @param client where its reply goes
     * @param patienceNanos how long each part may take
     * @param write whether it writes
     */
    record Parts(CommandLoop loop, Replies client, long patienceNanos, boolean write, LastWrite lastWrite) {
        static Parts of(Call call) {
            return new Parts(
                    call.loop(),
                    call.replies(),
                    call.deadlineNanos() - call.startNanos(),
                    call.command().is(CommandFlag.WRITE),
                    call.session().lastWrite());
        }
    }

    /** Makes one reply of those of the parts, none of which is an error unless it takes them. */
    @FunctionalInterface
    public interface Combiner {
        /** An array of the replies. */
        Combiner ARRAY = (out, replies) -> {
            out.array(replies.length);
            for (byte[] reply : replies) {
                out.raw(reply, 0, reply.length);
            }
        };

        /** The sum of the integers that the replies are. */
        Combiner SUM = (out, replies) -> {
            long sum = 0;
            for (byte[] reply : replies) {
                sum += Long.parseLong(new String(reply, 1, reply.length - 3, StandardCharsets.US_ASCII));
            }
            out.integer(sum);
        };

        /** OK, since no reply was an error. */
        Combiner ALL_OK = (out, replies) -> out.ok();

        /** As {@link #ARRAY}, but a part that failed has its error as its element, as in the reply of EXEC. */
        Combiner ARRAY_WITH_ERRORS = new Combiner() {
            @Override
            public void combine(RespWriter out, byte[][] replies) {
                ARRAY.combine(out, replies);
            }

            @Override
            public boolean takesErrors() {
                return true;
            }
        };

        /** Whether it is given replies that are errors, too. If not, one of them makes the whole reply an error. */
        default boolean takesErrors() {
            return false;
        }

        /** Writes the reply; {@code replies} are in the order of the parts, each whole and in RESP. */
        void combine(RespWriter out, byte[][] replies);
    }

    /** Runs a command on one key for each argument of the call, and combines the replies. */
    public static void eachKey(Call call, Command command, Combiner combiner) {
        eachGroup(call, command, 1, combiner);
    }

    /**
     * Runs a command on one key for each group of so many arguments, and combines the replies.
     *
     * @param call the multi-key command, whose arguments are whole groups, one at least
     * @param command takes the arguments of a group, the first of which is the key
     * @param combiner makes one reply of theirs
     */
    public static void eachGroup(Call call, Command command, int size, Combiner combiner) {
        Session asking = call.session();
        Parts parts = Parts.of(call);
        SeenContexts seen = asking.seen();
        WithheldContexts withheld = parts.write || seen == null
                ? null
                : new WithheldContexts(seen, asking.limits(), call.loop().recorder());
        Session session = Session.virtual(
                asking.protocol(), asking.siblings(), call.options(), withheld == null ? seen : withheld);
        Gather gather = new Gather(parts, session, command, size, combiner, call.request());
        gather.withheld = call.isMuted() ? null : withheld;
        gather.runSome(call.startNanos());
        if (gather.isOver() && !gather.abandoned) {
            gather.giveBack();
            gather.reply(call.out());
            return;
        }
        gather.pending = call.defer();
        if (!gather.isOver()) {
            gather.request =
                    gather.begun < gather.replies.length ? call.request().toKeep() : Call.NO_REQUEST;
            gather.goOnLater();
        }
    }

    /**
     * As {@link #eachGroup}, for a command whose reply is promised already.
     *
     * @param request a name and whole groups, kept until the reply
     */
    static void later(
            Parts parts,
            Session session,
            Command command,
            int size,
            Combiner combiner,
            RespRequest request,
            PendingReply promised) {
        Gather gather = new Gather(parts, session, command, size, combiner, request);
        gather.pending = promised;
        gather.runSome(parts.loop.clock().nanoTime());
        gather.replyIfOver();
        gather.goOnLater();
    }

    /** Begins as many parts as may be under way. */
    private void runSome(long nowNanos) {
        running = true;
        long endNanos = nowNanos + TURN_NANOS;
        while (begun < replies.length && mayBegin()) {
            turnLeft--;
            int first = 1 + begun * stride;
            builder.begin(request.array()).add(request.offset(0), request.length(0));
            for (int i = first; i < first + stride; i++) {
                builder.add(request.offset(i), request.length(i));
            }
            CapturedReply reply = new CapturedReply(loop, new Part(begun++));
            loop.dispatcher().runPart(row, builder.request(), session, reply, nowNanos + patienceNanos);
            if (loop.clock().nanoTime() - endNanos > 0) {
                turnLeft = 0;
            }
        }
        running = false;
    }

    private boolean mayBegin() {
        return !abandoned && turnLeft > 0 && begun - answered < Math.min(OPEN_MAX, sizes.fittingIn(OPEN_BYTES_MAX));
    }

    @Override
    protected void onDeadline(long nowNanos) {
        turnLeft = TURN_MAX;
        runSome(nowNanos);
        replyIfOver();
        goOnLater();
    }

    private void goOnLater() {
        if (begun < replies.length && !abandoned) {
            loop.wheel().schedule(this, loop.clock().nanoTime());
        }
    }

    private boolean isOver() {
        return abandoned || answered == replies.length;
    }

    private void answered(int part, byte[] encoded) {
        answered++;
        if (abandoned) {
            return;
        }
        replies[part] = encoded;
        sizes.add(encoded.length);
        long bytes = (long) encoded.length + REPLY_OVERHEAD_BYTES;
        heldBytes += bytes;
        if (!client.hold(bytes)) {
            abandoned = true;
            Arrays.fill(replies, null);
            loop.wheel().cancel(this);
            return;
        }
        if (pending != null && !running && begun < replies.length) {
            runSome(loop.clock().nanoTime());
        }
        replyIfOver();
    }

    private void replyIfOver() {
        PendingReply waiting = pending;
        if (waiting != null && isOver() && !abandoned && !waiting.isDone()) {
            giveBack();
            waiting.make(this::reply, writes ? WRITTEN_WITHOUT_REPLY : "ERR internal error; the node's log says more");
        }
    }

    /** The reply takes the place of its parts. */
    private void giveBack() {
        boolean unused = client.hold(-heldBytes);
        heldBytes = 0;
    }

    private void reply(RespWriter out) {
        int failed = 0;
        byte[] first = new byte[0];
        boolean inDoubt = false;
        for (byte[] reply : replies) {
            if (reply[0] == '-') {
                first = failed == 0 ? reply : first;
                failed++;
                inDoubt |= startsWith(reply, "-INDOUBT ");
            }
        }
        if (failed == 0 && writes) {
            lastWrite.madeElsewhere(session.options());
        }
        if (failed == 0 || combiner.takesErrors()) {
            combiner.combine(out, replies);
            if (withheld != null) {
                withheld.release();
            }
            return;
        }
        String error = new String(first, 1, first.length - 3, StandardCharsets.UTF_8);
        boolean mixed = writes && (inDoubt || failed < replies.length);
        String code = mixed ? "INDOUBT" : error.substring(0, Math.max(0, error.indexOf(' ')));
        out.error(code + ' ' + failed + " of " + replies.length + " keys failed"
                + (mixed && failed < replies.length ? ", the others are written" : "") + "; the first: " + error);
    }

    private static boolean startsWith(byte[] reply, String text) {
        byte[] prefix = text.getBytes(StandardCharsets.US_ASCII);
        return reply.length >= prefix.length && Arrays.equals(reply, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Where the reply of one part goes. */
    private final class Part implements CapturedReply.Receiver {
        private final int number;

        Part(int number) {
            this.number = number;
        }

        @Override
        public void onReply(ByteBuf encoded) {
            answered(number, ByteBufUtil.getBytes(encoded));
        }

        @Override
        public void onRefused(Failure failure) {
            answered(number, CommandErrors.encoded(failure));
        }
    }
}
