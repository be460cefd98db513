package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.engine.StorageEngine;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One RANDOMKEY: goes from a random place of a random partition on, until there are some keys, and takes one of these at
 * random; once around the cluster at the most, and no further once the client is gone. A partition that this node has whole is read here, a piece each turn of the
 * timers, another from one of its owners. Owned by its loop.
 *
 * <p>The first key behind a random place would be the more likely the longer the way to it from the key before; one of
 * several is nearly as likely as any other.
 */
final class RandomKeyCommand extends Deadline implements PartitionReader.Receiver {
    private static final int RECORDS_FIRST = 16;
    private static final int RECORDS_MAX = 2048;
    private static final int RECORDS_EACH_TURN = 4096;

    /** Empty ones cost little, but there may be 16,384. */
    private static final int PARTITIONS_EACH_TURN = 1024;

    /** So many that nobody can read are passed over: each may take as long as a read may. */
    private static final int UNREADABLE_MAX = 3;

    private final CommandLoop loop;
    private final LocalKeys local;
    private final RandomGenerator random;
    private final int firstPartition;
    private final LocalKeys.Collector found = new LocalKeys.Collector(null);

    /** How many partitions are behind it; the first one is walked a second time, for what lies before the place. */
    private int walked;

    private long hash;
    private int records = RECORDS_FIRST;
    private int unreadable;
    private @Nullable Failure failure;
    private @Nullable PendingReply pending;

    private RandomKeyCommand(CommandLoop loop, LocalKeys local, RandomGenerator random) {
        this.loop = loop;
        this.local = local;
        this.random = random;
        this.firstPartition = random.nextInt(local.partitions());
        this.hash = random.nextLong() >>> Integer.SIZE;
    }

    /** {@code random} is for any thread. */
    static void run(Call call, LocalKeys local, RandomGenerator random) {
        RandomKeyCommand command = new RandomKeyCommand(call.loop(), local, random);
        if (command.walkHere()) {
            // Nothing was asked of others, so nothing failed.
            command.reply(call.out());
        } else {
            command.pending = call.defer();
            command.goOnLater();
        }
    }

    private int partition() {
        return (firstPartition + walked) % local.partitions();
    }

    private boolean isOver() {
        return !found.keys().isEmpty() || walked > local.partitions();
    }

    /** Goes on in copies of this node; returns whether that is the end. */
    private boolean walkHere() {
        int until = found.visited() + RECORDS_EACH_TURN;
        int walkedUntil = walked + PARTITIONS_EACH_TURN;
        found.at(loop.keys().nowMillis());
        while (!isOver()
                && found.visited() < until
                && walked < walkedUntil
                && loop.keys().view().settledHere(partition())) {
            moveTo(local.collect(partition(), hash, records, found), StorageEngine.SCAN_DONE);
        }
        return isOver();
    }

    private void moveTo(long nextHash, long end) {
        if (nextHash == end) {
            walked++;
            hash = 0;
        } else {
            hash = nextHash;
            records = Math.min(records * 2, RECORDS_MAX);
        }
    }

    private void goOnLater() {
        if (loop.keys().view().settledHere(partition())) {
            loop.wheel().schedule(this, loop.clock().nanoTime());
        } else {
            new PartitionReader(loop, new Scan(partition(), hash, records), this).start();
        }
    }

    private void goOn() {
        PendingReply waiting = Objects.requireNonNull(pending);
        if (!waiting.isWanted()) {
            return;
        }
        Failure problem = failure;
        if (!walkHere()) {
            goOnLater();
        } else if (problem != null && found.keys().isEmpty()) {
            waiting.fail(problem, null);
        } else {
            reply(waiting.out());
            waiting.done();
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        goOn();
    }

    @Override
    public void onKeys(ScanAnswer answer) {
        answer.keys().forEach(found::take);
        moveTo(answer.nextHash(), ScanAnswer.END);
        goOn();
    }

    @Override
    public void onFailure(Failure problem) {
        failure = problem;
        if (++unreadable > UNREADABLE_MAX) {
            Objects.requireNonNull(pending).fail(problem, null);
        } else {
            moveTo(ScanAnswer.END, ScanAnswer.END);
            loop.wheel().schedule(this, loop.clock().nanoTime());
        }
    }

    private void reply(RespWriter out) {
        List<byte[]> keys = found.keys();
        if (keys.isEmpty()) {
            out.nil();
        } else {
            out.bulk(keys.get(random.nextInt(keys.size())));
        }
    }
}
