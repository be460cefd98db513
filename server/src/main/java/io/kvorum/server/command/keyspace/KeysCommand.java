package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.Glob;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.engine.StorageEngine;
import java.util.ArrayDeque;

/**
 * One KEYS: walks every partition, those that this node has whole in steps of its own, a step each turn of the timers, so
 * that the loop serves others between them; the rest side by side from their owners. Owned by its loop.
 *
 * <pre>
 *   here  [p0 p3 p4 …] ── a step, a pause, a step … ──┐
 *   there [p1 p2 p5 …] ── up to 8 reads at a time ────┴──► keys ──► one reply, or one error
 * </pre>
 */
final class KeysCommand extends Deadline {
    static final int KEYS_MAX = 1_000_000;

    private static final long BYTES_MAX = 64L << 20;
    private static final int STEP_RECORDS = 4096;
    private static final int READS_MAX = 8;
    private static final int READ_RECORDS = 2048;
    private static final String TOO_MANY =
            "KEYS would answer with more than " + KEYS_MAX + " keys or " + (BYTES_MAX >> 20) + " MiB of them; use SCAN";

    private final CommandLoop loop;
    private final LocalKeys local;
    private final LocalKeys.Collector found;
    private final PendingReply pending;
    private final ArrayDeque<ScanCursor> here = new ArrayDeque<>();
    private final ArrayDeque<ScanCursor> there = new ArrayDeque<>();
    private int reads;
    private boolean ended;

    /** What is on the client's account. */
    private long heldBytes;

    private KeysCommand(Call call, LocalKeys local) {
        this.loop = call.loop();
        this.local = local;
        this.found = new LocalKeys.Collector(new Glob(call.request().copy(1)));
        this.pending = call.defer();
    }

    static void run(Call call, LocalKeys local) {
        KeysCommand keys = new KeysCommand(call, local);
        for (int i = 0; i < local.partitions(); i++) {
            keys.here.add(new ScanCursor(i, 0));
        }
        keys.step();
    }

    @Override
    protected void onDeadline(long nowNanos) {
        step();
    }

    /** Looks at some records of this node, and sees to it that others are asked for what it has not. */
    private void step() {
        ClusterView view = loop.keys().view();
        found.at(loop.keys().nowMillis());
        int until = found.visited() + STEP_RECORDS;
        ScanCursor next = here.poll();
        while (next != null && !ended) {
            if (!view.settledHere(next.partition())) {
                there.add(next);
            } else {
                long hash = local.collect(next.partition(), next.hash(), STEP_RECORDS, found);
                if (hash != StorageEngine.SCAN_DONE) {
                    here.addFirst(new ScanCursor(next.partition(), hash));
                }
                endIfTooMany();
            }
            if (found.visited() >= until) {
                break;
            }
            next = here.poll();
        }
        if (!ended && !here.isEmpty()) {
            loop.wheel().schedule(this, loop.clock().nanoTime());
        }
        goOn();
    }

    /** Keeps reads going, and replies when there is nothing left; or ends with the client, if that is gone. */
    private void goOn() {
        if (!ended && !holdFound()) {
            ended = true;
            loop.wheel().cancel(this);
        }
        while (!ended && reads < READS_MAX && !there.isEmpty()) {
            ScanCursor next = there.remove();
            reads++;
            new PartitionReader(loop, new Scan(next.partition(), next.hash(), READ_RECORDS), new Read(next)).start();
        }
        if (!ended && here.isEmpty() && there.isEmpty() && reads == 0) {
            ended = true;
            giveBack();
            reply(pending.out());
            pending.done();
        }
    }

    /** Puts what was found on the client's account; returns whether anybody is left to read it. */
    private boolean holdFound() {
        long more = found.heldBytes() - heldBytes;
        heldBytes += more;
        return pending.hold(more);
    }

    /** The reply takes the place of what was found. */
    private void giveBack() {
        boolean unused = pending.hold(-heldBytes);
        heldBytes = 0;
    }

    private void endIfTooMany() {
        if (!ended && (found.keys().size() > KEYS_MAX || found.bytes() > BYTES_MAX)) {
            end(new Failure(Failure.Kind.ERR, TOO_MANY));
        }
    }

    private void end(Failure failure) {
        if (!ended) {
            ended = true;
            loop.wheel().cancel(this);
            giveBack();
            pending.fail(failure, null);
        }
    }

    private void reply(RespWriter out) {
        out.array(found.keys().size());
        for (byte[] key : found.keys()) {
            out.bulk(key);
        }
    }

    /** A read of one partition elsewhere. */
    private final class Read implements PartitionReader.Receiver {
        private final ScanCursor from;

        Read(ScanCursor from) {
            this.from = from;
        }

        @Override
        public void onKeys(ScanAnswer answer) {
            reads--;
            if (ended) {
                return;
            }
            answer.keys().forEach(found::take);
            if (answer.nextHash() != ScanAnswer.END) {
                there.addFirst(new ScanCursor(from.partition(), answer.nextHash()));
            }
            endIfTooMany();
            goOn();
        }

        @Override
        public void onFailure(Failure failure) {
            reads--;
            end(failure);
        }
    }
}
