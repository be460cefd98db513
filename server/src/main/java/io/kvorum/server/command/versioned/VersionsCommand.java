package io.kvorum.server.command.versioned;

import io.kvorum.codec.binary.DecodeException;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.server.command.PendingReply;
import io.kvorum.server.coordinator.InspectCallback.Copy;
import io.kvorum.server.peer.PeerTransport;
import io.kvorum.server.replica.KeyRef;
import io.kvorum.storage.version.Dot;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.storage.version.Sibling;
import io.kvorum.storage.version.Stamp;
import io.kvorum.storage.version.VersionVector;
import java.util.List;
import java.util.Locale;

/** KV.VERSIONS: what each owner of a key has, side by side. */
final class VersionsCommand {
    private static final int COPY_FIELDS = 6;
    private static final int SIBLING_FIELDS = 7;

    private VersionsCommand() {}

    static void run(Call call) {
        KeyRef key = KeyPlace.of(call);
        if (key == null) {
            return;
        }
        CommandLoop loop = call.loop();
        PendingReply reply = call.defer();
        long deadlineNanos = loop.clock().nanoTime() + loop.keys().readTimeoutNanos();
        loop.keys().inspect(key, deadlineNanos, copies -> {
            write(reply.out(), loop, copies);
            reply.done();
        });
    }

    private static void write(RespWriter out, CommandLoop loop, List<Copy> copies) {
        out.array(copies.size());
        for (Copy copy : copies) {
            byte[] record = copy.record();
            boolean sound = record == null || copy.peer() == PeerTransport.SELF || isSound(record);
            out.map(COPY_FIELDS)
                    .bulk("node")
                    .bulk(loop.facts().memberName().apply(copy.peer()))
                    .bulk("copy")
                    .bulk(state(copy, sound));
            out.bulk("hash");
            if (record == null || !sound) {
                out.nil()
                        .bulk("vector")
                        .array(0)
                        .bulk("superseded")
                        .array(0)
                        .bulk("siblings")
                        .array(0);
            } else {
                out.bulk(String.format(Locale.ROOT, "%016x", RecordBytes.hash(record)));
                vector(out.bulk("vector"), RecordBytes.vector(record));
                dots(out.bulk("superseded"), RecordBytes.superseded(record));
                siblings(out.bulk("siblings"), RecordBytes.siblings(record));
            }
        }
    }

    private static String state(Copy copy, boolean sound) {
        if (!copy.answered()) {
            return "unreachable";
        }
        if (copy.hint()) {
            return sound ? "hint" : "damaged";
        }
        return !sound ? "damaged" : copy.settled() ? "settled" : "unsettled";
    }

    /** What came from a peer is looked at before anything reads it in place. */
    private static boolean isSound(byte[] record) {
        try {
            RecordBytes.check(record);
            return true;
        } catch (DecodeException unsound) {
            return false;
        }
    }

    private static void vector(RespWriter out, VersionVector vector) {
        out.array(vector.size());
        for (int i = 0; i < vector.size(); i++) {
            out.bulk(new Dot(vector.actor(i), vector.stamp(i)).toString());
        }
    }

    private static void dots(RespWriter out, List<Dot> dots) {
        out.array(dots.size());
        dots.forEach(dot -> out.bulk(dot.toString()));
    }

    private static void siblings(RespWriter out, List<Sibling> siblings) {
        out.array(siblings.size());
        for (Sibling sibling : siblings) {
            String kind = sibling.isTombstone() ? "tombstone" : sibling.isBorn() ? "counter" : "value";
            byte[] value = sibling.value();
            out.map(SIBLING_FIELDS)
                    .bulk("dot")
                    .bulk(sibling.dot().toString())
                    .bulk("kind")
                    .bulk(kind)
                    .bulk("bytes")
                    .integer(value == null ? -1 : value.length)
                    .bulk("flags")
                    .integer(sibling.clientFlags() & 0xffff_ffffL)
                    .bulk("expiry-ms")
                    .integer(sibling.expireAtMillis())
                    .bulk("stamp-ms")
                    .integer(Stamp.millis(sibling.newestStamp()))
                    .bulk("increments")
                    .integer(sibling.increments().size());
        }
    }
}
