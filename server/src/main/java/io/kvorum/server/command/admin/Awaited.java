package io.kvorum.server.command.admin;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.membership.plan.ClusterChanges.Asker;
import io.kvorum.server.runtime.Deadline;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply that another thread finds out: the loop looks every few milliseconds whether it has, and so needs no other door
 * for the threads of others. Owned by its loop, but for the outcome.
 *
 * @param <T> what is found out
 */
final class Awaited<T> extends Deadline implements Asker<T> {
    private static final long LOOK_NANOS = 5_000_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final PendingReply pending;
    private final BiConsumer<RespWriter, T> form;
    private final String errorIfLate;
    private final long untilNanos;
    private final AtomicReference<@Nullable Consumer<PendingReply>> outcome = new AtomicReference<>();

    /**
     * Promises the reply.
     *
     * @param call what is replied to
     * @param form writes what was found out
     * @param errorIfLate the reply if that takes longer than a minute
     */
    Awaited(Call call, BiConsumer<RespWriter, T> form, String errorIfLate) {
        this.untilNanos = call.loop().clock().nanoTime() + PATIENCE_NANOS;
        this.pending = call.defer();
        this.form = form;
        this.errorIfLate = errorIfLate;
    }

    @Override
    public void answered(T answer) {
        outcome.compareAndSet(null, reply -> {
            form.accept(reply.out(), answer);
            reply.done();
        });
    }

    @Override
    public void failed(String error) {
        outcome.compareAndSet(null, reply -> reply.error(error));
    }

    /** Begins to look; once, on the loop. */
    void begin() {
        look(pending.loop().clock().nanoTime());
    }

    @Override
    protected void onDeadline(long nowNanos) {
        look(nowNanos);
    }

    private void look(long nowNanos) {
        Consumer<PendingReply> ended = outcome.get();
        if (ended != null) {
            ended.accept(pending);
        } else if (nowNanos - untilNanos < 0) {
            pending.loop().wheel().schedule(this, nowNanos + LOOK_NANOS);
        } else {
            pending.error(errorIfLate);
        }
    }
}
