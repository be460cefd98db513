package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Amendments;
import io.kvorum.storage.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * Gives an item another end, which makes no version, and shows it. Arguments: key, time, anything if the value is wanted,
 * anything if the time of the write is. Replies as {@link ItemReply}.
 */
final class TouchEdit extends ItemEdit {
    private final long seconds;
    private final ItemReply shown;
    private byte @Nullable [] item;
    private long expireAtMillis;
    private long editedMillis;

    TouchEdit(Call call) {
        super(call);
        RespRequest request = call.request();
        seconds = Arguments.seconds(request, 2);
        shown = ItemReply.asAsked(request, 3);
    }

    @Override
    public boolean freesMemory() {
        return true;
    }

    @Override
    byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
        item = live ? current : null;
        if (current == null || !live) {
            return leave(current, Outcome.NOT_FOUND);
        }
        editedMillis = nowMillis;
        expireAtMillis = Expiry.atMillis(seconds, nowMillis);
        if (expireAtMillis != Expiry.NEVER && expireAtMillis <= nowMillis) {
            return delete(current, scope);
        }
        return Amendments.expire(
                current, scope.actor(), scope.nextStamp(Versions.newestStamp(current)), expireAtMillis, nowMillis);
    }

    @Override
    void answer(CommandLoop loop, RespWriter out, byte @Nullable [] after) {
        loop.recorder().looked(item != null);
        if (item == null) {
            out.nil();
        } else {
            shown.write(out, item, old, expireAtMillis, editedMillis);
        }
    }
}
