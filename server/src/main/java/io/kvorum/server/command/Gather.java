package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespRequestBuilder;
import io.kvorum.codec.resp.RespWriter;
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
 */
public final class Gather {
    private final CommandLoop loop;
    private final TableRow row;
    private final Session session;
    private final long deadlineNanos;
    private final boolean writes;
    private final Combiner combiner;
    private final byte[][] replies;
    private final RespRequestBuilder builder = new RespRequestBuilder();
    private final int protocol;
    private int added;
    private int open;
    private @Nullable PendingReply pending;

    /**
     * Begins.
     *
     * @param call the multi-key command
     * @param command the command on one key that each part is
     * @param parts how many there will be, at least 1
     * @param combiner makes one reply of theirs
     */
    public Gather(Call call, Command command, int parts, Combiner combiner) {
        this.loop = call.loop();
        this.row = loop.table().row(command);
        this.session = Session.virtual(call.session().protocol(), call.session().siblings(), call.options());
        this.deadlineNanos = call.deadlineNanos();
        this.writes = call.command().is(CommandFlag.WRITE);
        this.combiner = combiner;
        this.replies = new byte[parts][];
        this.open = parts;
        this.protocol = call.session().protocol();
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

    /** Begins a part, whose arguments are slices of the call's request; the first stands for the name. */
    public RespRequestBuilder part(RespRequest request) {
        return builder.begin(request.array()).add(request.offset(0), request.length(0));
    }

    /** Runs the part that was put together last. */
    public void run() {
        Part part = new Part(added++);
        loop.dispatcher().runPart(row, builder.request(), session, new CapturedReply(loop, part), deadlineNanos);
    }

    /** All parts have been run: replies now if all have answered, else when they have. */
    public void finish(Call call) {
        if (added != replies.length) {
            throw new IllegalStateException(added + " parts run, " + replies.length + " announced");
        }
        if (open == 0) {
            reply(call.out());
        } else {
            pending = call.defer();
        }
    }

    /** Runs a command on one key for each key of the call, and combines the replies. */
    public static void eachKey(Call call, Command command, Combiner combiner) {
        RespRequest request = call.request();
        Gather gather = new Gather(call, command, request.argumentCount() - 1, combiner);
        for (int i = 1; i < request.argumentCount(); i++) {
            gather.part(request).add(request.offset(i), request.length(i));
            gather.run();
        }
        gather.finish(call);
    }

    private void answered(int part, byte[] encoded) {
        replies[part] = encoded;
        open--;
        PendingReply waiting = pending;
        if (open == 0 && waiting != null) {
            reply(waiting.out());
            waiting.done();
        }
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
        if (failed == 0 || combiner.takesErrors()) {
            combiner.combine(out, replies);
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
        public void onRefused() {
            answered(number, refusal());
        }

        private byte[] refusal() {
            ByteBuf bytes = loop.allocator().heapBuffer();
            CommandErrors.write(new RespWriter().attach(bytes, protocol), Dispatcher.notCoordinator(), null);
            byte[] encoded = ByteBufUtil.getBytes(bytes);
            bytes.release();
            return encoded;
        }
    }
}
