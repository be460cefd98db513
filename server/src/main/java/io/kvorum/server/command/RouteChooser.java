package io.kvorum.server.command;

import io.kvorum.codec.resp.RespRequest;

/** Chooses the route where it depends on the arguments, as with SET and its conditions. */
@FunctionalInterface
public interface RouteChooser {
    /** The route of this request, whose number of arguments is right. Pure; allocates nothing. */
    Route route(RespRequest request);
}
