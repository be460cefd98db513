package io.kvorum.server.peer;

import io.kvorum.server.peer.message.MessageType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which handler serves which type of request. Owned by one event loop. */
public final class PeerDispatch {
    private final Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);

    /** Serves nothing until it is told what. */
    public PeerDispatch() {}

    /** Makes the table; requests of other types are refused. */
    public PeerDispatch(Map<MessageType, PeerRequestHandler> handlers) {
        this.handlers.putAll(handlers);
    }

    /** Adds handlers; before the loop has its first connection. */
    public void serve(Map<MessageType, PeerRequestHandler> more) {
        handlers.putAll(more);
    }

    @Nullable
    PeerRequestHandler handler(MessageType type) {
        return handlers.get(type);
    }
}
