package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.runtime.Deadline;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a {@link Flush}, which ends on whatever thread it likes: the loop looks every few milliseconds whether it
 * has. Flushes are rare, and so the loop needs no other door for the threads of others. Owned by its loop, but for the
 * outcome.
 */
final class FlushCommand extends Deadline {
    private static final byte[] ASYNC = "ASYNC".getBytes(US_ASCII);
    private static final byte[] SYNC = "SYNC".getBytes(US_ASCII);
    private static final String DONE = "";
    private static final long LOOK_NANOS = 5_000_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final String NOT_CONFIRMED =
            "INDOUBT the flush was not confirmed within 60 s; members that have not heard of it yet still will";

    private final PendingReply pending;
    private final AtomicReference<@Nullable String> outcome;
    private final long untilNanos;

    private FlushCommand(PendingReply pending, AtomicReference<@Nullable String> outcome, long untilNanos) {
        this.pending = pending;
        this.outcome = outcome;
        this.untilNanos = untilNanos;
    }

    static void run(Call call, Flush flush) {
        RespRequest request = call.request();
        boolean plain = request.argumentCount() == 1;
        if (!plain && (request.argumentCount() > 2 || !(request.matches(1, ASYNC) || request.matches(1, SYNC)))) {
            call.out().error(CommandErrors.SYNTAX);
            return;
        }
        AtomicReference<@Nullable String> outcome = new AtomicReference<>();
        flush.flush(() -> outcome.compareAndSet(null, DONE), error -> outcome.compareAndSet(null, error));
        PendingReply pending = call.defer();
        long nowNanos = call.loop().clock().nanoTime();
        new FlushCommand(pending, outcome, nowNanos + PATIENCE_NANOS).look(nowNanos);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        look(nowNanos);
    }

    private void look(long nowNanos) {
        String ended = outcome.get();
        if (ended == null && nowNanos - untilNanos < 0) {
            pending.loop().wheel().schedule(this, nowNanos + LOOK_NANOS);
        } else if (ended == null) {
            pending.error(NOT_CONFIRMED);
        } else if (ended.equals(DONE)) {
            pending.out().ok();
            pending.done();
        } else {
            pending.error(ended);
        }
    }
}
