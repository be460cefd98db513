package io.kvorum.server.command;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.coordinator.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command on several keys as commands run one after another, each of them as if a client had sent it: what one replied
 * decides what the next is. Where they do not depend on each other, {@link Gather} runs them side by side. Owned by its
 * loop; used once.
 *
 * <pre>
 *   RENAME a b  →  KV.DUMP a → RESTORE b … → KV.DELIF a …  →  OK
 * </pre>
 *
 * Between two steps anything may happen, to the keys as to the nodes. So the order of the steps must be one in which each
 * may be the last, and the reply must say what was done. Each step has the whole time limit for itself.
 */
public final class Steps {
    private static final Logger LOG = LoggerFactory.getLogger(Steps.class);
    private static final String BUG = " internal error; the node's log says more";

    private final Gather.Parts parts;
    private final Session reading;
    private final Session writing;
    private final PendingReply pending;
    private long heldBytes;

    private Steps(Call call) {
        this.parts = Gather.Parts.of(call);
        this.reading = Session.virtual(RespWriter.RESP2, false, call.options(), null);
        this.writing = Session.virtual(
                RespWriter.RESP2, false, call.options(), call.session().seen());
        this.pending = call.defer();
    }

    /** Keeps the place of the call's reply, which {@link #reply}, {@link #error} or {@link #gather} makes, once. */
    public static Steps of(Call call) {
        return new Steps(call);
    }

    /** What follows from the reply of a step. */
    @FunctionalInterface
    public interface Step {
        /** Goes on; the reply is no error. */
        void onReply(PartReply reply);
    }

    /** What follows from the error of a step. */
    @FunctionalInterface
    public interface Problem {
        /** Ends, with another error maybe; first word, then text. */
        void onError(String error);
    }

    /** The loop it runs on. */
    public CommandLoop loop() {
        return parts.loop();
    }

    /** Runs a step whose error is the reply to the whole: none before it has changed anything. */
    public void run(Command command, Step next, byte[]... arguments) {
        run(command, next, this::error, arguments);
    }

    /**
     * Runs a step.
     *
     * @param command of this node's table
     * @param next called once unless there is an error; maybe before this returns
     * @param otherwise called once if there is one
     * @param arguments behind the name; kept until then
     */
    public void run(Command command, Step next, Problem otherwise, byte[]... arguments) {
        List<byte[]> all = new ArrayList<>(arguments.length + 1);
        all.add(command.upperName());
        all.addAll(List.of(arguments));
        TableRow row = loop().table().row(command);
        CapturedReply reply = new CapturedReply(loop(), new Answer(next, otherwise));
        long deadlineNanos = loop().clock().nanoTime() + parts.patienceNanos();
        loop().dispatcher().runPart(row, Requests.of(all), sessionOf(command), reply, deadlineNanos);
    }

    /**
     * Ends with a command on one key for each group of arguments, side by side.
     *
     * @param groups of so many arguments, the first of each a key
     */
    public void gather(Command command, int size, List<byte[]> groups, Gather.Combiner combiner) {
        List<byte[]> all = new ArrayList<>(groups.size() + 1);
        all.add(command.upperName());
        all.addAll(groups);
        giveBack();
        Gather.later(parts, sessionOf(command), command, size, combiner, Requests.of(all), pending);
    }

    /**
     * Takes so many bytes more on the client's account, until the reply; or gives them back if negative. Returns whether
     * there is anybody left to read it: if not, nothing more need be done.
     */
    public boolean hold(long bytes) {
        heldBytes += bytes;
        return parts.client().hold(bytes);
    }

    /** What a step reads the client is not shown; what it writes is a write of the client's own session. */
    private Session sessionOf(Command command) {
        return command.is(CommandFlag.WRITE) ? writing : reading;
    }

    /** Ends with a reply. */
    public void reply(Consumer<RespWriter> making) {
        giveBack();
        if (parts.write()) {
            parts.lastWrite().madeElsewhere(writing.options());
        }
        pending.make(making, (parts.write() ? "INDOUBT" : "ERR") + BUG);
    }

    /** Ends with an error: its first word, then the text. */
    public void error(String codeAndText) {
        giveBack();
        pending.error(codeAndText);
    }

    /** Runs what goes on with this later; should it fail, which is a bug, the client has an error and does not wait for ever. */
    public void guarded(Runnable goingOn) {
        try {
            goingOn.run();
        } catch (RuntimeException bug) {
            LOG.error("a command of several steps failed", bug);
            if (!pending.isDone()) {
                error((parts.write() ? "INDOUBT" : "ERR") + BUG);
            }
        }
    }

    private void giveBack() {
        boolean unused = parts.client().hold(-heldBytes);
        heldBytes = 0;
    }

    /** Where the reply of a step goes. */
    private final class Answer implements CapturedReply.Receiver {
        private final Step next;
        private final Problem otherwise;

        Answer(Step next, Problem otherwise) {
            this.next = next;
            this.otherwise = otherwise;
        }

        @Override
        public void onReply(ByteBuf encoded) {
            goOn(ByteBufUtil.getBytes(encoded));
        }

        @Override
        public void onRefused(Failure failure) {
            goOn(CommandErrors.encoded(failure));
        }

        private void goOn(byte[] encoded) {
            PartReply reply = new PartReply(encoded);
            guarded(() -> {
                if (reply.isError()) {
                    otherwise.onError(reply.error());
                } else {
                    next.onReply(reply);
                }
            });
        }
    }
}
