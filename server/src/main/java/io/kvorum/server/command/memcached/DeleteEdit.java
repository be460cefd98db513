package io.kvorum.server.command.memcached;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.codec.resp.RespWriter;
import io.kvorum.server.command.Call;
import io.kvorum.server.command.CommandLoop;
import io.kvorum.storage.engine.PartitionScope;
import io.kvorum.storage.version.Visible;
import org.jspecify.annotations.Nullable;

/**
 * Takes an item away, or only its value and flags. Arguments: key, token, anything if the item is to stay, new time of an
 * item that stays. Replies with the outcome.
 */
final class DeleteEdit extends ItemEdit {
    private final boolean compares;
    private final long token;
    private final boolean empties;
    private final boolean givesTime;
    private final long seconds;

    DeleteEdit(Call call) {
        super(call);
        RespRequest request = call.request();
        compares = Arguments.has(request, 2);
        token = Arguments.unsigned(request, 2, 0);
        empties = Arguments.has(request, 3);
        givesTime = Arguments.has(request, 4);
        seconds = Arguments.seconds(request, 4);
    }

    @Override
    public boolean freesMemory() {
        return true;
    }

    @Override
    byte @Nullable [] edit(byte @Nullable [] current, boolean live, long nowMillis, PartitionScope scope) {
        if (!live) {
            outcome = Outcome.NOT_FOUND;
            // An older sibling that the newest hides goes as well, as by DEL: KV.GET would show it.
            return current != null && !compares && Visible.hasLive(current, nowMillis)
                    ? delete(current, scope)
                    : current;
        }
        if (compares && !isSeen(current, token)) {
            return leave(current, Outcome.EXISTS);
        }
        if (!empties) {
            return delete(current, scope);
        }
        long end = givesTime ? Expiry.atMillis(seconds, nowMillis) : old.expireAtMillis();
        return write(current, draft(current, scope), end, nowMillis);
    }

    @Override
    void answer(CommandLoop loop, RespWriter out, byte @Nullable [] after) {
        out.integer(outcome.code());
    }
}
