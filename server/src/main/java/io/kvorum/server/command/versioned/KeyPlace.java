package io.kvorum.server.command.versioned;

import io.kvorum.codec.resp.RespRequest;
import io.kvorum.server.command.Call;
import io.kvorum.server.replica.KeyRef;
import org.jspecify.annotations.Nullable;

/** Finds the place of a key for commands that any node answers, owner or not. */
final class KeyPlace {
    private KeyPlace() {}

    /** The key that is the only argument; null if it is none, and then the error is written. */
    static @Nullable KeyRef of(Call call) {
        RespRequest request = call.request();
        int bytesMax = call.loop().facts().keyBytesMax();
        if (request.length(1) == 0 || request.length(1) > bytesMax) {
            call.out().error("ERR a key must have 1 to " + bytesMax + " bytes");
            return null;
        }
        byte[] key = request.copy(1);
        long[] position = new long[2];
        call.view().ring().partitioner().position(key, 0, key.length, position);
        return new KeyRef(call.view().partitionOf(position[0]), position[0], position[1], key);
    }
}
