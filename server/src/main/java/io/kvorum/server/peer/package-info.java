/** Reaching the other members: the transport, its connections and their handshake. Owned by the event loop of each connection. */
@NullMarked
package io.kvorum.server.peer;

import org.jspecify.annotations.NullMarked;
