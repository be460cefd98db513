package io.kvorum.server.command.keyspace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandErrors;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.Glob;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.coordinator.Failure;
import io.kvorum.server.membership.ClusterView;
import io.kvorum.server.peer.message.Scan;
import io.kvorum.server.peer.message.ScanAnswer;
import io.kvorum.storage.engine.StorageEngine;
import org.jspecify.annotations.Nullable;

/**
 * One SCAN: goes on from its cursor, partition by partition, until it has looked at COUNT records, or at fewer if their
 * keys are large. A partition that this node has whole is read here, another from one of its owners. Owned by its loop.
 */
final class ScanCommand implements PartitionReader.Receiver {
    private static final byte[] MATCH = "MATCH".getBytes(US_ASCII);
    private static final byte[] COUNT = "COUNT".getBytes(US_ASCII);
    private static final byte[] TYPE = "TYPE".getBytes(US_ASCII);
    private static final byte[] STRING = "STRING".getBytes(US_ASCII);

    private static final int COUNT_DEFAULT = 10;
    /** More than this is not looked at in one call, whatever the client asks for: others wait meanwhile. */
    private static final int COUNT_MAX = 10_000;

    private static final int REMOTE_READS_MAX = 16;

    private final CommandLoop loop;
    private final LocalKeys local;
    private final Options options;
    private final LocalKeys.Collector found;
    private int partition;
    private long hash;
    private int remoteReads;
    private @Nullable PendingReply pending;

    private ScanCommand(CommandLoop loop, LocalKeys local, Options options) {
        this.loop = loop;
        this.local = local;
        this.options = options;
        this.found = new LocalKeys.Collector(options.glob);
        this.partition = options.cursor.partition();
        this.hash = options.cursor.hash();
    }

    private record Options(ScanCursor cursor, @Nullable Glob glob, int count, boolean strings) {}

    static void run(Call call, LocalKeys local) {
        Options options = parse(call);
        if (options == null) {
            return;
        }
        ScanCommand scan = new ScanCommand(call.loop(), local, options);
        if (scan.readHere()) {
            scan.reply(call.out());
        } else {
            scan.pending = call.defer();
            scan.readThere();
        }
    }

    /** Replies with an error and returns null if the request is wrong. */
    private static @Nullable Options parse(Call call) {
        RespRequest request = call.request();
        ScanCursor cursor = ScanCursor.parse(request.array(), request.offset(1), request.length(1));
        if (cursor == null) {
            return refuse(call, "ERR invalid cursor");
        }
        Glob glob = null;
        int count = COUNT_DEFAULT;
        boolean strings = true;
        for (int i = 2; i < request.argumentCount(); i += 2) {
            if (i + 1 == request.argumentCount()) {
                return refuse(call, CommandErrors.SYNTAX);
            }
            if (request.matches(i, COUNT)) {
                if (!request.isLong(i + 1)) {
                    return refuse(call, CommandErrors.NOT_AN_INTEGER);
                }
                if (request.asLong(i + 1) < 1) {
                    return refuse(call, CommandErrors.SYNTAX);
                }
                count = (int) Math.min(request.asLong(i + 1), COUNT_MAX);
            } else if (request.matches(i, MATCH)) {
                glob = new Glob(request.copy(i + 1));
            } else if (request.matches(i, TYPE)) {
                strings = request.matches(i + 1, STRING);
            } else {
                return refuse(call, CommandErrors.SYNTAX);
            }
        }
        return new Options(cursor, glob, count, strings);
    }

    private static @Nullable Options refuse(Call call, String error) {
        call.out().error(error);
        return null;
    }

    /** Goes on in copies of this node; returns whether it is done, and does not need another node. */
    private boolean readHere() {
        ClusterView view = loop.keys().view();
        found.at(loop.keys().nowMillis());
        while (partition < local.partitions()
                && found.visited() < options.count
                && found.bytes() < LocalKeys.STEP_BYTES_MAX) {
            if (!view.settledHere(partition)) {
                return remoteReads == REMOTE_READS_MAX;
            }
            moveTo(local.collect(partition, hash, options.count - found.visited(), found), StorageEngine.SCAN_DONE);
        }
        return true;
    }

    private void readThere() {
        remoteReads++;
        int rest = options.count - found.visited();
        new PartitionReader(loop, new Scan(partition, hash, rest), this).start();
    }

    @Override
    public void onKeys(ScanAnswer answer) {
        answer.keys().forEach(found::take);
        moveTo(answer.nextHash(), ScanAnswer.END);
        // Records that are not live were looked at, too: a partition that goes on has given what was asked of it.
        if (answer.nextHash() != ScanAnswer.END || readHere()) {
            PendingReply waiting = pending();
            reply(waiting.out());
            waiting.done();
        } else {
            readThere();
        }
    }

    @Override
    public void onFailure(Failure failure) {
        pending().fail(failure, null);
    }

    private PendingReply pending() {
        PendingReply waiting = pending;
        if (waiting == null) {
            throw new IllegalStateException("an answer that nobody waits for");
        }
        return waiting;
    }

    private void moveTo(long nextHash, long end) {
        if (nextHash == end) {
            partition++;
            hash = 0;
        } else {
            hash = nextHash;
        }
    }

    private void reply(RespWriter out) {
        boolean atEnd = partition >= local.partitions();
        long cursor = atEnd ? 0 : new ScanCursor(partition, hash).packed();
        out.array(2).bulkInteger(cursor);
        if (!options.strings) {
            out.array(0);
            return;
        }
        out.array(found.keys().size());
        for (byte[] key : found.keys()) {
            out.bulk(key);
        }
    }
}
