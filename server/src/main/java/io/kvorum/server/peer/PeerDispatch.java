package io.kvorum.server.peer;

import io.kvorum.server.peer.message.MessageType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which handler serves which type of request; one for each event loop. Immutable. */
public final class PeerDispatch {
    private final Map<MessageType, PeerRequestHandler> handlers = new EnumMap<>(MessageType.class);

    /** Makes the table; requests of other types are refused. */
    public PeerDispatch(Map<MessageType, PeerRequestHandler> handlers) {
        this.handlers.putAll(handlers);
    }

    @Nullable
    PeerRequestHandler handler(MessageType type) {
        return handlers.get(type);
    }
}
