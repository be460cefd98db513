package io.kvorum.server.command.keyspace;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.ring.HashSlot;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.runtime.Deadline;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.table.RecordVisitor;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.ValueSlice;
import io.kvorum.storage.version.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one hash slot in this node's own copy: CLUSTER COUNTKEYSINSLOT and GETKEYSINSLOT. Nobody else is asked: where
 * this node has no settled copy there is nothing. Immutable; for any loop.
 *
 * <p>A slot is the first 14 bits of a position, and so under the MD5 partitioner not what CLUSTER KEYSLOT answers, but what
 * CLUSTER SLOTS tells ranges of.
 */
public final class SlotKeys {
    static final int KEYS_MAX = KeysCommand.KEYS_MAX;

    private static final int SLOT_SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(HashSlot.COUNT);
    private static final long BYTES_MAX = 64L << 20;
    private static final int STEP_RECORDS = 4096;
    private static final int SCAN_RECORDS = 256;
    private static final String TOO_MANY =
            "the slot has more than " + KEYS_MAX + " keys or " + (BYTES_MAX >> 20) + " MiB of them; ask for fewer";

    private final StorageEngine engine;

    /** Of these copies. */
    public SlotKeys(StorageEngine engine) {
        this.engine = engine;
    }

    /** CLUSTER COUNTKEYSINSLOT slot. */
    public void count(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(2)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else if (!isSlot(request.asLong(2))) {
            call.out().error("ERR Invalid slot");
        } else {
            new Walk(call, (int) request.asLong(2), Long.MAX_VALUE, false).begin(call);
        }
    }

    /** CLUSTER GETKEYSINSLOT slot count. */
    public void keys(Call call) {
        RespRequest request = call.request();
        if (!request.isLong(2) || !request.isLong(3)) {
            call.out().error(CommandErrors.NOT_AN_INTEGER);
        } else if (!isSlot(request.asLong(2)) || request.asLong(3) < 0) {
            call.out().error("ERR Invalid slot or number of keys");
        } else {
            new Walk(call, (int) request.asLong(2), request.asLong(3), true).begin(call);
        }
    }

    private static boolean isSlot(long number) {
        return number >= 0 && number < HashSlot.COUNT;
    }

    /**
     * One walk over the slot's partition, in which its keys lie among those of its neighbours: a step each turn of the
     * timers, so that the loop serves others between them. Owned by its loop.
     */
    private final class Walk extends Deadline implements RecordVisitor {
        private final CommandLoop loop;
        private final int slot;
        private final int partition;
        private final long wanted;
        private final boolean collects;
        private final ValueSlice value = new ValueSlice();
        private final List<byte[]> keys = new ArrayList<>();
        private ClusterView view;
        private long nowMillis;
        private long hash;
        private long found;
        private long bytes;
        private int visited;
        private long heldBytes;
        private @Nullable PendingReply pending;

        Walk(Call call, int slot, long wanted, boolean collects) {
            this.loop = call.loop();
            this.slot = slot;
            this.wanted = wanted;
            this.collects = collects;
            this.view = call.view();
            this.partition = view.ring().partitionOfSlot(slot);
        }

        /** Replies at once if one step is enough. */
        void begin(Call call) {
            if (step()) {
                if (isTooMuch()) {
                    call.out().error("ERR " + TOO_MANY);
                } else {
                    reply(call.out());
                }
            } else {
                PendingReply waiting = call.defer();
                pending = waiting;
                goOn(waiting);
            }
        }

        /** What was found is on the client's account; once that is gone, nothing more is looked for. */
        private void goOn(PendingReply waiting) {
            long more = bytes + (long) LocalKeys.KEY_OVERHEAD_BYTES * keys.size() - heldBytes;
            heldBytes += more;
            if (waiting.hold(more)) {
                loop.wheel().schedule(this, loop.clock().nanoTime());
            }
        }

        @Override
        protected void onDeadline(long nowNanos) {
            PendingReply waiting = Objects.requireNonNull(pending);
            view = loop.keys().view();
            if (!step()) {
                goOn(waiting);
                return;
            }
            boolean unused = waiting.hold(-heldBytes);
            if (isTooMuch()) {
                waiting.error("ERR " + TOO_MANY);
            } else {
                reply(waiting.out());
                waiting.done();
            }
        }

        /** Looks at some records; returns whether that was all, or enough. */
        private boolean step() {
            if (!view.settledHere(partition)) {
                // Also where it was given up in the midst of this: then it is as if it had never been here.
                keys.clear();
                found = 0;
                return true;
            }
            nowMillis = loop.keys().nowMillis();
            visited = 0;
            while (hash != StorageEngine.SCAN_DONE && visited < STEP_RECORDS && found < wanted && !isTooMuch()) {
                hash = engine.scan(partition, hash, SCAN_RECORDS, this);
            }
            return hash == StorageEngine.SCAN_DONE || found >= wanted || isTooMuch();
        }

        @Override
        public void visit(byte[] record) {
            visited++;
            int length = RecordBytes.keyLength(record);
            if (found < wanted
                    && view.ring().partitioner().high(record, RecordBytes.KEY_AT, length) >>> SLOT_SHIFT == slot
                    && Visible.plain(record, nowMillis, value)) {
                found++;
                if (collects) {
                    keys.add(RecordBytes.key(record));
                    bytes += length;
                }
            }
        }

        private boolean isTooMuch() {
            return keys.size() > KEYS_MAX || bytes > BYTES_MAX;
        }

        private void reply(RespWriter out) {
            if (!collects) {
                out.integer(found);
                return;
            }
            out.array(keys.size());
            keys.forEach(out::bulk);
        }
    }
}
